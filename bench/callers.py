"""Unary calls at a rate, or as many as pass, from one loop: each tried again until it passes or patience is over."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from services.chassis.tasks import background

_CALL_S, _AGAIN_S, _LONGEST_PAUSE_S, _PATIENCE_S = 5.0, 0.1, 1.0, 30.0
_CALLERS = 50
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
    why: Counter[str] = field(default_factory=Counter)  # tries failed


@asynccontextmanager
async def steady(call: Call, per_s: int) -> AsyncIterator[Tally]:
    """Callers that together begin ``per_s`` calls each second while inside, each one after the other.

    Who waits for an answer begins no other call meanwhile, as programs do: calls that pile up without bound would keep
    a cell down that was down for a moment.
    """
    tally = Tally()
    every_s = _CALLERS / per_s

    async def one_after_another(first_s: float) -> None:
        due_s = time.monotonic() + first_s
        while True:
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            due_s = max(due_s, time.monotonic() - every_s) + every_s
            await _call(call, tally)

    async with background(*(one_after_another(every_s * number / _CALLERS) for number in range(_CALLERS))):
        yield tally


async def _call(call: Call, tally: Tally) -> None:
    """Once, and again with growing pauses until it passes or its time is over."""
    began_s, pause_s = time.monotonic(), _AGAIN_S
    while True:
        try:
            await call(_CALL_S)
        except grpc.aio.AioRpcError as error:
            tally.why[f"{error.code().name}: {str(error.details())[:80]}"] += 1
            if error.code() not in _AGAIN or time.monotonic() - began_s > _PATIENCE_S:
                tally.failed += 1
                return
            tally.again += 1
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        else:
            tally.passed += 1
            return
