"""A whole district waits for a second approver; extending and widening are acts of their own, never retroactive."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.decider.area import covers
from services.decider.conditions import INCIDENT, conditions
from services.decider.facts import Action, Area, Camera, Circumstances, Principal
from services.permissions.incidents.act import ActKind, Verdict
from services.permissions.incidents.commands import Extension, Ruling, Widening
from services.permissions.incidents.domain import APPROVAL_WITHIN, LONGEST, Declared, IncidentEvent, State, Verb, settle
from services.permissions.incidents.rules import MAX_ACTS, decide, declare, end, extend, widen
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    LATER,
    NOW,
    PARK,
    POLICE,
    SECURITY,
    SQUARE,
    TIANHE,
    TUNNEL,
    URBAN,
)
from tests.unit.permissions.fires import BLOCK, DISTRICT_COMMAND, DUTY, FIRE, NANSHA, NEXT, WHOLE, fire

SOON = NOW + timedelta(minutes=10)
LONGER = Extension("GZ-2026-2", "it still burns", LATER + timedelta(hours=1))
MORE = Widening("GZ-2026-3", "smoke drifts north", Area(NEXT))
YES, NO = Ruling(1, True, "seen"), Ruling(1, False, "a block will do")


def opens(declared: Declared, camera: Camera, who: Principal, at: datetime) -> bool:
    """As the decider judges it at ``at``."""
    circumstances = Circumstances(incidents=declared.facts(who.agency))
    return bool(conditions(who, camera, Action.LIVE, circumstances, at).bits & INCIDENT)


@pytest.mark.parametrize("area", [WHOLE, Area(SQUARE), Area(BLOCK, districts=frozenset({TIANHE}))])
def test_a_whole_district_opens_nothing_until_a_second_principal_approves(area: Area) -> None:
    waiting, events = declare("incidents/1", replace(FIRE, area=area), COMMAND, NOW)
    assert events == (IncidentEvent(Verb.SUBMITTED, COMMAND.name),)
    assert (waiting.state, waiting.starts_at, waiting.facts(COMMAND.agency)) == (State.PENDING, None, ())
    approved, events = decide(waiting, YES, DUTY, SOON)
    assert events == (IncidentEvent(Verb.APPROVED, DUTY.name),)
    assert (approved.state, approved.starts_at, approved.ends_at) == (State.IN_FORCE, SOON, LATER)
    assert opens(approved, TUNNEL, COMMAND, SOON)
    assert not opens(approved, TUNNEL, COMMAND, SOON - timedelta(seconds=1))
    assert approved.openers == {COMMAND.name, DUTY.name}


def test_a_polygon_that_crosses_its_own_sides_is_as_large_as_what_it_encloses() -> None:
    south, north, west, east = 23.0, 23.2, 113.1, 113.3
    bow_tie = ((south, west), (north, east), (south, east), (north, west))
    assert fire(area=Area(bow_tie)).state is State.PENDING


def test_many_small_polygons_do_not_add_up_to_a_district_unseen() -> None:
    declared, now = fire(), NOW
    while declared.pending is None:
        now += timedelta(seconds=1)
        declared, _ = widen(declared, MORE, COMMAND, now)
        assert len(declared.acts) < 10
    assert declared.state is State.IN_FORCE, "what was open stays open while the rest waits"


@pytest.mark.parametrize("by", [DUTY, CITY_POLICE])
def test_another_principal_of_the_same_or_a_higher_tier_approves(by: Principal) -> None:
    assert decide(fire(area=WHOLE), YES, by, SOON)[0].state is State.IN_FORCE
    assert decide(fire(by=DISTRICT_COMMAND, area=WHOLE), YES, by, SOON)[0].state is State.IN_FORCE


def test_an_organ_of_the_same_district_approves_what_its_district_declared_and_nothing_of_the_citys() -> None:
    assert decide(fire(by=DISTRICT_COMMAND, area=WHOLE), YES, POLICE, SOON)[0].state is State.IN_FORCE
    with pytest.raises(Denied, match="higher tier"):
        decide(fire(area=WHOLE), YES, POLICE, SOON)


@pytest.mark.parametrize(
    ("by", "why"), [(COMMAND, "another principal"), (SECURITY, "emergency command"), (URBAN, "emergency command")]
)
def test_nobody_else_approves(by: Principal, why: str) -> None:
    with pytest.raises(Denied, match=why) as refused:
        decide(fire(area=WHOLE), YES, by, SOON)
    assert refused.value.metadata == {"rule": "art18-incident-approve", "article": "Article 18 ¶2"}


def test_a_refused_declaration_is_over_and_stays_so() -> None:
    refused, events = decide(fire(area=WHOLE), NO, DUTY, SOON)
    assert events == (IncidentEvent(Verb.REFUSED, DUTY.name),)
    assert (refused.state, refused.facts(COMMAND.agency)) == (State.REFUSED, ())
    for again in (
        lambda: decide(refused, YES, CITY_POLICE, SOON),
        lambda: extend(refused, LONGER, COMMAND, SOON),
        lambda: widen(refused, MORE, COMMAND, SOON),
        lambda: end(refused, COMMAND, SOON),
    ):
        with pytest.raises(FailedPrecondition):
            again()


def test_an_approval_comes_within_an_hour_or_not_at_all() -> None:
    waiting = fire(area=WHOLE, ends_at=NOW + timedelta(hours=3))
    assert decide(waiting, YES, DUTY, NOW + APPROVAL_WITHIN - timedelta(seconds=1))[0].state is State.IN_FORCE
    late = NOW + APPROVAL_WITHIN
    with pytest.raises(FailedPrecondition, match="does not wait"):
        decide(waiting, YES, DUTY, late)
    lapsed, events = settle(waiting, late)
    assert (lapsed.state, lapsed.closed_at, events) == (State.LAPSED, late, (IncidentEvent(Verb.LAPSED, ""),))


def test_a_short_incident_is_not_approved_after_its_end() -> None:
    ends_at = NOW + timedelta(minutes=5)
    waiting = fire(area=WHOLE, ends_at=ends_at)
    with pytest.raises(FailedPrecondition):
        decide(waiting, YES, DUTY, ends_at)


def test_its_declarer_may_end_it_while_it_waits() -> None:
    ended, events = end(fire(area=WHOLE), COMMAND, SOON)
    assert (ended.state, events) == (State.ENDED, (IncidentEvent(Verb.ENDED, COMMAND.name),))
    assert ended.pending is None


@pytest.mark.parametrize(("number", "reason", "wrong"), [(2, "seen", FailedPrecondition), (1, "", InvalidArgument)])
def test_an_approval_names_the_act_that_waits_and_a_reason(number: int, reason: str, wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        decide(fire(area=WHOLE), Ruling(number, True, reason), DUTY, SOON)


def test_an_extension_is_an_act_on_record_and_moves_the_end() -> None:
    longer, events = extend(fire(), LONGER, CITY_POLICE, SOON)
    assert events == (IncidentEvent(Verb.EXTENDED, CITY_POLICE.name),)
    assert longer.ends_at == LONGER.ends_at
    act = longer.acts[1]
    assert (act.number, act.kind, act.principal, act.at) == (2, ActKind.EXTENDED, CITY_POLICE.name, SOON)
    assert (act.order_number, act.reason) == (LONGER.order_number, LONGER.reason)
    assert opens(longer, TUNNEL, COMMAND, LATER)


@pytest.mark.parametrize("ends_at", [LATER, LATER - timedelta(minutes=1), NOW, SOON + LONGEST + timedelta(seconds=1)])
def test_no_end_moves_back_or_beyond_72_hours_from_the_act(ends_at: datetime) -> None:
    with pytest.raises(InvalidArgument) as refused:
        extend(fire(), replace(LONGER, ends_at=ends_at), COMMAND, SOON)
    assert [violation.field for violation in refused.value.violations] == ["end_time"]


def test_it_is_renewed_as_often_as_needed_but_never_after_its_end() -> None:
    declared, now = fire(ends_at=NOW + LONGEST), NOW
    for _ in range(3):
        now = declared.ends_at - timedelta(seconds=1)
        declared, _ = extend(declared, replace(LONGER, ends_at=now + LONGEST), COMMAND, now)
    with pytest.raises(FailedPrecondition, match="declare a new one"):
        extend(declared, replace(LONGER, ends_at=declared.ends_at + LONGEST), COMMAND, declared.ends_at)


def test_a_whole_district_is_kept_open_by_a_second_approver_only() -> None:
    approved, _ = decide(fire(area=WHOLE), YES, DUTY, SOON)
    waiting, events = extend(approved, LONGER, COMMAND, SOON)
    assert events == (IncidentEvent(Verb.SUBMITTED, COMMAND.name),)
    assert (waiting.state, waiting.ends_at) == (State.IN_FORCE, LATER)
    with pytest.raises(FailedPrecondition, match="have it decided first"):
        extend(waiting, LONGER, COMMAND, SOON)
    assert decide(waiting, Ruling(2, True, "seen"), CITY_POLICE, SOON)[0].ends_at == LONGER.ends_at
    refused, _ = decide(waiting, Ruling(2, False, "no"), CITY_POLICE, SOON)
    assert (refused.state, refused.ends_at) == (State.IN_FORCE, LATER)
    over, events = settle(waiting, LATER)
    assert [event.verb for event in events] == [Verb.LAPSED, Verb.EXPIRED]
    assert over.state is State.EXPIRED


def test_a_widening_opens_a_camera_from_the_act_on_and_not_before() -> None:
    north = replace(TUNNEL, latitude=23.13)
    wider, events = widen(fire(), MORE, COMMAND, SOON)
    assert events == (IncidentEvent(Verb.WIDENED, COMMAND.name),)
    assert [opens(wider, north, COMMAND, at) for at in (NOW, SOON - timedelta(seconds=1), SOON)] == [False, False, True]
    assert opens(wider, TUNNEL, COMMAND, NOW), "what was open stays open"


def test_more_agencies_come_with_their_letter_and_see_from_the_act_on() -> None:
    named = Widening("GZ-2026-4", "streets are closed", opens_to=frozenset({URBAN.agency, COMMAND.agency}))
    with pytest.raises(InvalidArgument) as refused:
        widen(fire(), named, COMMAND, SOON)
    assert [v.field for v in refused.value.violations] == ["letter_number", "officer_certificates"]
    wider, _ = widen(fire(), replace(named, letter_number="L-2", certificates=("C-3", "C-4")), COMMAND, SOON)
    assert wider.acts[1].opens_to == {URBAN.agency}
    assert [opens(wider, TUNNEL, URBAN, at) for at in (NOW, SOON)] == [False, True]


def test_more_agencies_of_a_whole_district_wait_for_a_second_approver() -> None:
    approved, _ = decide(fire(area=WHOLE), YES, DUTY, SOON)
    named = Widening("GZ-4", "traffic", opens_to=frozenset({URBAN.agency}), letter_number="L", certificates=("C", "D"))
    waiting, _ = widen(approved, named, COMMAND, SOON)
    assert waiting.facts(URBAN.agency) == ()
    assert waiting.facts(COMMAND.agency) == approved.facts(COMMAND.agency)
    assert decide(waiting, Ruling(2, True, "seen"), DUTY, SOON)[0].opened[URBAN.agency] == SOON


def test_a_camera_more_in_an_approved_district_needs_no_second_approver() -> None:
    approved, _ = decide(fire(area=WHOLE), YES, DUTY, SOON)
    wider, _ = widen(approved, replace(MORE, area=Area(cameras=frozenset({PARK.name}))), COMMAND, SOON)
    assert wider.pending is None


def test_a_widening_to_a_district_waits_while_what_is_open_stays_open() -> None:
    waiting, _ = widen(fire(), replace(MORE, area=WHOLE), COMMAND, SOON)
    far = replace(TUNNEL, latitude=23.16)
    assert (waiting.state, opens(waiting, TUNNEL, COMMAND, SOON), opens(waiting, far, COMMAND, SOON)) == (
        State.IN_FORCE, True, False,
    )  # fmt: skip
    approved, _ = decide(waiting, Ruling(2, True, "seen"), DUTY, SOON + timedelta(minutes=1))
    assert [opens(approved, far, COMMAND, SOON + timedelta(minutes=m)) for m in (0, 1)] == [False, True]
    assert approved.acts[1].verdict is Verdict.APPROVED


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"order_number": ""}, "order_number"),
        ({"reason": " "}, "reason"),
        ({"area": Area()}, "area"),
        ({"area": Area(NANSHA)}, "area"),
        ({"area": Area(districts=frozenset({TIANHE}))}, "districts"),
    ],
)
def test_a_wrong_field_of_a_widening_is_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        widen(fire(by=DISTRICT_COMMAND), replace(MORE, **wrong), DISTRICT_COMMAND, SOON)  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]
    assert refused.value.metadata["rule"] == "art18-incident-widen"


def test_a_list_of_cameras_grows_to_a_thousand_over_all_acts() -> None:
    def named(first: int, last: int) -> Area:
        return Area(cameras=frozenset(f"{TUNNEL.name[:-4]}{n:04}" for n in range(first, last)))

    wider, _ = widen(fire(area=named(0, 600)), replace(MORE, area=named(600, 1000)), COMMAND, SOON)
    with pytest.raises(InvalidArgument, match="draw a polygon"):
        widen(wider, replace(MORE, area=named(1000, 1001)), COMMAND, SOON)

    with pytest.raises(InvalidArgument, match="points at most"):
        widen(fire(), replace(MORE, area=Area(BLOCK * 250)), COMMAND, SOON)
    assert widen(fire(), replace(MORE, area=Area(BLOCK * 249)), COMMAND, SOON)


@pytest.mark.parametrize("by", [POLICE, SECURITY, URBAN])
def test_others_neither_extend_nor_widen(by: Principal) -> None:
    for act in (lambda: extend(fire(), LONGER, by, SOON), lambda: widen(fire(), MORE, by, SOON)):
        with pytest.raises(Denied, match="Article 18 ¶2"):
            act()


def test_the_history_of_an_incident_is_bounded() -> None:
    declared = fire()
    for _ in range(MAX_ACTS - 1):
        declared, _ = widen(declared, replace(MORE, area=Area(cameras=frozenset({PARK.name}))), COMMAND, SOON)
    with pytest.raises(FailedPrecondition, match="declare it anew"):
        widen(declared, replace(MORE, area=Area(cameras=frozenset({PARK.name}))), COMMAND, SOON)


def test_an_area_of_several_kinds_covers_each() -> None:
    [fact] = fire(area=Area(BLOCK, cameras=frozenset({PARK.name}))).facts(COMMAND.agency)
    assert covers(fact.area, TUNNEL)
    assert covers(fact.area, replace(PARK, latitude=22.9))
