"""Relations and conditions are what the facts say at that moment, no longer and no further."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.chassis.errors import InvalidArgument
from services.decider.conditions import CONDITIONS, conditions
from services.decider.facts import (
    CITY,
    NO_CIRCUMSTANCES,
    Action,
    AgencyKind,
    Area,
    Camera,
    Circumstances,
    ControlLease,
    Inspection,
    Principal,
    Relation,
)
from services.decider.relation import is_hidden, relation
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    EVERYBODY,
    FIRE,
    LATER,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECTOR,
    SECURITY,
    TIANHE,
    TUNNEL,
    URBAN,
    lease,
    papers,
    principal,
    takeover,
    with_papers,
)


def names(who: Principal, camera: Camera = TUNNEL, facts: Circumstances = NO_CIRCUMSTANCES, **more: object) -> set[str]:
    at = more.get("at", NOW)
    action = more.get("action", Action.LIVE)
    found = conditions(who, camera, action, facts, at)  # type: ignore[arg-type] # chosen by the keyword's name
    return {name for name, condition in CONDITIONS.items() if condition.bit & found.bits}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (OPERATOR, Relation.OWN),
        (POLICE, Relation.DISTRICT),
        (CITY_POLICE, Relation.MUNICIPAL),
        (principal(AgencyKind.PUBLIC_SECURITY, TIANHE), Relation.OTHER),
        (replace(POLICE, agency=TUNNEL.operator), Relation.OWN),
    ],
)
def test_the_relation_is_own_then_district_then_municipal_then_other(who: Principal, expected: Relation) -> None:
    assert relation(who, TUNNEL) is expected


def test_a_camera_outside_the_city_is_other_to_a_municipal_agency() -> None:
    assert relation(CITY_POLICE, replace(TUNNEL, district="440300")) is Relation.OTHER


def test_a_state_secret_is_hidden_from_all_but_national_security_and_its_operator() -> None:
    assert [who for who in EVERYBODY if not is_hidden(who, SECRET)] == [SECURITY, OPERATOR]
    assert not any(is_hidden(who, TUNNEL) for who in EVERYBODY)


def test_a_camera_without_a_level_is_hidden_like_one_since_it_may_become_one() -> None:
    assert [who for who in EVERYBODY if not is_hidden(who, replace(TUNNEL, level=0))] == [SECURITY, OPERATOR]


def test_a_role_with_a_blank_cannot_smuggle_in_another() -> None:
    with pytest.raises(InvalidArgument, match="one word"):
        replace(URBAN, roles=frozenset({"viewer public-security"}))


def test_clearance_reaches_levels_up_to_it() -> None:
    assert "cleared" in names(POLICE)
    assert "cleared" not in names(replace(POLICE, clearance=3))


def test_suspension_and_missing_acceptance_are_conditions_too() -> None:
    assert {"suspended", "not-accepted"} <= names(
        replace(POLICE, is_suspended=True), replace(TUNNEL, is_accepted=False)
    )


def test_the_state_of_the_system_is_told_by_conditions() -> None:
    assert "operating" in names(POLICE)
    assert not {"barred", "not-accepted"} & names(POLICE)
    assert "operating" not in names(POLICE, replace(TUNNEL, is_operating=False))
    assert "barred" in names(POLICE, replace(TUNNEL, is_barred=True))


def test_papers_hold_from_their_start_up_to_their_end_for_their_principal_and_cameras() -> None:
    facts = with_papers(POLICE)
    assert "papers" in names(POLICE, facts=facts)
    assert "papers" not in names(POLICE, facts=facts, at=LATER)
    assert "papers" not in names(POLICE, facts=facts, at=NOW - timedelta(seconds=1))
    assert "papers" not in names(CITY_POLICE, facts=facts)
    assert "papers" not in names(POLICE, PARK, facts)
    assert "papers" not in names(POLICE, facts=facts, action=Action.CONFIGURE)
    assert "papers" not in names(POLICE, facts=Circumstances(bases=(replace(papers(POLICE), is_revoked=True),)))


def test_an_incident_opens_its_area_to_agencies_and_kinds_that_it_names_while_it_lasts() -> None:
    facts = Circumstances(incidents=(FIRE,))
    by_kind = Circumstances(incidents=(replace(FIRE, opens_to=frozenset({AgencyKind.SECTOR_AUTHORITY.value})),))
    assert "incident" in names(COMMAND, facts=facts)
    assert "incident" in names(SECTOR, facts=by_kind)
    assert "incident" not in names(SECTOR, facts=facts)
    assert "incident" not in names(COMMAND, replace(TUNNEL, latitude=22.6), facts)
    assert "incident" not in names(COMMAND, facts=facts, at=LATER)


def test_an_inspection_is_open_to_its_agency_in_its_area() -> None:
    opened = Inspection("inspections/1", POLICE.agency, Area(cameras=frozenset({TUNNEL.name})), NOW, LATER)
    facts = Circumstances(inspections=(opened,))
    assert "inspection" in names(POLICE, facts=facts)
    assert "inspection" not in names(POLICE, PARK, facts)
    assert "inspection" not in names(CITY_POLICE, facts=facts)


def test_control_is_the_operators_until_somebody_takes_over_and_again_after_the_end() -> None:
    facts = Circumstances(takeovers=(takeover(COMMAND),))
    assert "holds-control" in names(OPERATOR)
    assert "held-by-other" in names(OPERATOR, facts=facts)
    assert "holds-control" in names(COMMAND, facts=facts)
    assert "holds-control" in names(OPERATOR, facts=facts, at=LATER)
    assert not {"holds-control", "held-by-other"} & names(POLICE)


def test_a_lease_keeps_others_off_and_opens_nothing_by_itself() -> None:
    """Whoever commands by policy stands on the row that let it; the operator precedes it."""

    def control(who: Principal, *leases: ControlLease, at: datetime = NOW) -> set[str]:
        return names(who, facts=Circumstances(leases=leases), at=at, action=Action.CONTROL)

    told = {"holds-control", "held-by-other"}
    police, own = lease(POLICE), lease(OPERATOR, 2)
    assert not told & control(POLICE, police)
    assert control(URBAN, police) & told == control(POLICE, own) & told == {"held-by-other"}
    assert control(OPERATOR, police) & told == control(OPERATOR, own, police) & told == {"holds-control"}
    assert not told & control(URBAN, police, at=police.ends_at)
    taken = Circumstances(takeovers=(takeover(COMMAND),), leases=(police, own))
    assert "held-by-other" in names(OPERATOR, facts=taken, action=Action.CONTROL)
    assert "holds-control" in names(COMMAND, facts=taken, action=Action.CONTROL)
    assert "held-by-other" not in names(URBAN, facts=Circumstances(leases=(police,)), action=Action.LIVE)


def test_a_condition_lasts_as_long_as_the_longest_fact_behind_it() -> None:
    longer = replace(papers(POLICE), ends_at=LATER + timedelta(hours=1))
    found = conditions(POLICE, TUNNEL, Action.LIVE, Circumstances(bases=(papers(POLICE), longer, papers(POLICE))), NOW)
    assert found.until == {CONDITIONS[name].bit: longer.ends_at for name in ("papers", "reviewed")}


def test_a_city_agency_has_the_roles_of_its_kind_and_tier() -> None:
    assert CITY_POLICE.jurisdiction == CITY
    assert CITY_POLICE.role_text == "public-security public-security@municipal"
