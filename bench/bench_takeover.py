"""`make bench-takeover`: from the request of a takeover to its answer, and to the commander's first picture.

Permissions and a relay are processes of their own, the bus and both databases are real, 10,000 cameras stand in the
registry and 5,000 of them inside the incident. Areas are asked for as polygons, so that finding their cameras is in the
time. Every answer counts only when it says that the cameras are fenced.
"""

import asyncio
import math
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.crowd import first_picture_s
from bench.permissions.standing import NAMES, QUARTERS, Caller, calling, calling_streams, platform
from bench.report import Figure, report
from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from kapok.streams.v1 import session_pb2
from kapok.streams.v1 import streams_service_pb2 as spb
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import after
from tests.integration.permissions.viewing import Desk, relaying, streaming
from tests.integration.relay.lens import lens
from tests.integration.streams.stage import playing

_POLICE, _COMMAND = "police-guangzhou", "command-guangzhou"
_INSIDE = [name for name in NAMES if int(name[-1]) % 2]  # the incident's block
_SINGLE, _AREAS, _PICTURES = 1_000, 5, 200  # runs
_SOUTH, _WEST, _EAST = 23.122, 113.26, 113.27
_MARGIN = 0.001  # degrees, from the cameras to the edge of an area


@dataclass
class Taken:
    """Milliseconds of each run."""

    one: Sequence[float]
    area_1000: Sequence[float]
    area_5000: Sequence[float]
    picture: Sequence[float]


@dataclass(frozen=True)
class Hall:
    """A platform with an incident in force."""

    desk: Desk
    caller: Caller  # of permissions
    viewer: Caller  # of streams
    incident: str

    async def taken_ms(self, size: int, which: Mapping[str, Any]) -> float:
        """Take what fields of a takeover name, ``size`` cameras, all of them fenced; they are given back afterwards."""
        began_s = time.perf_counter()
        answer = await self.caller.ask("TakeoversService.RequestTakeover", self._request(which))
        took_ms = (time.perf_counter() - began_s) * 1000
        await self._give_back(answer.name)
        assert len(answer.taken) == size, f"{len(answer.taken)} were taken, {len(answer.refused)} refused"
        assert all(one.is_holding and one.is_fenced for one in answer.taken), "granted, and not fenced"
        return took_ms

    async def picture_ms(self) -> float:
        """From the request to the first whole key picture of a camera that runs already."""
        session = session_pb2.Session(
            camera=city.TUNNEL, kind="KIND_LIVE", purpose="PURPOSE_EMERGENCY_RESPONSE", incident=self.incident
        )
        began_s = time.perf_counter()
        taken = await self.caller.ask("TakeoversService.RequestTakeover", self._request({"cameras": [city.TUNNEL]}))
        opened = await self.viewer.ask("StreamsService.OpenSession", spb.OpenSessionRequest(session=session))
        await asyncio.to_thread(first_picture_s, opened.rtsp_url)
        took_ms = (time.perf_counter() - began_s) * 1000
        await self._give_back(taken.name)
        return took_ms

    def _request(self, which: Mapping[str, Any]) -> pb.RequestTakeoverRequest:
        wish = takeover_pb2.Takeover(
            cause="CAUSE_ACCIDENT", reason="smoke", incident=self.incident,
            end_time=after(timedelta(minutes=10)), **which,
        )  # fmt: skip
        return pb.RequestTakeoverRequest(takeover=wish)

    async def _give_back(self, name: str) -> None:
        await self.caller.ask("TakeoversService.ReleaseTakeover", pb.ReleaseTakeoverRequest(name=name))


@asynccontextmanager
async def _hall(folder: Path, sockets: Path) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        camera = await stack.enter_async_context(lens())
        await stack.enter_async_context(playing(camera))
        stage, _ = await stack.enter_async_context(platform(folder, sockets))
        stage.stream_uri = camera.uri
        await stage.register_cameras()
        await stack.enter_async_context(relaying(stage))
        desk = await stack.enter_async_context(streaming(stage, sockets))
        caller = await stack.enter_async_context(calling(stage, _COMMAND))
        viewer = await stack.enter_async_context(calling_streams(stage, desk.listen, _COMMAND))
        yield Hall(desk, caller, viewer, await stage.incident(_POLICE, _COMMAND))


async def _measured(folder: Path, sockets: Path) -> Taken:
    async with _hall(folder, sockets) as hall:
        watched = await hall.desk.open("metro", city.TUNNEL)  # so that the camera runs
        await asyncio.to_thread(first_picture_s, watched)
        await eventually(lambda: _is_fenced(hall))
        one = [await hall.taken_ms(1, {"cameras": [name]}) for name in _INSIDE[:_SINGLE]]
        picture = [await hall.picture_ms() for _ in range(_PICTURES)]
        first, all_inside = [
            [await hall.taken_ms(size, {"area": _area(north + _MARGIN)}) for _ in range(_AREAS)]
            for size, north in zip((1_000, 5_000), QUARTERS, strict=True)
        ]
        return Taken(one, first, all_inside, picture)


def _area(north: float) -> Sequence[Mapping[str, float]]:
    """The corners of what lies south of a latitude, inside the incident."""
    corners = ((_SOUTH, _WEST), (_SOUTH, _EAST), (north, _EAST), (north, _WEST))
    return [{"latitude": latitude, "longitude": longitude} for latitude, longitude in corners]


async def _is_fenced(hall: Hall) -> bool:
    """Whether the relay answers already."""
    try:
        return bool(await hall.taken_ms(1, {"cameras": _INSIDE[-1:]}))
    except AssertionError:
        return False


def _p99(found: Sequence[float]) -> float:
    """The smallest that 99 of 100 don't exceed."""
    return sorted(found)[math.ceil(0.99 * len(found)) - 1]


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as folder, tempfile.TemporaryDirectory(prefix="kapok-") as short:
        found = asyncio.run(_measured(Path(folder), Path(short)))
    report(
        "takeover",
        [
            Figure("one_camera_p99_ms", _p99(found.one), 30, f"median {median(found.one):.1f} ms of {len(found.one)}"),
            Figure("area_1000_ms", median(found.area_1000), 500, f"slowest {max(found.area_1000):.0f} ms"),
            Figure("area_5000_ms", median(found.area_5000), 2000, f"slowest {max(found.area_5000):.0f} ms"),
            Figure("first_picture_p99_ms", _p99(found.picture), 150, f"median {median(found.picture):.0f} ms"),
        ],
    )


if __name__ == "__main__":
    main()
