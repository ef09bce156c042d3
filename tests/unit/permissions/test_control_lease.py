"""Ordinary control: a lease that commands prolong, below every takeover, the operator's before any other agency's."""

from datetime import datetime, timedelta

import pytest

from services.chassis.errors import Denied
from services.decider.facts import Principal
from services.decider.holder import holder
from services.permissions import takeover
from services.permissions.takeover import Control, HolderChanged, LeaseGiven, LeaseOver
from services.permissions.takeovers.control_lease import LIFETIME, is_lasting, lease
from tests.unit.decider.cast import COMMAND, NOW, OPERATOR, POLICE, TUNNEL, URBAN
from tests.unit.permissions.test_takeover import FRESH, granted

SECOND = timedelta(seconds=1)


def commanded(who: Principal, control: Control = FRESH, at: datetime = NOW) -> Control:
    return lease(control, 1, who, at)[0]


def held(control: Control, at: datetime = NOW) -> str:
    return holder(TUNNEL, control.takeovers, at, control.leases).agency


def test_the_operators_first_command_begins_a_lease_under_the_epoch_that_it_has() -> None:
    control, events = lease(FRESH, 1, OPERATOR, NOW)
    [given] = events
    assert isinstance(given, LeaseGiven)
    assert (given.lease.agency, given.lease.ends_at) == (OPERATOR.agency, NOW + LIFETIME)
    assert (control.agency, control.epoch) == (OPERATOR.agency, 1)


def test_an_agency_has_an_epoch_of_its_own_and_the_operator_a_newer_one_after_the_end() -> None:
    control, events = lease(FRESH, 1, POLICE, NOW)
    assert events[-1] == HolderChanged(TUNNEL.name, POLICE.agency, "", epoch=2)
    control, events = takeover.settle(control, NOW + LIFETIME)
    assert events == (LeaseOver(events[0].lease), HolderChanged(TUNNEL.name, OPERATOR.agency, "", epoch=3))  # type: ignore[union-attr] # the first
    assert (control.leases, control.epoch) == ((), 3)


@pytest.mark.parametrize(("first", "then"), [(OPERATOR, POLICE), (POLICE, URBAN)])
def test_whom_a_running_lease_precedes_is_refused_with_its_holder_and_its_end(
    first: Principal, then: Principal
) -> None:
    control = commanded(first)
    with pytest.raises(Denied) as refused:
        lease(control, 2, then, NOW + SECOND)
    about = refused.value.metadata
    assert (refused.value.reason, about["holder"], about["article"]) == ("HELD_BY_ANOTHER", first.name, "Article 14 ¶1")
    assert about["until"] == (NOW + LIFETIME).isoformat(timespec="seconds")
    assert held(commanded(then, control, NOW + LIFETIME), NOW + LIFETIME) == then.agency


def test_the_operator_precedes_an_agency_and_its_end_falls_back_to_what_is_left_of_the_agencys() -> None:
    control = commanded(OPERATOR, commanded(POLICE), NOW + SECOND)
    assert (control.agency, control.epoch, len(control.leases)) == (OPERATOR.agency, 3, 2)
    control, _ = takeover.of_principal(control, OPERATOR.name, NOW + 2 * SECOND)
    assert (control.agency, control.epoch) == (POLICE.agency, 4)


def test_a_takeover_stands_above_and_needs_no_lease() -> None:
    control = granted(COMMAND, 1, commanded(OPERATOR))
    assert (control.agency, control.epoch) == (COMMAND.agency, 2)
    assert lease(control, 2, COMMAND, NOW) == (control, ())
    for who in (OPERATOR, POLICE):
        with pytest.raises(Denied, match=COMMAND.agency) as refused:
            lease(control, 2, who, NOW)
        assert refused.value.metadata["article"] == "Article 18"
    control, _ = takeover.release(control, "takeovers/1", COMMAND, NOW)
    assert (control.agency, control.epoch) == (OPERATOR.agency, 3)


def test_a_command_prolongs_it_once_half_of_it_is_used_and_keeps_its_number() -> None:
    control = commanded(POLICE)
    for at, is_enough in ((NOW, True), (NOW + 4 * SECOND, True), (NOW + 5 * SECOND, False)):
        assert is_lasting(holder(TUNNEL, (), at, control.leases), at) is is_enough
    control, events = lease(control, 9, POLICE, NOW + 6 * SECOND)
    [longer] = control.leases
    assert (longer.number, longer.starts_at, longer.ends_at) == (1, NOW, NOW + 6 * SECOND + LIFETIME)
    assert [type(event) for event in events] == [LeaseGiven]


def test_leases_end_with_the_rights_of_their_agency_and_of_who_commanded_last() -> None:
    control = commanded(POLICE)
    for ended in (takeover.of_agency(control, POLICE.agency, NOW), takeover.of_principal(control, POLICE.name, NOW)):
        assert (ended[0].leases, ended[0].agency, ended[0].epoch) == ((), OPERATOR.agency, 3)
    assert takeover.of_agency(control, URBAN.agency, NOW) == (control, ())


def test_no_withdrawal_or_revocation_of_takeovers_touches_a_lease() -> None:
    control = commanded(OPERATOR)
    assert takeover.revoke(control, "takeovers/1", NOW) == takeover.withdraw(control, "", NOW) == (control, ())
