"""Who asks for what: a city's principals and cameras of any number, and requests that they make, by seed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from services.decider.conditions import conditions
from services.decider.decider import Decider
from services.decider.facts import (
    CATEGORIES,
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
from services.decider.model import Request
from services.decider.policy import Policy, parse
from services.decider.relation import relation

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LATER = NOW + timedelta(hours=1)
_SQUARE = ((23.0, 113.1), (23.2, 113.1), (23.2, 113.3), (23.0, 113.3))
_ACTIONS = (Action.LIVE, Action.LIVE, Action.LIVE, Action.DESCRIBE, Action.PLAYBACK, Action.COPY, Action.CONTROL)
_OPERATORS = 200

Case = tuple[Principal, Camera, Action, Circumstances]


def genesis() -> Policy:
    """The policy that ships."""
    return parse((Path(__file__).parents[2] / "services/permissions/genesis/policy.csv").read_text(encoding="utf-8"))


def people(count: int) -> list[Principal]:
    """Principals of every kind, in the city and its districts; each twentieth runs cameras."""
    kinds, places = tuple(AgencyKind), (CITY, *DISTRICTS)
    return [
        Principal(
            f"principals/p{n}", f"agencies/a{n % (20 * _OPERATORS)}", kinds[n % 7],
            Tier.MUNICIPAL if n // 7 % 12 == 0 else Tier.DISTRICT, places[n // 7 % 12], clearance=1 + n % 4,
        )
        for n in range(count)
    ]  # fmt: skip


def cameras(count: int, seed: int = 1) -> list[Camera]:
    """Cameras of every category and district, of levels 1 to 4; one in twenty has a system that is not in service."""
    chance = Random(seed)
    return [
        Camera(
            f"districts/{district}/cameras/{district}0000131{n:07}", chance.randint(1, 4),
            chance.choice(CATEGORIES), district, f"agencies/a{20 * chance.randrange(_OPERATORS)}",
            22.8 + chance.random(), 113.0 + chance.random(), True, chance.random() > 0.05,
        )
        for n in range(count)
        for district in (DISTRICTS[n % len(DISTRICTS)],)
    ]  # fmt: skip


def cases(who: Sequence[Principal], city: Sequence[Camera], count: int, seed: int = 2) -> list[Case]:
    """Requests: most stand on level and jurisdiction, the others on papers, an incident or a takeover as well."""
    chance = Random(seed)
    made: list[Case] = []
    for _ in range(count):
        principal, camera = chance.choice(who), chance.choice(city)
        given = chance.choices((NO_CIRCUMSTANCES, _particular(principal, camera)), (7, 3))[0]
        made.append((principal, camera, chance.choice(_ACTIONS), given))
    return made


def allowed(decider: Decider, who: Sequence[Principal], city: Sequence[Camera], count: int) -> list[Case]:
    """Requests that were granted: what running sessions stand on."""
    granted: list[Case] = []
    seed = 3
    while len(granted) < count:
        granted += [case for case in cases(who, city, count, seed) if decider.decide(*case, NOW).allowed]
        seed += 1
    return granted[:count]


def request_of(case: Case) -> Request:
    """A case as the rules see it: what the peers are given ready made."""
    who, camera, action, circumstances = case
    bits = conditions(who, camera, action, circumstances, NOW).bits
    return who.role_text, relation(who, camera), action, camera.level, camera.category, bits


def _particular(who: Principal, camera: Camera) -> Circumstances:
    return Circumstances(
        bases=(LegalBasis("legalBases/1", who.name, frozenset({camera.name}), NOW, _LATER),),
        incidents=(Incident("incidents/1", Area(_SQUARE), frozenset({who.agency}), NOW, _LATER),),
        takeovers=(Takeover("takeovers/1", 1, camera.name, who.agency, who.name, who.kind, who.tier, NOW, _LATER),),
    )
