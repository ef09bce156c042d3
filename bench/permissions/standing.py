"""Permissions as a process of its own before a registry of 10,000 cameras: a real nats-server, SQLite, gRPC as the
gateway calls it. One in two of the cameras stands inside the incident's block.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import psutil
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kapok.registry.v1 import bulk_service_pb2, bulk_service_pb2_grpc, camera_pb2
from services.chassis import identity, rpc_client
from services.chassis.clock import SystemClock
from services.chassis.settings_shown import environment
from services.registry import app as registry
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, built

CAMERAS = 10_000
_FIRST = 100
NAMES = [f"districts/440104/cameras/44010400001320{n:06}" for n in range(_FIRST, _FIRST + CAMERAS)]
QUARTERS = (23.125, 23.128)  # latitudes inside the incident: of its first thousand cameras, and of the others
_IMPORTED = 1_000  # in one request
_CLOCK = SystemClock()


@dataclass
class Caller:
    """Calls of one service for a principal as the gateway does, on one channel."""

    channel: Any
    ring: identity.KeyRing
    principal: str
    service: str = "permissions"
    _methods: dict[str, Any] = field(default_factory=dict)

    async def ask(self, method: str, request: Message) -> Any:
        """Call ``Service.Verb`` of the service."""
        call = self.method(method)
        return await call(request, metadata=self.metadata(method), wait_for_ready=True)

    def method(self, method: str) -> Any:
        """What makes the calls of a method."""
        if method not in self._methods:
            found = descriptor_pool.Default().FindMethodByName(f"kapok.{self.service}.v1.{method}")
            sent, answer = (message_factory.GetMessageClass(one) for one in (found.input_type, found.output_type))
            self._methods[method] = self.channel.unary_unary(
                self._path(method), sent.SerializeToString, answer.FromString
            )
        return self._methods[method]

    def metadata(self, method: str) -> tuple[tuple[str, bytes], ...]:
        """The identity of one call."""
        who = identity.Caller("gateway", str(uuid.uuid4()), city.principal(self.principal))
        return ((identity.METADATA_KEY, identity.sign(self.ring, self.service, self._path(method), who, _CLOCK)),)

    def _path(self, method: str) -> str:
        return "/kapok.{}.v1.{}/{}".format(self.service, *method.split("."))


@asynccontextmanager
async def calling(stage: Stage, principal: str) -> AsyncIterator[Caller]:
    """A caller of permissions while inside."""
    async with grpc.aio.insecure_channel(stage.permissions.listen, options=rpc_client.OPTIONS) as channel:
        yield Caller(channel, _gateway(stage), principal)


@asynccontextmanager
async def calling_streams(stage: Stage, listen: str, principal: str) -> AsyncIterator[Caller]:
    """A caller of streams at ``listen`` while inside."""
    async with grpc.aio.insecure_channel(listen, options=rpc_client.OPTIONS) as channel:
        yield Caller(channel, _gateway(stage), principal, "streams")


@asynccontextmanager
async def platform(folder: Path, sockets: Path) -> AsyncIterator[tuple[Stage, psutil.Process]]:
    """The stage with everything up, and permissions' process."""
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(built(folder, sockets))
        levels = {name: 1 + number % 4 for number, name in enumerate(NAMES)}
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
    command, log = [sys.executable, "-m", "services.permissions"], stage.folder / "permissions.log"
    with (
        log.open("wb") as said,
        subprocess.Popen(command, env=os.environ | environment(stage.permissions), stdout=said, stderr=said) as child,
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
        bulk_service_pb2.ImportCamerasRequest(cameras=[_camera(name, system) for name in NAMES[at : at + _IMPORTED]])
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
        position={"latitude": _latitude(int(code[-6:]) - _FIRST), "longitude": city.INSIDE[1]},
    )  # fmt: skip


def _latitude(place: int) -> float:
    """One in two is inside; ``place`` is that among NAMES."""
    return QUARTERS[place >= 2_000] if place % 2 else 23.15
