"""An incident is declared by its two organs, inside their jurisdiction, for at most 72 hours; any organ ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.decider.area import covers
from services.decider.facts import AgencyKind, Area, Principal
from services.permissions.incidents.domain import Declared, IncidentEvent, State, Verb, is_shown, settle
from services.permissions.incidents.rules import declare, end
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    INFORMATIZATION,
    LATER,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECTOR,
    SECURITY,
    TIANHE,
    TUNNEL,
    URBAN,
    YUEXIU,
    principal,
)
from tests.unit.permissions.fires import BLOCK, DISTRICT_COMMAND, FIRE, NANSHA, fire

DISTRICT_SECURITY = principal(AgencyKind.NATIONAL_SECURITY, YUEXIU)
TIANHE_POLICE = principal(AgencyKind.PUBLIC_SECURITY, TIANHE)


@pytest.mark.parametrize("who", [COMMAND, CITY_POLICE, POLICE, DISTRICT_COMMAND])
def test_emergency_command_and_public_security_declare(who: Principal) -> None:
    declared, events = declare("incidents/1", FIRE, who, NOW)
    assert events == (IncidentEvent(Verb.DECLARED, who.name),)
    assert declared.state is State.IN_FORCE
    [fact] = declared.facts(COMMAND.agency)
    assert (fact.starts_at, fact.ends_at, fact.opens_to) == (NOW, LATER, FIRE.opens_to)
    assert declared.facts(URBAN.agency) == ()


@pytest.mark.parametrize("who", [URBAN, SECTOR, SECURITY, INFORMATIZATION, OPERATOR])
def test_nobody_else_declares(who: Principal) -> None:
    with pytest.raises(Denied, match="Article 18 ¶2") as refused:
        declare("incidents/1", FIRE, who, NOW)
    assert refused.value.metadata == {"rule": "art18-incident-declare", "article": "Article 18 ¶2"}


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
        ({"certificates": ("C-1", " Ｃ-１ ")}, "incident.officer_certificates"),
        ({"certificates": ("C-1", "c-1")}, "incident.officer_certificates"),
        ({"certificates": ("C-1", "x" * 101)}, "incident.officer_certificates"),
        ({"opens_to": frozenset()}, "incident.agencies"),
        ({"opens_to": frozenset({""})}, "incident.agencies"),
        ({"area": Area()}, "incident.area"),
        ({"area": Area(BLOCK[:2])}, "incident.area"),
        ({"area": Area(((23.0, 113.1), (23.1, 113.2), (23.2, 113.3)))}, "incident.area"),
        ({"area": Area((*BLOCK, (39.9, 116.4)))}, "incident.area"),
        ({"area": Area((*BLOCK, (float("nan"), 113.2)))}, "incident.area"),
        ({"area": Area((*BLOCK, (float("inf"), 113.2)))}, "incident.area"),
        ({"area": Area(BLOCK * 300)}, "incident.area"),
        ({"area": Area(districts=frozenset({"440300"}))}, "incident.districts"),
        ({"area": Area(cameras=frozenset(str(n) for n in range(1001)))}, "incident.cameras"),
    ],
)
def test_a_wrong_field_is_named_with_rule_and_article(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        declare("incidents/1", replace(FIRE, **wrong), COMMAND, NOW)  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]
    assert refused.value.metadata == {"rule": "art18-incident-declare", "article": "Article 18 ¶2"}


@pytest.mark.parametrize(
    ("area", "field"),
    [
        (Area(districts=frozenset({TIANHE})), "incident.districts"),
        (Area(cameras=frozenset({f"districts/{TIANHE}/cameras/{TIANHE}00001310000001"})), "incident.cameras"),
        (Area(NANSHA), "incident.area"),
    ],
)
def test_a_district_agency_names_nothing_beyond_its_district(area: Area, field: str) -> None:
    with pytest.raises(InvalidArgument, match="Articles 4, 5") as refused:
        declare("incidents/1", replace(FIRE, area=area), DISTRICT_COMMAND, NOW)
    assert [violation.field for violation in refused.value.violations] == [field]
    assert declare("incidents/1", replace(FIRE, area=area), COMMAND, NOW)


def test_a_district_agencys_polygon_covers_its_own_district_only() -> None:
    [fact] = fire(by=DISTRICT_COMMAND).facts(COMMAND.agency)
    assert covers(fact.area, TUNNEL)
    assert not covers(fact.area, replace(TUNNEL, district=TIANHE))


@pytest.mark.parametrize("who", [COMMAND, CITY_POLICE, SECURITY, INFORMATIZATION])
def test_its_declarer_and_any_organ_of_the_city_end_it_and_then_it_is_over(who: Principal) -> None:
    at = NOW + timedelta(minutes=5)
    closed, events = end(fire(), who, at)
    assert events == (IncidentEvent(Verb.ENDED, who.name),)
    assert (closed.state, closed.ends_at) == (State.ENDED, at)
    assert closed.facts(COMMAND.agency)[0].ends_at == at
    with pytest.raises(FailedPrecondition, match="declare a new one"):
        end(closed, who, at)


@pytest.mark.parametrize("who", [POLICE, DISTRICT_SECURITY])
def test_an_organ_of_the_district_ends_what_concerns_its_district_alone(who: Principal) -> None:
    assert end(fire(by=DISTRICT_COMMAND), who, NOW)[0].state is State.ENDED
    assert end(fire(area=Area(cameras=frozenset({TUNNEL.name}))), who, NOW)[0].state is State.ENDED
    with pytest.raises(Denied, match="reaches it"):
        end(fire(), who, NOW)  # a polygon of the city's may lie beyond


@pytest.mark.parametrize("who", [URBAN, SECTOR, OPERATOR, TIANHE_POLICE, COMMAND])
def test_nobody_else_ends_it(who: Principal) -> None:
    with pytest.raises(Denied) as refused:
        end(fire(by=DISTRICT_COMMAND), who, NOW)
    assert refused.value.metadata["rule"] == "art18-incident-end"


def test_its_own_end_is_an_end() -> None:
    with pytest.raises(FailedPrecondition, match="expired"):
        end(fire(), COMMAND, LATER)
    expired, events = settle(fire(), LATER)
    assert (expired.state, events) == (State.EXPIRED, (IncidentEvent(Verb.EXPIRED, ""),))
    assert settle(expired, LATER) == (expired, ())


def test_it_is_shown_to_whom_it_concerns_and_to_nobody_else() -> None:
    of_district = replace(fire(by=DISTRICT_COMMAND), operators=frozenset({OPERATOR.agency}))
    told = [DISTRICT_COMMAND, COMMAND, CITY_POLICE, SECURITY, INFORMATIZATION, POLICE, DISTRICT_SECURITY, OPERATOR]
    assert all(is_shown(of_district, who) for who in told)
    assert not any(is_shown(of_district, who) for who in (URBAN, SECTOR, TIANHE_POLICE))
    assert is_shown(fire(opens_to=frozenset({URBAN.agency})), URBAN)
    assert not is_shown(fire(), OPERATOR)


def test_a_camera_list_opens_its_cameras_alone() -> None:
    [fact] = fire(area=Area(cameras=frozenset({TUNNEL.name}))).facts(COMMAND.agency)
    assert covers(fact.area, TUNNEL)
    assert not covers(fact.area, PARK)


def test_whoever_had_a_hand_in_opening_it_is_named() -> None:
    declared: Declared = fire()
    assert declared.openers == {COMMAND.name}
