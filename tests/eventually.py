"""Waiting for a state without a fixed sleep: poll until the claim holds, fail by name when it never does."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable


async def eventually(claim: Callable[[], object | Awaitable[object]], within_s: float = 30.0) -> object:
    """Return the first true value of ``claim``; raise AssertionError with its name after ``within_s`` seconds."""
    deadline = time.monotonic() + within_s
    while True:
        value = claim()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            name = getattr(claim, "__name__", repr(claim))
            raise AssertionError(f"{name} did not become true within {within_s} s")
        await asyncio.sleep(0.01)


def wait(claim: Callable[[], object], within_s: float = 30.0) -> object:
    """The same for a test that runs in no loop."""
    return asyncio.run(eventually(claim, within_s))
