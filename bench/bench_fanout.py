"""`make bench-fanout`: what one relay process on one core costs, beside the kernel's limit and other servers.

`python -m bench.bench_fanout [--small] [NAME,URL,PID ...]`: further RTSP servers that run already, at 200 viewers.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from bench.fanout import measures
from bench.fanout.children import OTHERS_CORE, child, part, pin
from bench.fanout.measures import Cost, Scale
from bench.report import Figure, report
from tests.integration.streams.stage import stage

_SMALL = Scale(few=20, many=20, seconds=3, runs=1, joins=20, cameras=5, revoked=5)
_SETTINGS = {
    "KAPOK_LEASE_S": "10",
    "KAPOK_UDP_OUT": "true",
    "KAPOK_CAPACITY_VIEWERS": "5000",
    "KAPOK_CAPACITY_BYTES_PER_S": "5000000000",
}
_T = TypeVar("_T")
_UNREACHED = "not measured yet"


async def _tried(name: str, measured: Awaitable[_T]) -> _T | None:
    """None, its reason on stderr, when a peer is missing or a measurement can't be made."""
    try:
        found = await measured
    except (OSError, EOFError, ValueError, AssertionError, TimeoutError) as error:
        print(f"bench-fanout: {name}: {type(error).__name__}: {error}", file=sys.stderr)
        return None
    print(f"bench-fanout: {name}: {found}", file=sys.stderr)  # what a run that is ended early has seen
    return found


async def _measure(scale: Scale, others: list[str]) -> list[Figure]:
    pin(os.getpid(), OTHERS_CORE)
    with tempfile.TemporaryDirectory(prefix="kapok-bench-") as folder:
        async with stage(Path(folder), **_SETTINGS) as held, child(*part("camera")) as camera:
            source = await camera.line()
            url = await measures.assigned(held, source, viewer_limit=scale.few)
            few = await _tried("200 viewers", measures.served(held.process.pid, [url] * scale.few, scale))
            kernel_few = await _tried("bare loop, 200", measures.kernel(scale.few, scale))
            many = await _tried("1,000 viewers", measures.memory(held, source, scale))
            kernel_many = await _tried("bare loop, 1,000", measures.kernel(scale.many, scale))
            join = await _tried("joins", measures.joins_p99_ms(held, source, scale))
            revoked = await _tried("revocations", measures.revoked_ms(held, source, scale))
            web = await _tried("WebSocket", measures.otherwise(held, source, "ws", scale))
            datagrams = await _tried("UDP", measures.otherwise(held, source, "rtp", scale))
            gstreamer = await _tried("GStreamer", measures.gstreamer(source, scale.few, scale))
            cameras = await _tried("many cameras", measures.many_cameras(held, source, scale))
            for other in others:
                name, where, process = other.split(",")
                seen = await _tried(name, measures.served(int(process), [where] * scale.few, scale))
                print(f"bench-fanout: {name}: {_told(seen)}", file=sys.stderr)
    kib = many[1] if many else None
    costs = (few, kernel_few, many[0] if many else None, kernel_many, gstreamer, cameras, web, datagrams)
    return _figures(costs, kib, join, revoked)


def _figures(
    costs: tuple[Cost | None, ...], kib: float | None, join: float | None, revoked: tuple[float, float] | None
) -> list[Figure]:
    few, kernel_few, many, kernel_many, gstreamer, cameras, web, datagrams = costs
    one, everybody = revoked or (None, None)
    print(f"bench-fanout: gRPC: {_UNREACHED}", file=sys.stderr)
    return [
        Figure("cpu_per_gbit_200", few.cpu_per_gbit if few else None, None, _told(few)),
        Figure("cpu_per_gbit_1000", many.cpu_per_gbit if many else None, None, _told(many)),
        Figure("kernel_ratio_200", _ratio(few, kernel_few), 1.25, f"bare C loop: {_told(kernel_few)}"),
        Figure("kernel_ratio_1000", _ratio(many, kernel_many), 1.25, f"bare C loop: {_told(kernel_many)}"),
        Figure("gstreamer_ratio_200", _ratio(few, gstreamer), 0.35, f"GStreamer: {_told(gstreamer)}"),
        Figure("websocket_kernel_ratio_200", _ratio(web, kernel_few), 1.4, _told(web)),
        Figure("grpc_kernel_ratio_200", None, 3, _UNREACHED),
        Figure("udp_kernel_ratio_200", _ratio(datagrams, kernel_few), 4, f"by GSO: {_told(datagrams)}"),
        Figure(
            "delay_p99_ms_200", few.delay_p99_ms if few else None, 15, "from the camera's send to the viewer's read"
        ),
        Figure("kib_per_viewer_1000", kib, 16, "resident memory beyond one viewer's"),
        Figure("many_cameras_lost_pictures", cameras.lost if cameras else None, 0, _told(cameras)),
        Figure("join_p99_ms", join, 50, "one more viewer beside 200: to its whole key picture"),
        Figure("revoke_one_p99_ms", one, 10, "one among 1,000; its durable put is in it"),
        Figure("revoke_1000_viewers_ms", everybody, 100, "the last of one principal's viewers"),
    ]


def _ratio(ours: Cost | None, theirs: Cost | None) -> float | None:
    return ours.cpu_per_gbit / theirs.cpu_per_gbit if ours and theirs else None


def _told(seen: Cost | None) -> str:
    if seen is None:
        return "not measured"
    delay = "-" if seen.delay_p99_ms is None else f"{seen.delay_p99_ms:.1f} ms"
    return f"{seen.cpu_per_gbit:.3f} CPU s/Gbit, {seen.gbit_per_s:.2f} Gbit/s, p99 {delay}, {seen.lost} lost"


def main() -> None:
    """Measure and report."""
    words = sys.argv[1:]
    scale = _SMALL if "--small" in words else Scale()
    report("fanout", asyncio.run(_measure(scale, [word for word in words if "," in word])))


if __name__ == "__main__":
    main()
