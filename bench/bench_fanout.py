"""`make bench-fanout`: what one relay process on one core costs, beside the kernel's limit and other servers.

`python -m bench.bench_fanout [--small] [--camera-port N] [NAME,URL,PID ...]`: RTSP servers that run already are
measured at 200 viewers too; let them pull the camera from rtsp://127.0.0.1:N/live. --small shows that everything
works, and keeps no figures.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from bench.fanout import watching
from bench.fanout.children import OTHERS_CORE, child, part, pin, take_precedence
from bench.fanout.cost import Scale, Stand, alone, encrypted, gstreamer, kernel, loop_of
from bench.fanout.endings import endings
from bench.fanout.figures import Seen, figures
from bench.fanout.watching import Relay
from bench.report import report
from services.cell.authority import Authority
from services.chassis.tasks import background
from tests.integration.streams.stage import Stage, stage

_SMALL = Scale(few=20, many=20, seconds=1, runs=1, joins=20, cameras=5, revoked=5, stopped=2)
_SETTINGS = {
    "KAPOK_LEASE_S": "10", "KAPOK_CAPACITY_VIEWERS": "5000", "KAPOK_CAPACITY_BYTES_PER_S": "5000000000",
}  # fmt: skip
_PLAIN: dict[str, str | None] = dict.fromkeys(
    ("KAPOK_CERTIFICATE_FILE", "KAPOK_PRIVATE_KEY_FILE", "KAPOK_RTSPS_LISTEN", "KAPOK_WSS_LISTEN")
)
_T = TypeVar("_T")


class Camera(NamedTuple):
    """The paced camera, and its process."""

    uri: str
    process: int


async def _tried(name: str, measured: Awaitable[_T]) -> _T | None:
    """None, its reason on stderr, when a peer is missing or a measurement can't be made."""
    try:
        found = await measured
    except (OSError, EOFError, ValueError, AssertionError, TimeoutError) as error:
        print(f"bench-fanout: {name}: {type(error).__name__}: {error}", file=sys.stderr)
        return None
    if not isinstance(found, Stand):
        print(f"bench-fanout: {name}: {found}", file=sys.stderr)  # what a run that is ended early has seen
    return found


async def _beat(held: Stage) -> None:
    """A heartbeat a second, as permissions has it. The stage itself beats faster, for the short leases of tests."""
    held.beats.clear()
    while True:
        await held.beat()
        await asyncio.sleep(1)


async def _in_the_open(folder: Path, camera: Camera, scale: Scale, seen: Seen) -> None:
    """What needs no TLS; each in turns with the kernel's limit."""
    async with stage(folder, **_SETTINGS, **_PLAIN, KAPOK_UDP_OUT="true") as held, background(_beat(held)):
        relay = Relay(held, camera.uri, camera.process)
        async with AsyncExitStack() as stack:
            limit = await _tried("bare loop", stack.enter_async_context(kernel(scale.few)))
            for name, scheme in (("RTSP", "rtsp"), ("WebSocket", "ws"), ("UDP", "rtp"), ("gRPC", "grpc")):
                seen.costs[scheme] = await _tried(name, watching.watched(relay, scheme, limit, scale))
        async with AsyncExitStack() as stack:
            limit = await _tried("bare loop, many", stack.enter_async_context(kernel(scale.many)))
            seen.many = await _tried("many viewers", watching.memory(relay, limit, scale))
        seen.join_ms = await _tried("joins", watching.joins_p99_ms(relay, scale))
        seen.stopped = await _tried("stopped viewers", watching.standing_still(relay, scale))
        seen.endings = await _tried("endings", endings(relay, scale))
        seen.cameras = await _tried("many cameras", watching.many_cameras(relay, scale))


async def _over_tls(folder: Path, camera: Camera, scale: Scale, seen: Seen) -> None:
    """What goes over TLS, in turns with Python's ssl."""
    async with stage(folder, **_SETTINGS) as held, background(_beat(held)), AsyncExitStack() as stack:
        relay = Relay(held, camera.uri, camera.process)
        shown = Authority.open(folder / "certs", datetime.now(UTC)).relay("limit")
        loop = loop_of(encrypted(shown.certificate, shown.key, scale.few), scale.few, held.ca)
        limit = await _tried("Python's ssl", stack.enter_async_context(loop))
        for name, scheme in (("RTSPS", "rtsps"), ("gRPC over TLS", "grpcs")):
            seen.costs[scheme] = await _tried(name, watching.watched(relay, scheme, limit, scale, held.ca))


async def _measure(scale: Scale, camera_port: int, others: list[tuple[str, str, int]]) -> Seen:
    take_precedence()
    pin(os.getpid(), OTHERS_CORE)
    seen = Seen()
    with tempfile.TemporaryDirectory(prefix="kapok-bench-") as folder:
        async with child(*part("camera", str(camera_port))) as lens:
            camera = Camera(await lens.line(), lens.process.pid)
            for name, measure in (("plain", _in_the_open), ("secure", _over_tls)):
                (home := Path(folder, name)).mkdir()
                await measure(home, camera, scale, seen)
            seen.gstreamer = await _tried("GStreamer", gstreamer(camera.uri, camera.process, scale))
            for name, url, process in others:
                seen.others[name] = await _tried(name, alone(process, [url] * scale.few, camera.process, scale))
    return seen


def _other(word: str) -> tuple[str, str, int]:
    name, url, process = word.split(",")
    return name, url, int(process)


def main() -> None:
    """Measure and report."""
    words = argparse.ArgumentParser(prog="bench_fanout", description=__doc__)
    words.add_argument("--small", action="store_true")
    words.add_argument("--camera-port", type=int, default=0)
    words.add_argument("others", nargs="*", type=_other, metavar="NAME,URL,PID")
    said = words.parse_args()
    scale = _SMALL if said.small else Scale()
    seen = asyncio.run(_measure(scale, said.camera_port, said.others))
    report("fanout", figures(seen), is_kept=not said.small)


if __name__ == "__main__":
    main()
