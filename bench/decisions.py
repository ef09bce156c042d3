"""What a warm decision costs: the whole public call over a mix of requests whose classes are known."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from statistics import median

from services.decider.decider import Decider
from services.decider.facts import (
    CITY,
    DISTRICTS,
    NO_CIRCUMSTANCES,
    Action,
    AgencyKind,
    Area,
    Camera,
    Circumstances,
    Incident,
    LegalBasis,
    Principal,
    Takeover,
    Tier,
)
from services.decider.policy import parse

POLICY = Path(__file__).parents[1] / "services/permissions/genesis/policy.csv"
ROUNDS = 20
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LATER = _NOW + timedelta(hours=1)
_SQUARE = ((23.0, 113.1), (23.2, 113.1), (23.2, 113.3), (23.0, 113.3))

Case = tuple[Principal, Camera, Action, Circumstances]


def decision_figures() -> dict[str, float]:
    """`decision_warm_p50_us` over the mix; apart, standing requests and those with papers, incident and takeover."""
    decider = Decider()
    decider.adopt(decider.prepare(parse(POLICY.read_text(encoding="utf-8")), revision=1))
    standing, particular = _cases(NO_CIRCUMSTANCES), _cases(None)
    return {
        "decision_warm_p50_us": _warm_p50_us(decider, standing + particular),
        "decision_standing_p50_us": _warm_p50_us(decider, standing),
        "decision_particular_p50_us": _warm_p50_us(decider, particular),
    }


def _cases(circumstances: Circumstances | None) -> list[Case]:
    """Every kind of agency and tier, three actions, each level; None: with papers, incident and takeover."""
    people = [_principal(kind, place) for kind, place in product(AgencyKind, (CITY, DISTRICTS[1]))]
    cameras = [
        Camera(f"districts/{DISTRICTS[1]}/cameras/{level}", level, 3, DISTRICTS[1], "agencies/x", 23.1, 113.2, True)
        for level in range(1, 6)
    ]
    return [
        (who, camera, action, circumstances or _burning(who, camera))
        for who, camera, action in product(people, cameras, (Action.LIVE, Action.COPY, Action.CONTROL))
    ]


def _principal(kind: AgencyKind, place: str) -> Principal:
    tier = Tier.MUNICIPAL if place == CITY else Tier.DISTRICT
    return Principal(f"principals/{kind}-{place}", f"agencies/{kind}-{place}", kind, tier, place, clearance=4)


def _burning(who: Principal, camera: Camera) -> Circumstances:
    return Circumstances(
        bases=(LegalBasis("legalBases/1", who.name, frozenset({camera.name}), _NOW, _LATER),),
        incidents=(Incident("incidents/1", Area(_SQUARE), frozenset({who.agency}), _NOW, _LATER),),
        takeovers=(Takeover("takeovers/1", 1, camera.name, who.agency, who.name, who.kind, who.tier, _NOW, _LATER),),
    )


def _warm_p50_us(decider: Decider, cases: Sequence[Case]) -> float:
    """Median of single calls in microseconds; the timer's own 0.1 µs is left in."""
    taken_ns = []
    for measured in range(-1, ROUNDS):  # the first round makes the classes known
        for who, camera, action, circumstances in cases:
            started = time.perf_counter_ns()
            decider.decide(who, camera, action, circumstances, _NOW)
            if measured >= 0:
                taken_ns.append(time.perf_counter_ns() - started)
    return round(median(taken_ns) / 1000, 2)


def casbin_us() -> float:
    """Median of first decisions in a fresh decider, in microseconds: what Casbin costs without the memo."""
    decider = Decider()
    decider.adopt(decider.prepare(parse(POLICY.read_text(encoding="utf-8")), revision=1))
    taken_ns = []
    for who, camera, action, circumstances in _cases(NO_CIRCUMSTANCES):
        started = time.perf_counter_ns()
        decider.decide(who, camera, action, circumstances, _NOW)
        taken_ns.append(time.perf_counter_ns() - started)
    return median(taken_ns) / 1000
