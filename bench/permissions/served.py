"""What a core of permissions answers over gRPC: its own CPU seconds for single checks and for packed batches.

Papers, an incident and takeovers are in force.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import psutil

from bench.permissions.standing import CAMERAS, NAMES, Caller, calling, platform
from kapok.permissions.v1 import permissions_service_pb2 as pb

_POLICE = "police-guangzhou"
_CREATE, _BATCH, _CHECK = (f"PermissionsService.{verb}" for verb in ("CreateCameraSnapshot", "CheckBatch", "Check"))
_RUNS, _BATCHES, _CHECKS, _AT_ONCE = 5, 20, 2_000, 128


@dataclass(frozen=True)
class Served:
    """Checks for each CPU second of permissions: packed batches, batches by name, single checks."""

    batch_per_s: float
    named_per_s: float
    unary_per_s: float


def served() -> Served:
    """Measure on a platform of its own."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as folder, tempfile.TemporaryDirectory(prefix="kapok-") as short:
        return asyncio.run(_measured(Path(folder), Path(short)))


async def _measured(folder: Path, sockets: Path) -> Served:
    async with platform(folder, sockets) as (stage, child):
        papers = await stage.papers(_POLICE, *NAMES[:1_000])
        await stage.incident(_POLICE, "command-guangzhou")
        for name in NAMES[:10]:
            await stage.take_over(_POLICE, name, legal_basis=papers)
        async with calling(stage, _POLICE) as caller:
            made = await caller.ask(_CREATE, pb.CreateCameraSnapshotRequest(cameras=NAMES))
            asked: dict[str, Any] = {"action": "ACTION_COPY", "legal_basis": papers}
            chosen = Random(1).sample(range(CAMERAS), CAMERAS)
            packed = pb.CheckBatchRequest(snapshot=made.name, numbers=chosen, **asked)
            named = pb.CheckBatchRequest(cameras=NAMES, **asked)
            answer = await caller.ask(_BATCH, packed)
            assert sum(byte.bit_count() for byte in answer.allowed) == 1_000, "the papers name so many"
            checks = [pb.CheckRequest(camera=name, action="ACTION_LIVE") for name in NAMES[:_CHECKS]]
            return Served(
                await _per_cpu_s(child, CAMERAS * _BATCHES, lambda: _in_turn(caller, packed)),
                await _per_cpu_s(child, CAMERAS * _BATCHES, lambda: _in_turn(caller, named)),
                await _per_cpu_s(child, _CHECKS, lambda: _at_once(caller, checks)),
            )


async def _per_cpu_s(child: psutil.Process, checks: int, work: Callable[[], Awaitable[None]]) -> float:
    """Median over runs, after one that warms up."""
    await work()
    rates: list[float] = []
    for _ in range(_RUNS):
        before_s = sum(child.cpu_times()[:2])
        await work()
        rates.append(checks / (sum(child.cpu_times()[:2]) - before_s))
    return median(rates)


async def _in_turn(caller: Caller, request: pb.CheckBatchRequest) -> None:
    for _ in range(_BATCHES):
        answer = await caller.ask(_BATCH, request)
        assert len(answer.allowed) == CAMERAS // 8


async def _at_once(caller: Caller, requests: list[pb.CheckRequest]) -> None:
    """From as many callers as a busy gateway has calls under way. Signed before, so that permissions is the slower end
    and has calls waiting: what is measured is what a core of it can do.
    """
    method = caller.method(_CHECK)
    waiting = iter([(request, caller.metadata(_CHECK)) for request in requests])

    async def keep_asking() -> None:
        for request, metadata in waiting:
            answer = await method(request, metadata=metadata)
            assert answer.decision.rule

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_AT_ONCE):
            tasks.create_task(keep_asking())
