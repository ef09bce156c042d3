"""`make bench-first-light`: what first light promises, measured on a platform of its own."""

import tempfile
import time
from pathlib import Path
from statistics import median

from bench.crowd import Crowd, first_picture_s
from bench.decisions import casbin_us, decision_figures
from bench.report import Figure, report
from demo.chapters import first_camera, opened
from demo.platform import Platform, platform, watching
from kapok.permissions.v1 import permissions_service_pb2

_VIEWERS = 200
_REVOCATIONS = 5
_JOINS = 30
_STARTS = 3
_CAMERA = first_camera("440104", level=1)
_WATCHER, _ORGAN = "police-yuexiu", "police-guangzhou"
_Permissions = permissions_service_pb2


def main() -> None:
    """Measure and report."""
    starts = [_start_s() for _ in range(_STARTS - 1)]
    with tempfile.TemporaryDirectory(prefix="kapok-bench-") as folder:
        started_s = time.monotonic()
        with platform(Path(folder) / "home") as stage:
            starts.append(time.monotonic() - started_s)
            join_ms, handshake_ms = _join_ms(stage)
            revocations = [_revoke_ms(stage) for _ in range(_REVOCATIONS)]
    decisions, casbin = decision_figures(), casbin_us()
    revoke_ms, call_ms = (median(values) for values in zip(*revocations, strict=True))
    report(
        "first-light",
        [
            Figure("decision_warm_p50_us", decisions["decision_warm_p50_us"], 5, f"without the memo: {casbin:.0f} µs"),
            Figure("revoke_200_viewers_p99_ms", revoke_ms, 50, f"a durable call, answered: {call_ms:.1f} ms"),
            Figure("join_running_camera_ms", join_ms, 100, f"its RTSP handshake alone: {handshake_ms:.1f} ms"),
            Figure("up_ready_s", median(starts), 10, f"{_STARTS} fresh homes: {', '.join(f'{s:.1f}' for s in starts)}"),
        ],
    )


def _start_s() -> float:
    with tempfile.TemporaryDirectory(prefix="kapok-bench-") as folder:
        started_s = time.monotonic()
        with platform(Path(folder) / "home"):
            return time.monotonic() - started_s


def _join_ms(stage: Platform) -> tuple[float, float]:
    """Median of a second viewer's first decodable picture from its connection, and of its handshake alone."""
    first = watching(opened(stage, _WATCHER, _CAMERA).rtsp_url)
    assert first.await_pictures(50), first.why
    joins = [first_picture_s(opened(stage, _WATCHER, _CAMERA).rtsp_url) for _ in range(_JOINS)]
    return median(total for total, _ in joins) * 1000, median(handshake for _, handshake in joins) * 1000


def _revoke_ms(stage: Platform) -> tuple[float, float]:
    """99th percentile over 200 viewers from the call to the reset behind the last byte; what giving back took."""
    crowd = Crowd(_VIEWERS)
    crowd.join(opened(stage, _WATCHER, _CAMERA, viewer_limit=_VIEWERS).rtsp_url)
    while len(crowd.last_byte_at_s) < _VIEWERS:
        time.sleep(0.05)  # until everybody sees pictures
    called_at_s = time.monotonic()
    request = _Permissions.RevokePrincipalRequest(name=f"principals/{_WATCHER}", reason="benchmark")
    stage.ask(_ORGAN, request)
    assert crowd.all_ended.wait(10), f"{_VIEWERS - len(crowd.ended_at_s)} viewers still see pictures"
    ends = sorted((ended_s - called_at_s) * 1000 for ended_s in crowd.ended_at_s.values())
    called_at_s = time.monotonic()
    stage.ask(_ORGAN, _Permissions.ReinstatePrincipalRequest(name=f"principals/{_WATCHER}", reason="benchmark"))
    return ends[int(0.99 * (_VIEWERS - 1))], (time.monotonic() - called_at_s) * 1000


if __name__ == "__main__":
    main()
