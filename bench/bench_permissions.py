"""`make bench-permissions`: what a decision costs alone, in batches and over gRPC; other engines in the same run."""

from collections.abc import Sequence

from bench.permissions import local, peers
from bench.permissions.asked import NOW, Case, genesis, request_of
from bench.permissions.served import Served, served
from bench.report import Figure, report

_NOT_INSTALLED = "not installed: bench/permissions/peers.py says how"


def main() -> None:
    """Measure and report."""
    asked = local.mixed()
    warm = local.warm(asked)
    standing = local.warm([case for case in asked if case[3].are_none])
    particular = local.warm([case for case in asked if not case[3].are_none])
    cold_ms, coldest_ms = local.cold_ms(asked)
    apart = (
        f"level and place only: {standing.p50_us:.1f} µs; with papers, incident, takeover: {particular.p50_us:.1f} µs"
    )
    figures = [
        Figure("warm_p50_us", warm.p50_us, 5, apart),
        Figure("warm_p99_us", warm.p99_us, 25, f"with papers, incident and takeover alone: {particular.p99_us:.1f} µs"),
        Figure("cold_ms", cold_ms, 2, f"worst: {coldest_ms:.1f} ms"),
        _fastest_peer(warm.p50_us, asked),
        Figure("cameras_cost_ratio_1m_1k", local.cameras_ratio(), 1.2, "to any of them, by turns"),
        Figure("principals_cost_ratio_100k_1k", local.principals_ratio(), 1.2, "by any of them, by turns"),
        *_served(served()),
        *_swaps(),
    ]
    report("permissions", figures)


def _fastest_peer(warm_us: float, asked: Sequence[Case]) -> Figure:
    """None when no peer is installed: then nothing was compared."""
    decider = local.decider_of(genesis())
    answers = [decider.decide(*case, NOW).allowed for case in asked]
    found = peers.measured(genesis(), [request_of(case) for case in asked], answers)
    told = "; ".join(f"{one.name} {_NOT_INSTALLED if one.p50_us is None else f'{one.p50_us:.1f} µs'}" for one in found)
    times = [one.p50_us / warm_us for one in found if one.p50_us is not None]
    return Figure("times_fastest_peer", min(times, default=None), 10, told, is_floor=True)


def _served(found: Served) -> list[Figure]:
    named = f"by name, with reasons: {found.named_per_s:,.0f}"
    return [
        Figure("batch_checks_per_s_core", found.batch_per_s, 250_000, named, is_floor=True),
        Figure("unary_checks_per_s_core", found.unary_per_s, 1_500, "one call for each check", is_floor=True),
    ]


def _swaps() -> list[Figure]:
    swap_ms, classes = local.swap_ms()
    wrong, answered = local.wrong_answers()
    return [
        Figure("swap_10k_sessions_ms", swap_ms, 250, f"{classes:,} classes of requests among the sessions"),
        Figure("wrong_answers_in_100_swaps", wrong, 0, f"of {answered:,} answers"),
    ]


if __name__ == "__main__":
    main()
