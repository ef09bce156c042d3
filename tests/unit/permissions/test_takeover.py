"""Control of one camera: never two holders, the highest rank in force holds, ordinary control below it, the operator
after the last end.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.errors import Denied, Exhausted, FailedPrecondition, InvalidArgument
from services.decider.facts import AgencyKind, Principal
from services.permissions import takeover
from services.permissions.takeover import (
    Control,
    Ending,
    Event,
    HolderChanged,
    Outcome,
    TakeoverEnded,
    TakeoverGranted,
    Until,
)
from services.permissions.takeovers import control_lease
from services.permissions.takeovers import rules as takeover_rules
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    LATER,
    NOW,
    OPERATOR,
    POLICE,
    SECURITY,
    TUNNEL,
    URBAN,
    principal,
)

DISTRICT_COMMAND = principal(AgencyKind.EMERGENCY_COMMAND, "440104")
COMMANDERS = (OPERATOR, POLICE, COMMAND, URBAN)  # whom some policy may let command outside a takeover
BY_RANK = (SECURITY, CITY_POLICE, POLICE, COMMAND, DISTRICT_COMMAND)  # as Article 18 and the design rank them
FRESH = takeover.operated(TUNNEL)


def command(who: Principal, number: int = 1, **more: object) -> takeover.Request:
    asked = takeover.Request(
        f"takeovers/{number}", number, who, takeover.Cause.ACCIDENT, "fire", LATER, "incidents/fire", LATER
    )
    return replace(asked, **more)  # type: ignore[arg-type] # fields by name


def requested(control: Control, asked: takeover.Request, now: datetime) -> Outcome:
    takeover_rules.check(asked, now)
    return takeover.grant(control, asked, now)


def granted(who: Principal, number: int = 1, control: Control = FRESH, **more: object) -> Control:
    return requested(control, command(who, number, **more), NOW)[0]


class OneCamera(RuleBasedStateMachine):
    """Any agencies, any order, time that only goes forward; checked against lists of who asked and who commanded."""

    @initialize()
    def start(self) -> None:
        self.control, self.now, self.count = FRESH, NOW, 0
        self.told = FRESH.agency  # the holder as the events tell it
        self.asked: dict[str, tuple[datetime, int, Principal]] = {}  # name → end, number, who
        self.leased: dict[str, datetime] = {}  # agency → end of its ordinary control

    def apply(self, outcome: Outcome) -> None:
        before = self.control
        self.control, events = outcome
        assert self.control.epoch >= before.epoch
        changes = [event for event in events if isinstance(event, HolderChanged)]
        epochs = [before.epoch, *(change.epoch for change in changes)]
        assert all(earlier < later for earlier, later in pairwise(epochs))
        self.told = changes[-1].agency if changes else self.told
        for event in events:
            if isinstance(event, TakeoverEnded):
                del self.asked[event.takeover.name]

    @rule(who=st.sampled_from(BY_RANK), minutes=st.integers(1, 240))
    def request(self, who: Principal, minutes: int) -> None:
        self.count += 1
        ends_at = self.now + timedelta(minutes=minutes)
        asked = command(who, self.count, ends_at=ends_at, ground_ends_at=ends_at)
        self.asked[asked.name] = (ends_at, self.count, who)
        self.apply(requested(self.control, asked, self.now))

    @precondition(lambda self: self.control.takeovers)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.control.takeovers))
        who = next(who for who in BY_RANK if who.agency == chosen.agency)
        self.apply(takeover.release(self.control, chosen.name, who, self.now))

    @precondition(lambda self: self.control.takeovers)
    @rule(data=st.data(), minutes=st.integers(1, 240))
    def renew(self, data: st.DataObject, minutes: int) -> None:
        chosen = data.draw(st.sampled_from(self.control.takeovers))
        who = next(who for who in BY_RANK if who.agency == chosen.agency)
        ends_at = max(chosen.ends_at, self.now + timedelta(minutes=minutes))
        _, number, _ = self.asked[chosen.name]
        self.apply(takeover.renew(self.control, chosen.name, who, Until(ends_at, ends_at), self.now))
        self.asked[chosen.name] = (ends_at, number, who)

    @precondition(lambda self: self.control.takeovers)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.control.takeovers))
        self.apply(takeover.revoke(self.control, chosen.name, self.now))
        assert chosen.name not in self.asked

    @rule(who=st.sampled_from(COMMANDERS))
    def command(self, who: Principal) -> None:
        """Whoever has taken over needs no lease; whom another precedes is refused by name; others hold from then on."""
        self.count += 1
        taken = self.first_taken()
        others = [agency for agency in self.running() if agency != who.agency]
        if (taken and taken != who.agency) or (not taken and others and who is not OPERATOR):
            before = self.control
            with pytest.raises(Denied) as refused:
                control_lease.lease(self.control, self.count, who, self.now)
            assert refused.value.reason == "HELD_BY_ANOTHER"
            assert self.control is before
            return
        self.apply(control_lease.lease(self.control, self.count, who, self.now))
        if not taken:
            self.leased[who.agency] = self.now + control_lease.LIFETIME
        assert self.control.agency == who.agency

    @rule(who=st.sampled_from(COMMANDERS), is_all=st.booleans())
    def lose_rights(self, who: Principal, is_all: bool) -> None:
        if is_all:
            self.apply(takeover.of_agency(self.control, who.agency, self.now))
        else:
            self.apply(takeover.of_principal(self.control, who.name, self.now))
        self.leased.pop(who.agency, None)

    @rule(
        passes=st.sampled_from((timedelta(seconds=4), timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=3)))
    )
    def wait(self, passes: timedelta) -> None:
        self.now += passes
        self.apply(takeover.settle(self.control, self.now))
        assert {lease.agency for lease in self.control.leases} == set(self.running()), "a lease ends by itself"

    def first_taken(self) -> str:
        """The agency that the first takeover in force is of; "" when there is none."""
        ranked = sorted(self.asked.values(), key=lambda entry: (BY_RANK.index(entry[2]), entry[1]))
        return ranked[0][2].agency if ranked else ""

    def running(self) -> list[str]:
        """The agencies whose ordinary control is in force, the operator first."""
        found = [agency for agency, end in self.leased.items() if end > self.now]
        return sorted(found, key=lambda agency: agency != OPERATOR.agency)

    @rule()
    def end_the_incident(self) -> None:
        self.apply(takeover.withdraw(self.control, "incidents/fire", self.now))
        assert not self.control.takeovers

    @invariant()
    def the_highest_rank_in_force_holds_and_the_operator_after_the_last_end(self) -> None:
        expected = self.first_taken() or next(iter(self.running()), OPERATOR.agency)
        assert self.control.agency == expected == self.told
        held = takeover.holder(TUNNEL, self.control.takeovers, self.now, self.control.leases)
        assert held.agency == expected
        assert held.lease is None or not self.asked, "a takeover stands above every lease"
        assert all(end > self.now for end, _, _ in self.asked.values())

    @invariant()
    def of_ordinary_control_there_is_the_operators_and_one_more_at_most(self) -> None:
        assert len([agency for agency in self.running() if agency != OPERATOR.agency]) <= 1


OneCamera.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestOneCamera = OneCamera.TestCase


def test_a_grant_moves_control_with_a_new_epoch() -> None:
    control, events = requested(FRESH, command(COMMAND), NOW)
    given, moved = events
    assert isinstance(given, TakeoverGranted)
    assert moved == HolderChanged(TUNNEL.name, COMMAND.agency, "takeovers/1", epoch=2)
    assert (control.agency, control.epoch) == (COMMAND.agency, 2)


def test_a_lower_rank_is_granted_but_holds_only_after_the_higher_one() -> None:
    control = granted(COMMAND, 2, granted(POLICE, 1))
    assert (control.agency, control.epoch) == (POLICE.agency, 2)
    control, _ = takeover.release(control, "takeovers/1", POLICE, NOW)
    assert (control.agency, control.epoch) == (COMMAND.agency, 3)


def test_renewal_by_the_same_agency_keeps_the_epoch_across_the_first_end() -> None:
    longer = LATER + timedelta(hours=1)
    control = granted(POLICE, 2, granted(POLICE, 1), ends_at=longer, ground_ends_at=longer)
    control, events = takeover.settle(control, LATER)
    assert [type(event) for event in events] == [TakeoverEnded]
    assert (control.agency, control.epoch) == (POLICE.agency, 2)


def test_at_its_end_control_returns_to_the_operator() -> None:
    control, events = takeover.settle(granted(COMMAND), LATER)
    ended, moved = events
    assert isinstance(ended, TakeoverEnded)
    assert (ended.why, ended.at) == (Ending.EXPIRED, LATER)
    assert moved == HolderChanged(TUNNEL.name, OPERATOR.agency, "", epoch=3)
    assert control.takeovers == ()


def test_settling_before_any_end_changes_nothing() -> None:
    control = granted(COMMAND)
    assert takeover.settle(control, NOW) == (control, ())


def test_what_stands_on_an_incident_ends_with_it_and_nothing_else_does() -> None:
    control = granted(POLICE, 2, granted(COMMAND), ground="legalBases/1")
    events: tuple[Event, ...]
    control, events = takeover.withdraw(control, "incidents/fire", NOW)
    assert [event.why for event in events if isinstance(event, TakeoverEnded)] == [Ending.WITHDRAWN]
    assert [left.agency for left in control.takeovers] == [POLICE.agency]


@pytest.mark.parametrize("who", [URBAN, OPERATOR])
def test_other_kinds_of_agency_may_not_take_over(who: Principal) -> None:
    with pytest.raises(Denied, match="Article 18"):
        requested(FRESH, command(who), NOW)


@pytest.mark.parametrize(
    ("who", "wrong", "field"),
    [
        (COMMAND, {"cause": None}, "takeover.cause"),
        (COMMAND, {"reason": " "}, "takeover.reason"),
        (COMMAND, {"reason": "x" * 501}, "takeover.reason"),
        (COMMAND, {"ends_at": NOW}, "takeover.end_time"),
        (
            COMMAND,
            {"ends_at": NOW + timedelta(hours=25), "ground_ends_at": NOW + timedelta(hours=99)},
            "takeover.end_time",
        ),
        (COMMAND, {"ground_ends_at": LATER - timedelta(seconds=1)}, "takeover.end_time"),
        (COMMAND, {"ground": ""}, "takeover.incident"),
        (POLICE, {"ground": ""}, "takeover.legal_basis"),
    ],
)
def test_a_wrong_field_is_named(who: Principal, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        requested(FRESH, command(who, **wrong), NOW)  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]


def test_only_its_own_agency_releases_and_only_once() -> None:
    control = granted(COMMAND)
    with pytest.raises(Denied, match=COMMAND.agency) as refused:
        takeover.release(control, "takeovers/1", OPERATOR, NOW)
    assert refused.value.metadata["holder"] == COMMAND.agency
    control, _ = takeover.release(control, "takeovers/1", COMMAND, NOW)
    with pytest.raises(FailedPrecondition, match="not in force"):
        takeover.release(control, "takeovers/1", COMMAND, NOW)


def test_takeovers_of_one_camera_are_bounded_and_say_when_to_come_back() -> None:
    control = FRESH
    for number in range(takeover.MAX_IN_FORCE):
        control = granted(COMMAND, number, control)
    with pytest.raises(Exhausted) as refused:
        requested(control, command(COMMAND, 99), NOW)
    assert refused.value.retry_after == LATER - NOW


def test_a_renewal_only_prolongs_and_only_as_long_as_its_ground() -> None:
    later = LATER + timedelta(hours=1)
    control, events = takeover.renew(granted(COMMAND), "takeovers/1", COMMAND, Until(later, later), NOW)
    assert [one.ends_at for one in control.takeovers] == [later]
    assert (control.epoch, len(events)) == (2, 1)
    for until, now in (
        (Until(LATER - timedelta(seconds=1), later), NOW),
        (Until(later, LATER), NOW),
        (Until(NOW + timedelta(hours=25), NOW + timedelta(hours=99)), NOW),
    ):
        with pytest.raises(InvalidArgument, match="end_time"):
            takeover.renew(granted(COMMAND), "takeovers/1", COMMAND, until, now)
    with pytest.raises(FailedPrecondition):
        takeover.renew(granted(COMMAND), "takeovers/1", COMMAND, Until(later, later), LATER)
    with pytest.raises(Denied, match=COMMAND.agency):
        takeover.renew(granted(COMMAND), "takeovers/1", POLICE, Until(later, later), NOW)


def test_what_an_organ_revokes_is_over_and_on_record_as_that() -> None:
    control, events = takeover.revoke(granted(COMMAND), "takeovers/1", NOW)
    assert [event.why for event in events if isinstance(event, TakeoverEnded)] == [Ending.REVOKED]
    assert (control.agency, control.epoch) == (OPERATOR.agency, 3)
    assert takeover.revoke(control, "takeovers/1", NOW) == (control, ())
