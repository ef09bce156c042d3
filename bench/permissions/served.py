"""Permissions as a process of its own, asked over gRPC: its own CPU seconds for single checks and for packed batches.

A real nats-server and SQLite, the registry in this process, 10,000 cameras; papers, an incident and takeovers in force.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import grpc
import psutil
from google.protobuf import message_factory
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kapok.permissions.v1 import permissions_service_pb2 as pb
from kapok.registry.v1 import bulk_service_pb2, bulk_service_pb2_grpc, camera_pb2
from services.chassis import identity, rpc_client
from services.chassis.clock import SystemClock
from services.registry import app as registry
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, built

CAMERAS = 10_000
_POLICE = "police-guangzhou"
_IMPORTED = 1_000  # in one request
_RUNS, _BATCHES, _CHECKS, _AT_ONCE = 5, 20, 2_000, 128
_NAMES = [f"districts/440104/cameras/44010400001320{n:06}" for n in range(100, 100 + CAMERAS)]
_CLOCK = SystemClock()


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
    async with _platform(folder, sockets) as (stage, child):
        papers = await stage.papers(_POLICE, *_NAMES[:1_000])
        await stage.incident(_POLICE, "command-guangzhou")
        for name in _NAMES[:10]:
            await stage.take_over(_POLICE, name, legal_basis=papers)
        async with grpc.aio.insecure_channel(stage.permissions.listen, options=rpc_client.OPTIONS) as channel:
            caller = _Caller(
                channel, identity.KeyRing.from_files("gateway", stage.keys.pair("gateway"), stage.keys.peers)
            )
            made = await caller.ask("CreateCameraSnapshot", pb.CreateCameraSnapshotRequest(cameras=_NAMES))
            asked: dict[str, Any] = {"action": "ACTION_COPY", "legal_basis": papers}
            chosen = Random(1).sample(range(CAMERAS), CAMERAS)
            packed = pb.CheckBatchRequest(snapshot=made.name, numbers=chosen, **asked)
            named = pb.CheckBatchRequest(cameras=_NAMES, **asked)
            answer = await caller.ask("CheckBatch", packed)
            assert sum(byte.bit_count() for byte in answer.allowed) == 1_000, "the papers name so many"
            checks = [pb.CheckRequest(camera=name, action="ACTION_LIVE") for name in _NAMES[:_CHECKS]]
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


async def _in_turn(caller: "_Caller", request: pb.CheckBatchRequest) -> None:
    for _ in range(_BATCHES):
        answer = await caller.ask("CheckBatch", request)
        assert len(answer.allowed) == CAMERAS // 8


async def _at_once(caller: "_Caller", requests: list[pb.CheckRequest]) -> None:
    """From as many callers as a busy gateway has calls under way. Signed before, so that permissions is the slower end
    and has calls waiting: what is measured is what a core of it can do.
    """
    method = caller.method("Check")
    waiting = iter([(request, caller.metadata("Check")) for request in requests])

    async def keep_asking() -> None:
        for request, metadata in waiting:
            answer = await method(request, metadata=metadata)
            assert answer.decision.rule

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_AT_ONCE):
            tasks.create_task(keep_asking())


@dataclass
class _Caller:
    """Calls as the gateway does, on one channel."""

    channel: Any
    ring: identity.KeyRing
    _methods: dict[str, Any] = field(default_factory=dict)

    async def ask(self, verb: str, request: Message) -> Any:
        """Call a method of PermissionsService."""
        return await self.method(verb)(request, metadata=self.metadata(verb), wait_for_ready=True)

    def method(self, verb: str) -> Any:
        """What makes the calls of a method."""
        if verb not in self._methods:
            found = pb.DESCRIPTOR.services_by_name["PermissionsService"].methods_by_name[verb]
            sent, answer = (message_factory.GetMessageClass(one) for one in (found.input_type, found.output_type))
            self._methods[verb] = self.channel.unary_unary(_path(verb), sent.SerializeToString, answer.FromString)
        return self._methods[verb]

    def metadata(self, verb: str) -> tuple[tuple[str, bytes], ...]:
        """The identity of one call."""
        who = identity.Caller("gateway", str(uuid.uuid4()), city.principal(_POLICE))
        return ((identity.METADATA_KEY, identity.sign(self.ring, "permissions", _path(verb), who, _CLOCK)),)


def _path(verb: str) -> str:
    return f"/kapok.permissions.v1.PermissionsService/{verb}"


@asynccontextmanager
async def _platform(folder: Path, sockets: Path) -> AsyncIterator[tuple[Stage, psutil.Process]]:
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(built(folder, sockets))
        levels = {name: 1 + number % 4 for number, name in enumerate(_NAMES)}
        stage.permissions.genesis_file.write_bytes(city.signed_genesis(stage.organs, levels))
        child = stack.enter_context(_permissions(stage))
        await _served(stage.permissions.listen)
        await stack.enter_async_context(registry.app(stage.registry))
        await _import_cameras(stage)
        yield stage, child


async def _served(address: str) -> None:
    """Return when its health says so."""
    async with grpc.aio.insecure_channel(address, options=rpc_client.OPTIONS) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        await check(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=60)


@contextmanager
def _permissions(stage: Stage) -> Iterator[psutil.Process]:
    """The service as `python -m services.permissions` starts it; what it says goes to a file beside its database."""
    settings = {f"KAPOK_{name.upper()}": str(value) for name, value in asdict(stage.permissions).items()}
    command, log = [sys.executable, "-m", "services.permissions"], stage.folder / "permissions.log"
    with (
        log.open("wb") as said,
        subprocess.Popen(command, env=os.environ | settings, stdout=said, stderr=said) as child,
    ):
        try:
            yield psutil.Process(child.pid)
        finally:
            child.terminate()


async def _import_cameras(stage: Stage) -> None:
    """As their operator would, into a system in service; one in two stands inside the incident."""
    system = await stage.system("metro")
    ring = _gateway(stage)
    path = "/kapok.registry.v1.BulkService/ImportCameras"
    who = identity.Caller("gateway", str(uuid.uuid4()), city.principal("metro"))
    signed = identity.sign(ring, "registry", path, who, _CLOCK)
    batches = [
        bulk_service_pb2.ImportCamerasRequest(cameras=[_camera(name, system) for name in _NAMES[at : at + _IMPORTED]])
        for at in range(0, CAMERAS, _IMPORTED)
    ]
    async with grpc.aio.insecure_channel(stage.registry.listen, options=rpc_client.OPTIONS) as channel:
        importing = bulk_service_pb2_grpc.BulkServiceStub(channel).ImportCameras
        answers = [a async for a in importing(iter(batches), metadata=((identity.METADATA_KEY, signed),))]
    assert sum(answer.created_count for answer in answers) == CAMERAS, answers[0]


def _gateway(stage: Stage) -> identity.KeyRing:
    return identity.KeyRing.from_files("gateway", stage.keys.pair("gateway"), stage.keys.peers)


def _camera(name: str, system: str) -> camera_pb2.Camera:
    code = name.rpartition("/")[2]
    category = camera_pb2.PlaceCategory.Name(1 + int(code[-4:]) % 13)
    return camera_pb2.Camera(
        code=code, display_name="camera", place="north exit", purpose="safety",
        place_category=category, premises="PREMISES_PUBLIC_AREA", system=system,
        source={"stream_uri": f"rtsp://127.0.0.1:1/{code}"},
        position={"latitude": city.INSIDE[0] if int(code[-1]) % 2 else 23.15, "longitude": city.INSIDE[1]},
    )  # fmt: skip
