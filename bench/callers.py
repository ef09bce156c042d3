"""Unary calls at a rate, or as many as pass, from one loop: each tried again until it passes or patience is over."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from services.chassis.tasks import background

_CALL_S, _AGAIN_S, _PATIENCE_S = 5.0, 0.1, 30.0
_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
Call = Callable[[float], Awaitable[Any]]


async def flood(call: Call, at_once: int, seconds: float) -> int:
    """Keep ``at_once`` calls running; how many passed."""
    passed, until_s = 0, time.monotonic() + seconds

    async def one_after_another() -> None:
        nonlocal passed
        while time.monotonic() < until_s:
            await call(_CALL_S)
            passed += 1

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return passed


@dataclass
class Tally:
    """What became of calls at a rate: passed, those that had to be tried again, failed for good."""

    passed: int = 0
    again: int = 0
    failed: int = 0
    codes: set[str] = field(default_factory=set)


@asynccontextmanager
async def steady(call: Call, per_s: int) -> AsyncIterator[Tally]:
    """``per_s`` calls begin each second while inside; those that run are awaited on leaving."""
    tally = Tally()
    over = asyncio.Event()

    async def once() -> None:
        began_s = time.monotonic()
        while True:
            try:
                await call(_CALL_S)
            except grpc.aio.AioRpcError as error:
                tally.codes.add(error.code().name)
                if error.code() not in _AGAIN or time.monotonic() - began_s > _PATIENCE_S:
                    tally.failed += 1
                    return
                tally.again += 1
                await asyncio.sleep(_AGAIN_S)
            else:
                tally.passed += 1
                return

    async def begin(tasks: asyncio.TaskGroup) -> None:
        due_s = time.monotonic()
        while not over.is_set():
            tasks.create_task(once())
            due_s += 1 / per_s
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))

    async with asyncio.TaskGroup() as tasks, background(begin(tasks)):
        yield tally
        over.set()
