"""Who and what the decider's tests speak of: one principal of each kind, cameras of the tunnel, the genesis policy."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import services.permissions
from services.decider.decider import Decider
from services.decider.facts import (
    CITY,
    AgencyKind,
    Area,
    Camera,
    Circumstances,
    ControlLease,
    Incident,
    LegalBasis,
    Principal,
    Takeover,
    Tier,
)
from services.decider.policy import COLUMNS, Policy, parse

NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
YUEXIU, TIANHE = "440104", "440106"
GENESIS = parse((Path(services.permissions.__path__[0]) / "genesis/policy.csv").read_text())


def principal(kind: AgencyKind, jurisdiction: str = CITY, clearance: int = 4) -> Principal:
    """One of ``kind``: municipal for the city's code, of the district otherwise."""
    tier = Tier.MUNICIPAL if jurisdiction == CITY else Tier.DISTRICT
    name = f"{kind.value}-{jurisdiction}"
    return Principal(f"principals/{name}", f"agencies/{name}", kind, tier, jurisdiction, clearance)


POLICE = principal(AgencyKind.PUBLIC_SECURITY, YUEXIU)
CITY_POLICE = principal(AgencyKind.PUBLIC_SECURITY)
SECURITY = principal(AgencyKind.NATIONAL_SECURITY, clearance=5)
URBAN = principal(AgencyKind.URBAN_MANAGEMENT, YUEXIU)
COMMAND = principal(AgencyKind.EMERGENCY_COMMAND)
SECTOR = principal(AgencyKind.SECTOR_AUTHORITY)
INFORMATIZATION = principal(AgencyKind.INFORMATION_TECHNOLOGY)
OPERATOR = principal(AgencyKind.OPERATOR)
EVERYBODY = (POLICE, CITY_POLICE, SECURITY, URBAN, COMMAND, SECTOR, INFORMATIZATION, OPERATOR)

TUNNEL = Camera(
    f"districts/{YUEXIU}/cameras/{YUEXIU}00001310000001", 4, 3, YUEXIU, OPERATOR.agency, 23.11, 113.25, True
)
PARK = replace(TUNNEL, name=TUNNEL.name[:-1] + "2", level=1, category=10)
SECRET = replace(TUNNEL, name=TUNNEL.name[:-1] + "3", level=5, category=6)

SQUARE = ((23.0, 113.1), (23.2, 113.1), (23.2, 113.3), (23.0, 113.3))
FIRE = Incident("incidents/fire", Area(SQUARE), frozenset({COMMAND.agency, URBAN.agency}), NOW, LATER)


def papers(who: Principal, camera: Camera = TUNNEL) -> LegalBasis:
    return LegalBasis("legalBases/letter", who.name, frozenset({camera.name}), NOW, LATER)


def takeover(who: Principal, number: int = 1, camera: Camera = TUNNEL) -> Takeover:
    return Takeover(f"takeovers/{number}", number, camera.name, who.agency, who.name, who.kind, who.tier, NOW, LATER)


def lease(who: Principal, number: int = 1, camera: Camera = TUNNEL) -> ControlLease:
    return ControlLease(number, camera.name, who.agency, who.name, NOW, NOW + timedelta(seconds=10))


def with_papers(who: Principal, camera: Camera = TUNNEL) -> Circumstances:
    return Circumstances(bases=(papers(who, camera),))


def deciding(policy: Policy = GENESIS) -> Decider:
    decider = Decider()
    decider.adopt(decider.prepare(policy, revision=1))
    return decider


def policy_of(*rows: str) -> Policy:
    """A policy of these lines, each without its header."""
    return parse("\n".join((",".join(COLUMNS), *rows, "")))
