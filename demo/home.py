"""The demo city in a home: its certificates' names, its signed policy, its lenses, its cameras' registration.

With `books` the only file of the demo that knows the platform. Cameras are registered through the gateway by their
operators, with the same calls that any agency makes; nothing is written behind the platform's back.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib import resources
from itertools import groupby
from pathlib import Path
from statistics import mode

from demo.books import Books, LensPorts
from demo.city import AGENCIES, CAMERAS, PRINCIPALS, TUNNEL_PTZ
from kapok.permissions.v1 import genesis_pb2
from services.cell.children import Child, Program, started
from services.cell.demo import DemoPrincipal, Say
from services.cell.endpoints import Endpoints
from services.cell.layout import Layout, write_private
from services.cell.ports import pick
from services.chassis.signing import Signer

CLIPS = Path(__file__).parents[1] / "build" / "clips"
_CLIPS_WITHIN_S = 300.0
_AT_ONCE = 16  # calls in flight while registering


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
        before = _remembered(layout)
        rtsp = pick(before.rtsp, "demo cameras", say)
        last = before.ptz if before.ptz != rtsp else 0  # the one may be given what was the other's last time
        ptz = pick(last, "demo cameras that move", say)
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
        has_moved = ports != _remembered(layout)
        turns = asyncio.Semaphore(_AT_ONCE)
        of_operator = groupby(sorted(CAMERAS, key=lambda camera: camera.operator), key=lambda camera: camera.operator)
        async with asyncio.TaskGroup() as tasks:
            for operator, own in of_operator:
                books = Books(endpoints.principals[operator], endpoints, ports, turns)
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


def _remembered(layout: Layout) -> LensPorts:
    """Where the lenses were last time: with these the home's cameras are registered."""
    note = _note(layout)
    return LensPorts(**json.loads(note.read_text())) if note.exists() else LensPorts()


def _note(layout: Layout) -> Path:
    return layout.data / "demo-lenses.json"
