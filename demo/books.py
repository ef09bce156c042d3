"""One operator's books: its camera systems with their papers, brought in service, and its cameras registered in them.

Everything goes through the gateway by the operator's own certificate, with the calls that any operator makes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from demo.city import LENS_PASSWORD, LENS_USERNAME, Camera
from kapok.registry.v1 import (
    camera_pb2,
    registry_service_pb2,
    registry_service_pb2_grpc,
    system_pb2,
    systems_service_pb2,
    systems_service_pb2_grpc,
)
from services.cell.endpoints import Access, Endpoints
from services.chassis import errors, rpc_status

_CALL_S = 20.0
_SEALED_LEVEL = 5
_STEPS = ("LIFE_STATE_BUILT", "LIFE_STATE_ACCEPTED", "LIFE_STATE_IN_SERVICE")
# What the cameras of a place category look at; the others look at a public area.
_PREMISES = {1: "WORK_AREA", 3: "PASSAGE", 8: "WORK_AREA", 11: "WORK_AREA", 12: "OUTDOOR_SITE"}


@dataclass(frozen=True)
class LensPorts:
    """Where the lenses answer on this machine; 0 = nowhere yet."""

    rtsp: int = 0
    ptz: int = 0


@dataclass(frozen=True)
class Books:
    """One operator's registration of its own cameras, by its own certificate."""

    access: Access
    endpoints: Endpoints
    ports: LensPorts
    turns: asyncio.Semaphore

    async def register(self, own: Sequence[Camera], has_moved: bool) -> None:
        """Create what is not there; with ``has_moved`` update the source of what is."""
        credentials = grpc.ssl_channel_credentials(
            *(Path(file).read_bytes() for file in (self.endpoints.ca, self.access.key, self.access.certificate))
        )
        async with grpc.aio.secure_channel(self.endpoints.grpc, credentials) as channel:
            registry = registry_service_pb2_grpc.RegistryServiceStub(channel)
            systems = systems_service_pb2_grpc.SystemsServiceStub(channel)
            there = await self._there(registry)
            missing = [camera for camera in own if camera.code not in there]
            for identifier in {_system_of(camera) for camera in missing}:
                await self._open(systems, identifier)
            async with asyncio.TaskGroup() as tasks:
                for camera in missing:
                    tasks.create_task(self._create(registry, camera))
                for code in there if has_moved else ():
                    [moved] = [camera for camera in own if camera.code == code]
                    tasks.create_task(self._move(registry, moved, there[code]))

    async def _there(self, registry: Any) -> dict[str, camera_pb2.Camera]:
        found: dict[str, camera_pb2.Camera] = {}
        request = registry_service_pb2.ListCamerasRequest(parent="districts/-", page_size=1000)
        request.filter.operators.append(self.access.agency)
        while True:
            page = await self._call(registry.ListCameras, request)
            found |= {camera.code: camera for camera in page.cameras}
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    async def _open(self, systems: Any, identifier: str) -> None:
        """A system with its papers, planned, built, accepted, in service; it is there already after half a start."""
        request = systems_service_pb2.CreateCameraSystemRequest(
            parent=self._operator, camera_system=_papers(), camera_system_id=identifier
        )
        try:
            system = await self._call(systems.CreateCameraSystem, request)
        except errors.AlreadyExists:
            name = f"{self._operator}/systems/{identifier}"
            system = await self._call(systems.GetCameraSystem, systems_service_pb2.GetCameraSystemRequest(name=name))
        for state in _STEPS:
            if camera_pb2.LifeState.Value(state) > system.state:
                step = systems_service_pb2.TransitionCameraSystemRequest(
                    name=system.name, state=state, reason="the demo opens"
                )
                system = await self._call(systems.TransitionCameraSystem, step)

    async def _create(self, registry: Any, camera: Camera) -> None:
        record = camera_pb2.Camera(
            code=camera.code, display_name=camera.name_zh, display_name_en=camera.name_en,
            place_category=camera_pb2.PlaceCategory.Name(camera.category),
            premises=f"PREMISES_{_PREMISES.get(camera.category, 'PUBLIC_AREA')}", place=camera.place,
            purpose=camera.purpose, system=f"{self._operator}/systems/{_system_of(camera)}",
            source=self._source(camera), mounting="MOUNTING_OTHER",
        )  # fmt: skip
        record.position.latitude, record.position.longitude = camera.latitude, camera.longitude
        request = registry_service_pb2.CreateCameraRequest(parent=f"districts/{camera.district}", camera=record)
        await self._call(registry.CreateCamera, request)

    async def _move(self, registry: Any, camera: Camera, known: camera_pb2.Camera) -> None:
        record = camera_pb2.Camera(name=known.name, etag=known.etag, source=self._source(camera))
        request = registry_service_pb2.UpdateCameraRequest(camera=record, update_mask={"paths": ["source"]})
        await self._call(registry.UpdateCamera, request)

    async def _call(self, method: Any, request: Any) -> Any:
        async with self.turns:
            try:
                return await method(request, timeout=_CALL_S, wait_for_ready=True)
            except grpc.aio.AioRpcError as failure:
                raise rpc_status.to_error(failure, "registry") from failure

    @property
    def _operator(self) -> str:
        return f"operators/{self.access.agency.removeprefix('agencies/')}"

    def _source(self, camera: Camera) -> camera_pb2.Source:
        return camera_pb2.Source(
            stream_uri=f"rtsp://127.0.0.1:{self.ports.rtsp}/{camera.code}",
            control_uri=f"http://127.0.0.1:{self.ports.ptz}/ptz/{camera.code}" if camera.has_ptz else "",
            username=LENS_USERNAME,
            password=LENS_PASSWORD,
        )


def _system_of(camera: Camera) -> str:
    """State secrets are held apart (Article 11)."""
    return "sealed" if camera.level == _SEALED_LEVEL else "main"


def _papers() -> system_pb2.CameraSystem:
    """Everything that the articles ask of a system, as good as a demo has it."""
    ago, later = _stamp(-timedelta(days=30)), _stamp(timedelta(days=365))
    attested = system_pb2.Attestation(attest_time=ago, photo_sha256="5e" * 32, attested_by="the demo's duty office")
    system = system_pb2.CameraSystem(
        display_name="all cameras of the demo",
        acceptance=system_pb2.Acceptance(
            certificate_number="GZ-2025-0001", issuer="public security of the demo", accept_time=ago
        ),
        is_fixed_place=True,
        sign=attested,
        password_exclusion=attested,
        storage_days=30,
    )
    for work in ("WORK_DESIGN", "WORK_CONSTRUCTION", "WORK_MAINTENANCE"):
        system.qualifications.add(work=work, entity="the demo's engineers", number="D-1", expire_time=later)
    return system


def _stamp(by: timedelta) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(datetime.now(UTC) + by)
    return made
