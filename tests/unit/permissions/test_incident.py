"""An incident is declared by its two organs, inside their jurisdiction, for at most 72 hours; any organ ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.decider.area import covers
from services.decider.facts import AgencyKind, Area, Principal
from services.permissions.incident import Declaration, IncidentDeclared, IncidentEnded, IncidentKind, declare, end
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    INFORMATIZATION,
    LATER,
    NOW,
    OPERATOR,
    POLICE,
    SECTOR,
    SECURITY,
    SQUARE,
    TIANHE,
    TUNNEL,
    URBAN,
    YUEXIU,
    principal,
)

DISTRICT_COMMAND = principal(AgencyKind.EMERGENCY_COMMAND, YUEXIU)
FIRE = Declaration(
    display_name="Fire in the tunnel",
    kind=IncidentKind.ACCIDENT,
    order_number="GZ-2026-1",
    area=Area(SQUARE),
    opens_to=frozenset({COMMAND.agency}),
    ends_at=LATER,
    letter_number="L-1",
    certificates=("C-1", "C-2"),
)


@pytest.mark.parametrize("who", [COMMAND, CITY_POLICE, POLICE, DISTRICT_COMMAND])
def test_emergency_command_and_public_security_declare(who: Principal) -> None:
    declared, events = declare("incidents/1", FIRE, who, NOW)
    assert events == (IncidentDeclared(declared),)
    fact = declared.fact
    assert (fact.starts_at, fact.ends_at, fact.opens_to) == (NOW, LATER, FIRE.opens_to)


@pytest.mark.parametrize("who", [URBAN, SECTOR, SECURITY, INFORMATIZATION, OPERATOR])
def test_nobody_else_declares(who: Principal) -> None:
    with pytest.raises(Denied, match="Article 18 ¶2"):
        declare("incidents/1", FIRE, who, NOW)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"display_name": ""}, "incident.display_name"),
        ({"order_number": "x" * 101}, "incident.order_number"),
        ({"letter_number": "a\nb"}, "incident.letter_number"),
        ({"ends_at": NOW}, "incident.end_time"),
        ({"ends_at": NOW + timedelta(hours=72, seconds=1)}, "incident.end_time"),
        ({"certificates": ("C-1",)}, "incident.officer_certificates"),
        ({"certificates": ("C-1", "C-1")}, "incident.officer_certificates"),
        ({"certificates": ("C-1", " ")}, "incident.officer_certificates"),
        ({"opens_to": frozenset()}, "incident.agencies"),
        ({"opens_to": frozenset({""})}, "incident.agencies"),
        ({"area": Area()}, "incident.area"),
        ({"area": Area(SQUARE[:2])}, "incident.area"),
        ({"area": Area(((23.0, 113.1), (23.1, 113.2), (23.2, 113.3)))}, "incident.area"),
        ({"area": Area((*SQUARE, (39.9, 116.4)))}, "incident.area"),
        ({"area": Area((*SQUARE, (float("nan"), 113.2)))}, "incident.area"),
        ({"area": Area((*SQUARE, (float("inf"), 113.2)))}, "incident.area"),
        ({"area": Area(SQUARE * 300)}, "incident.area"),
        ({"area": Area(districts=frozenset({"440300"}))}, "incident.area"),
        ({"area": Area(cameras=frozenset(str(n) for n in range(1001)))}, "incident.area"),
    ],
)
def test_a_wrong_field_is_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        declare("incidents/1", replace(FIRE, **wrong), COMMAND, NOW)  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]


@pytest.mark.parametrize(
    "area",
    [
        Area(districts=frozenset({TIANHE})),
        Area(cameras=frozenset({f"districts/{TIANHE}/cameras/{TIANHE}00001310000001"})),
    ],
)
def test_a_district_agency_names_nothing_beyond_its_district(area: Area) -> None:
    with pytest.raises(InvalidArgument, match="Articles 4, 5"):
        declare("incidents/1", replace(FIRE, area=area), DISTRICT_COMMAND, NOW)
    assert declare("incidents/1", replace(FIRE, area=area), COMMAND, NOW)


def test_a_district_agencys_polygon_covers_its_own_district_only() -> None:
    area = declare("incidents/1", FIRE, DISTRICT_COMMAND, NOW)[0].fact.area
    assert covers(area, TUNNEL)
    assert not covers(area, replace(TUNNEL, district=TIANHE))


@pytest.mark.parametrize("who", [COMMAND, CITY_POLICE, SECURITY, INFORMATIZATION, POLICE])
def test_any_organ_ends_it_and_then_it_is_over(who: Principal) -> None:
    declared, _ = declare("incidents/1", FIRE, COMMAND, NOW)
    at = NOW + timedelta(minutes=5)
    closed, events = end(declared, who, at)
    assert events == (IncidentEnded(closed, who.name),)
    assert closed.fact.ends_at == at
    with pytest.raises(FailedPrecondition, match="has ended"):
        end(closed, who, at)


def test_others_do_not_end_it_and_its_own_end_is_an_end() -> None:
    declared, _ = declare("incidents/1", FIRE, COMMAND, NOW)
    with pytest.raises(Denied):
        end(declared, URBAN, NOW)
    with pytest.raises(FailedPrecondition):
        end(declared, COMMAND, LATER)
