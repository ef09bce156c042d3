"""Background work without orphans: it lives inside a block, ends with it, and its failure ends the block."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger(__name__)
_AGAIN_S = 1.0
_SLICE = 50  # some milliseconds of judging cameras


class _Left(Exception):
    """The body is over: what still runs is cancelled."""


@asynccontextmanager
async def group() -> AsyncIterator[asyncio.TaskGroup]:
    """A TaskGroup whose tasks are cancelled on leaving, not waited for."""
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
            raise _Left
    except* _Left:
        pass


@asynccontextmanager
async def background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run ``work`` while inside, cancel it on leaving. A failure of it cancels the body and comes out of the block."""
    async with group() as tasks:
        for coroutine in work:
            tasks.create_task(coroutine)
        yield


async def in_order(source: AsyncIterator[T], work: Callable[[T], Awaitable[R]], most: int) -> AsyncIterator[R]:
    """The results of ``work`` on each of ``source``, in order; at most ``most`` are under way at a time.

    A result is not held back until more of ``source`` comes: who waits for it before sending more is answered. The
    first failure, of the source too, comes out in its turn, and what was begun behind it is cancelled.
    """
    begun: asyncio.Queue[asyncio.Task[R | Exception] | Exception | None] = asyncio.Queue()
    room = asyncio.Semaphore(most)

    async def attempt(item: T) -> R | Exception:
        try:
            return await work(item)
        except Exception as failure:  # noqa: BLE001 - raised below, in its turn and not as a group
            return failure

    async def begin() -> None:
        try:
            async for item in source:
                await room.acquire()
                begun.put_nowait(tasks.create_task(attempt(item)))
        except Exception as failure:  # noqa: BLE001 - likewise
            begun.put_nowait(failure)
        begun.put_nowait(None)

    failed: Exception | None = None
    async with group() as tasks:
        tasks.create_task(begin())
        while (next_one := await begun.get()) is not None:
            result = await next_one if isinstance(next_one, asyncio.Task) else next_one
            if isinstance(result, Exception):
                failed = result
                break
            room.release()
            try:
                yield result
            except GeneratorExit:  # a TaskGroup would wrap it
                return
    if failed is not None:
        raise failed


async def sliced(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """``work`` on each of ``items``; others have their turn in between, whom a thousand at once would keep waiting."""
    done: list[R] = []
    for start in range(0, len(items), _SLICE):
        done += map(work, items[start : start + _SLICE])
        await asyncio.sleep(0)
    return done


async def outlasting(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``work``, which has no end of its own; begin it again after an OSError: the database or the bus was away."""
    while True:
        stop_if_cancelled()
        try:
            return await work()
        except OSError as away:
            log.warning("%r waits: %r", work, away)
            await asyncio.sleep(_AGAIN_S)


def stop_if_cancelled() -> None:
    """End this task if it was cancelled and something on the way swallowed that. For each round of an endless loop.

    asyncio.wait_for swallows it before Python 3.12 when its result comes in the same turn (bpo-42130), and nats-py
    waits with it: a loop that does not look would never end, nor would the block that waits for it.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
