"""Background work: a loop ends when it is cancelled, also when that was swallowed; results come in order."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.chassis.tasks import in_order, sliced, stop_if_cancelled


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


async def counted(most: int, asked: asyncio.Event) -> AsyncIterator[int]:
    for number in range(most):
        yield number
    asked.set()


async def test_results_come_in_order_whatever_is_ready_first() -> None:
    gates = [asyncio.Event() for _ in range(3)]

    async def work(number: int) -> int:
        if number:
            gates[number - 1].set()
        await gates[number].wait()
        return number

    gates[2].set()
    assert [result async for result in in_order(counted(3, asyncio.Event()), work, 3)] == [0, 1, 2]


async def test_no_more_are_under_way_than_allowed() -> None:
    running, most = 0, 0

    async def work(_: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return most

    assert len([one async for one in in_order(counted(20, asyncio.Event()), work, 2)]) == 20
    assert most == 2


async def test_a_result_does_not_wait_for_the_next_of_its_source() -> None:
    answered = asyncio.Event()

    async def source() -> AsyncIterator[int]:
        yield 1
        await answered.wait()  # as who sends a batch, waits for its answer and then sends the next
        yield 2

    async def work(number: int) -> int:
        return number

    found = []
    async for result in in_order(source(), work, 2):
        found.append(result)
        answered.set()
    assert found == [1, 2]


async def test_a_failure_comes_out_as_it_is_and_in_its_turn() -> None:
    async def work(number: int) -> int:
        if number == 1:
            raise LookupError("one")
        return number

    results = in_order(counted(5, asyncio.Event()), work, 2)
    assert await anext(results) == 0
    with pytest.raises(LookupError, match="one"):
        await anext(results)


async def test_who_leaves_early_leaves_nothing_running() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def work(number: int) -> int:
        if number:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                raise
        return number

    results = in_order(counted(2, asyncio.Event()), work, 2)
    assert await anext(results) == 0
    await started.wait()
    await results.aclose()
    assert cancelled.is_set()


async def test_others_have_their_turn_between_slices() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count())
    seen = await sliced(lambda number: (number, turns), range(1000))
    other.cancel()
    assert [number for number, _ in seen] == list(range(1000))
    assert len({turn for _, turn in seen}) >= 10
    assert await sliced(str, []) == []
