"""The figures of bench-fanout and their goals; what could not be measured is null and keeps its key."""

from dataclasses import dataclass, field

from bench.fanout.cost import Against, Cost
from bench.fanout.endings import Endings
from bench.report import Figure

_NOT = "not measured"


@dataclass
class Seen:
    """What one run has measured so far. ``costs`` by the scheme of a URL."""

    costs: dict[str, Against | None] = field(default_factory=dict)
    others: dict[str, Cost | None] = field(default_factory=dict)  # servers named on the command line
    gstreamer: Cost | None = None
    cameras: Cost | None = None
    many: tuple[Against, float] | None = None  # and KiB of each
    stopped: tuple[Cost, float] | None = None  # the others' cost, and KiB of each stopped one
    join_ms: float | None = None
    endings: Endings | None = None

    @property
    def few(self) -> Cost | None:
        """Of RTSP."""
        found = self.costs.get("rtsp")
        return found.ours if found else None

    def ratio(self, figure: str, found: Against | None, goal: float) -> Figure:
        """To the limit that took turns with it."""
        return Figure(figure, found.ratio if found else None, goal, str(found or _NOT))

    def beside(self, figure: str, peer: Cost | None, goal: float | None) -> Figure:
        """RTSP's cost to that of another server."""
        ratio = self.few.cpu_per_gbit / peer.cpu_per_gbit if self.few and peer else None
        return Figure(figure, ratio, goal, str(peer or _NOT))


def figures(seen: Seen) -> list[Figure]:
    """All of them, in the order of the issue, then those that it asks for without naming them."""
    others = [seen.beside(f"{name}_ratio_200", cost, None) for name, cost in seen.others.items()]
    return [*_costs(seen), *_viewers(seen), *_endings(seen), *_over_tls(seen), *others]


def _costs(seen: Seen) -> list[Figure]:
    few, many, costs = seen.few, seen.many[0] if seen.many else None, seen.costs
    return [
        Figure("cpu_per_gbit_200", few.cpu_per_gbit if few else None, None, str(few or _NOT)),
        Figure("cpu_per_gbit_1000", many.ours.cpu_per_gbit if many else None, None, str(many.ours if many else _NOT)),
        seen.ratio("kernel_ratio_200", costs.get("rtsp"), 1.25),
        seen.ratio("kernel_ratio_1000", many, 1.25),
        seen.beside("gstreamer_ratio_200", seen.gstreamer, 0.35),
        seen.ratio("websocket_kernel_ratio_200", costs.get("ws"), 1.4),
        seen.ratio("grpc_kernel_ratio_200", costs.get("grpc"), 3),
        seen.ratio("udp_kernel_ratio_200", costs.get("rtp"), 4),
    ]


def _viewers(seen: Seen) -> list[Figure]:
    others, kib = seen.stopped or (None, None)
    few, cameras, many = seen.few, seen.cameras, seen.many
    return [
        Figure("delay_p99_ms_200", few.delay_p99_ms if few else None, 15, "from the camera's send to a viewer's read"),
        Figure("kib_per_viewer_1000", many[1] if many else None, 16, "resident, beyond one viewer's"),
        Figure("many_cameras_lost_pictures", cameras.lost if cameras else None, 0, str(cameras or _NOT)),
        Figure("join_p99_ms", seen.join_ms, 50, "one more viewer beside 200: to its whole key picture"),
        Figure("stopped_others_lost_pictures", others.lost if others else None, 0, str(others or _NOT)),
        Figure("stopped_kib_per_viewer", kib, 84, "SIGSTOP: 16 KiB and one key picture, half sent"),
    ]


def _endings(seen: Seen) -> list[Figure]:
    found = seen.endings
    return [
        Figure("revoke_one_p99_ms", found.one_p99_ms if found else None, 10, "of 1,000: from publishing to the reset"),
        Figure("revoke_one_pictures_after", found.pictures_after if found else None, 1, "that the camera sent later"),
        Figure("revoke_1000_viewers_ms", found.all_ms if found else None, 100, "from the call, its put, to the last"),
    ]


def _over_tls(seen: Seen) -> list[Figure]:
    """Beside a loop of Python's ssl."""
    return [
        seen.ratio("rtsps_ssl_ratio_200", seen.costs.get("rtsps"), 1.3),
        seen.ratio("grpc_ssl_ratio_200", seen.costs.get("grpcs"), 1.3),
    ]
