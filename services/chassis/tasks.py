"""Background work without orphans: it lives inside a block, ends with it, and its failure ends the block."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


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


def stop_if_cancelled() -> None:
    """End this task if it was cancelled and something on the way swallowed that. For each round of an endless loop.

    asyncio.wait_for swallows it before Python 3.12 when its result comes in the same turn (bpo-42130), and nats-py
    waits with it: a loop that does not look would never end, nor would the block that waits for it.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
