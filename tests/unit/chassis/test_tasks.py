"""A loop that looks ends when it is cancelled, even when what it waited for has swallowed that."""

import asyncio

from services.chassis.tasks import stop_if_cancelled


async def test_a_swallowed_cancellation_ends_the_loop_at_its_next_round() -> None:
    rounds = 0

    async def loop() -> None:
        nonlocal rounds
        while True:
            stop_if_cancelled()
            rounds += 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue  # as asyncio.wait_for does when its result comes in the same turn

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done
    assert task.cancelled()
    assert rounds == 1


async def test_nothing_ends_without_a_cancellation() -> None:
    stop_if_cancelled()
