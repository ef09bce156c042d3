"""The demo city in a home: its certificates' names, its signed policy, its lenses, its cameras' registration.

The only file of the demo that knows the platform. Cameras are registered through the gateway by their operators, with
the same calls that any agency makes; nothing is written behind the platform's back.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path
from statistics import mode
from typing import Any

import grpc

from demo.city import AGENCIES, CAMERAS, LENS_PASSWORD, LENS_USERNAME, PRINCIPALS, TUNNEL_PTZ, Camera
from kapok.permissions.v1 import genesis_pb2
from kapok.registry.v1 import camera_pb2, registry_service_pb2, registry_service_pb2_grpc
from services.cell.children import Child, Program, started
from services.cell.demo import DemoPrincipal, Say
from services.cell.endpoints import Access, Endpoints
from services.cell.layout import Layout, write_private
from services.cell.ports import pick
from services.chassis import rpc_status
from services.chassis.signing import Signer

CLIPS = Path(__file__).parents[1] / "build" / "clips"
_CLIPS_WITHIN_S = 300.0
_AT_ONCE = 16  # calls in flight while registering
_CALL_S = 20.0
# What the cameras of a place category look at; the others look at a public area.
_PREMISES = {1: "WORK_AREA", 3: "PASSAGE", 8: "WORK_AREA", 11: "WORK_AREA", 12: "OUTDOOR_SITE"}


@dataclass(frozen=True)
class LensPorts:
    """Where the lenses answer on this machine; 0 = nowhere yet."""

    rtsp: int = 0
    ptz: int = 0

    @classmethod
    def remembered(cls, layout: Layout) -> "LensPorts":
        """Those with which the home's cameras are registered."""
        note = _note(layout)
        return cls(**json.loads(note.read_text())) if note.exists() else cls()


class DemoCity:
    """Guangzhou as demo.city has it. Satisfies services.cell.demo.Demo."""

    def __init__(self, clips: Path = CLIPS) -> None:
        self._clips = clips

    @property
    def principals(self) -> Sequence[DemoPrincipal]:
        """Police first: they may see most."""
        return [DemoPrincipal(one.id, f"agencies/{one.agency.id}", one.kind) for one in PRINCIPALS]

    @property
    def to_watch(self) -> str:
        """The tunnel camera that can be moved."""
        return TUNNEL_PTZ.code

    def genesis(self, organs: Mapping[str, Signer], fingerprints: Mapping[str, str]) -> bytes:
        """The city's agencies, principals and levels with the policy that ships, signed by the demo's organs."""
        levels = defaultdict[int, list[int]](list)
        for camera in CAMERAS:
            levels[camera.category].append(camera.level)
        genesis = genesis_pb2.Genesis(
            policy_csv=resources.files("services.permissions.genesis").joinpath("policy.csv").read_text("utf-8"),
            category_levels={category: mode(found) for category, found in levels.items()},
            camera_levels={camera.code: camera.level for camera in CAMERAS},
        )
        for agency in AGENCIES:
            genesis.agencies.add(
                name=f"agencies/{agency.id}", display_name=agency.name_zh, kind=agency.kind, tier=agency.tier,
                jurisdiction=agency.jurisdiction,
            )  # fmt: skip
        for one in PRINCIPALS:
            genesis.principals.add(
                name=f"principals/{one.id}", agency=f"agencies/{one.agency.id}", clearance=one.clearance,
                certificate_sha256=[fingerprints[one.id]],
            )  # fmt: skip
        signed = genesis_pb2.SignedGenesis(genesis=genesis.SerializeToString(deterministic=True))
        for kind, signer in organs.items():
            signature = signer.sign("kapok.permissions.genesis", signed.genesis)
            signed.signatures.add(agency_kind=kind, signature=signature)
        return signed.SerializeToString()

    @asynccontextmanager
    async def cameras(self, layout: Layout, say: Say) -> AsyncIterator[Child]:
        """All lenses in one process, at last time's ports when they are free. Draws the clips when there are none."""
        await self._draw(layout, say)
        before = LensPorts.remembered(layout)
        rtsp, ptz = pick(before.rtsp, "demo cameras", say), pick(before.ptz, "demo cameras that move", say)
        program = Program(
            "demo-cameras",
            (
                *(sys.executable, "-m", "demo.cameras", "--clips", str(self._clips), "--port", str(rtsp)),
                *("--ptz-port", str(ptz), "--ptz-log", str(layout.logs / "ptz.jsonl")),
            ),
            ready=r'^\{"rtsp": \d+, "ptz": \d+\}$',
        )
        say(f"starting the lenses of {len(CAMERAS)} demo cameras")
        async with started(program, layout.logs) as child:
            yield child

    async def register(self, layout: Layout, endpoints: Endpoints, cameras: Child, say: Say) -> None:
        """Register the cameras that are missing; give all of them their new address when the lenses moved."""
        ports = LensPorts(**json.loads((await cameras.greeting())[0]))
        has_moved = ports != LensPorts.remembered(layout)
        turns = asyncio.Semaphore(_AT_ONCE)
        of_operator = groupby(sorted(CAMERAS, key=lambda camera: camera.operator), key=lambda camera: camera.operator)
        async with asyncio.TaskGroup() as tasks:
            for operator, own in of_operator:
                books = _Books(endpoints.principals[operator], endpoints, ports, turns)
                tasks.create_task(books.register(list(own), has_moved))
        write_private(_note(layout), json.dumps(asdict(ports)).encode())
        say(f"{len(CAMERAS)} demo cameras are registered")

    async def _draw(self, layout: Layout, say: Say) -> None:
        wanted = {camera.clip for camera in CAMERAS}
        if len(list(self._clips.glob("*.clip"))) >= len(wanted):
            return
        say(f"drawing the demo cameras' pictures in {self._clips}, once; this takes about a minute")
        program = Program(
            "demo-clips",
            (sys.executable, "-m", "demo.clips", str(self._clips)),
            ready="demo clips: (done in|.* up to date)",
            ready_within_s=_CLIPS_WITHIN_S,
        )
        async with started(program, layout.logs):
            say("the pictures are drawn")


@dataclass(frozen=True)
class _Books:
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
            there = await self._there(registry)
            async with asyncio.TaskGroup() as tasks:
                for camera in own:
                    if camera.code not in there:
                        tasks.create_task(self._create(registry, camera))
                    elif has_moved:
                        tasks.create_task(self._move(registry, camera, there[camera.code]))

    async def _there(self, registry: Any) -> dict[str, camera_pb2.Camera]:
        found: dict[str, camera_pb2.Camera] = {}
        request = registry_service_pb2.ListCamerasRequest(parent="districts/-", page_size=1000)
        while True:
            page = await self._call(registry.ListCameras, request)
            found |= {camera.code: camera for camera in page.cameras}
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    async def _create(self, registry: Any, camera: Camera) -> None:
        record = camera_pb2.Camera(
            code=camera.code, display_name=camera.name_zh, display_name_en=camera.name_en,
            place_category=camera_pb2.PlaceCategory.Name(camera.category),
            premises=f"PREMISES_{_PREMISES.get(camera.category, 'PUBLIC_AREA')}", place=camera.place,
            purpose=camera.purpose, operator=self.access.agency, source=self._source(camera),
            acceptance_certificate=f"GZ-2025-{camera.code[-6:]}",
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

    def _source(self, camera: Camera) -> camera_pb2.Source:
        return camera_pb2.Source(
            stream_uri=f"rtsp://127.0.0.1:{self.ports.rtsp}/{camera.code}",
            control_uri=f"http://127.0.0.1:{self.ports.ptz}/ptz/{camera.code}" if camera.has_ptz else "",
            username=LENS_USERNAME,
            password=LENS_PASSWORD,
        )


def _note(layout: Layout) -> Path:
    return layout.data / "demo-lenses.json"
