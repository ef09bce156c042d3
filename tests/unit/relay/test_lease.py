"""The relay's lease: when it may go on without hearing from permissions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.decider.leases import Leases
from services.streams.relay.lease import Lease

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def beat(lease: Lease, committed: int, at_s: float, revision: int = 0) -> None:
    at = NOON + timedelta(seconds=at_s)
    lease.heartbeat(committed, revision, at, at, at_s)


@pytest.fixture
def lease() -> Lease:
    return Lease(timedelta(seconds=10))


def test_a_relay_that_heard_nothing_has_no_lease(lease: Lease) -> None:
    assert lease.has_run_out(0.0)


def test_a_heartbeat_justifies_for_the_lease_and_no_longer(lease: Lease) -> None:
    beat(lease, 7, at_s=100)
    assert not lease.has_run_out(110.0)
    assert lease.has_run_out(110.1)


def test_heartbeats_do_not_justify_a_relay_that_is_behind(lease: Lease) -> None:
    beat(lease, 7, at_s=100)
    beat(lease, 9, at_s=101)
    beat(lease, 9, at_s=109)
    assert lease.missing() == [8, 9]
    assert lease.has_run_out(111.0)


def test_catching_up_justifies_as_of_the_last_heartbeat(lease: Lease) -> None:
    beat(lease, 7, at_s=100)
    beat(lease, 9, at_s=109)
    lease.apply(9)
    assert lease.missing() == [8]
    lease.apply(8)
    assert lease.applied == 9
    assert not lease.has_run_out(119.0)
    assert lease.has_run_out(119.1)


def test_heartbeats_do_not_justify_a_relay_that_decides_by_an_older_policy(lease: Lease) -> None:
    lease.adopt(1)
    beat(lease, 7, at_s=100, revision=1)
    beat(lease, 7, at_s=105, revision=2)
    assert not lease.has_run_out(110.0)
    assert lease.has_run_out(110.1)
    lease.adopt(2)
    assert lease.has_run_out(115.1)
    assert not lease.has_run_out(115.0), "as of the last heartbeat"


def test_an_old_heartbeat_played_again_extends_nothing(lease: Lease) -> None:
    beat(lease, 7, at_s=100)
    beat(lease, 7, at_s=105)
    lease.heartbeat(7, 0, NOON + timedelta(seconds=100), NOON + timedelta(seconds=112), 112.0)
    assert lease.has_run_out(115.5)


def heard(lease: Lease, committed: int, said_s: float, heard_s: float, differs_s: float = 0.0) -> None:
    """A heartbeat said at one second and heard at another; the clock of whoever says it differs from ours."""
    said, now = (NOON + timedelta(seconds=at_s) for at_s in (said_s + differs_s, heard_s))
    lease.heartbeat(committed, 0, said, now, heard_s)


@pytest.mark.parametrize("differs_s", [0.0, 1.5, -1.5, 3600.0])
def test_what_was_under_way_while_the_bus_stood_still_justifies_as_of_when_it_was_said(
    lease: Lease, differs_s: float
) -> None:
    for at_s in range(100, 105):
        heard(lease, 7, at_s, at_s + 0.01, differs_s)
    for said_s in (105, 106):  # from then on who says them has noticed
        heard(lease, 7, said_s, 112.0, differs_s)
    assert not lease.has_run_out(115.9)
    assert lease.has_run_out(116.1)
    heard(lease, 7, 117, 117.01, differs_s)
    assert not lease.has_run_out(126.9)


def test_a_clock_that_is_set_back_shortens_the_lease_for_some_heartbeats_and_no_longer(lease: Lease) -> None:
    for at_s in range(100, 105):
        heard(lease, 7, at_s, at_s, differs_s=4.0)
    for at_s in range(109, 140):  # those before count as played again
        heard(lease, 7, at_s, at_s)
    assert not lease.has_run_out(149.0)
    assert lease.has_run_out(149.1)


def test_a_clock_two_seconds_off_is_told(lease: Lease) -> None:
    lease.heartbeat(1, 0, NOON, NOON + timedelta(seconds=2.1), 0.0)
    assert lease.is_clock_off
    lease.heartbeat(1, 0, NOON + timedelta(seconds=2), NOON + timedelta(seconds=2.5), 1.0)
    assert not lease.is_clock_off


def test_endings_that_came_before_the_first_heartbeat_are_not_missed(lease: Lease) -> None:
    lease.apply(8)
    beat(lease, 7, at_s=1)
    assert lease.applied == 8


def test_the_policys_standing_lease_holds_unless_this_relay_is_set_to_less(lease: Lease) -> None:
    beat(lease, 7, at_s=100)
    lease.adopt(1, Leases.of({"standing": 5}))
    assert not lease.has_run_out(105.0)
    assert lease.has_run_out(105.1)
    lease.most = timedelta(seconds=3)
    assert lease.has_run_out(103.1)


@pytest.fixture
def long(lease: Lease) -> Lease:
    """Justified at 100 s, with five minutes for holders."""
    beat(lease, 7, at_s=100)
    lease.adopt(0, Leases.of({"takeover-holder": 300}))
    return lease


def holders_run_out(lease: Lease, from_s: int, to_s: int) -> int:
    """The first second at which they have, looked for each tenth of it."""
    for tenth in range(from_s * 10, to_s * 10):
        lease.look(tenth / 10)
        if lease.has_run_out_for_holders(tenth / 10):
            return tenth // 10
    return to_s


def test_a_silent_bus_leaves_holders_their_own_lease(long: Lease) -> None:
    assert long.has_run_out(110.1)
    assert holders_run_out(long, 100, 500) == 400


def test_by_the_usual_leases_holders_have_no_more_than_anybody() -> None:
    lease = Lease(timedelta(seconds=10))
    beat(lease, 7, at_s=100)
    assert holders_run_out(lease, 100, 500) == 110


def test_who_knew_that_it_was_behind_before_the_silence_has_no_more_than_the_standing_lease(long: Lease) -> None:
    beat(long, 8, at_s=101)
    assert holders_run_out(long, 101, 500) == 110


def test_heartbeats_that_name_a_newer_policy_are_no_silence(long: Lease) -> None:
    for at_s in range(101, 120):
        beat(long, 7, at_s, revision=1)
        if holders_run_out(long, at_s, at_s + 1) == at_s:
            break
    assert at_s == 110


def test_a_clock_that_was_off_before_the_silence_gives_holders_nothing(long: Lease) -> None:
    long.heartbeat(7, 0, NOON + timedelta(seconds=101), NOON + timedelta(seconds=104), 101.0)
    assert holders_run_out(long, 101, 500) == 111


def test_after_a_silence_a_relay_that_is_behind_has_a_standing_lease_to_catch_up(long: Lease) -> None:
    holders_run_out(long, 100, 140)
    beat(long, 9, at_s=140)
    assert holders_run_out(long, 140, 500) == 150
    long.apply(8)
    long.apply(9)
    assert not long.has_run_out(150.0), "as of the heartbeat that it has caught up with"
    assert holders_run_out(long, 141, 600) == 440


def test_a_bus_that_only_blinked_leaves_the_rest_of_the_standing_lease_to_catch_up(long: Lease) -> None:
    holders_run_out(long, 100, 104)
    beat(long, 9, at_s=104)
    assert holders_run_out(long, 104, 500) == 110


def test_who_is_behind_and_falls_silent_again_has_no_second_try(long: Lease) -> None:
    holders_run_out(long, 100, 140)
    beat(long, 9, at_s=140)
    holders_run_out(long, 140, 145)
    beat(long, 9, at_s=145)
    assert holders_run_out(long, 145, 600) == 150


def test_catching_up_never_takes_longer_than_the_holders_lease(long: Lease) -> None:
    holders_run_out(long, 100, 395)
    beat(long, 9, at_s=395)
    assert holders_run_out(long, 395, 600) == 400


def test_a_clock_set_back_during_the_silence_tells_no_earlier_time_than_permissions_would(long: Lease) -> None:
    an_hour_ago = NOON - timedelta(hours=1)
    assert long.latest(an_hour_ago, 130.0) == NOON + timedelta(seconds=130)
    ahead = NOON + timedelta(seconds=131)
    assert long.latest(ahead, 130.0) == ahead


def test_permissions_whose_clock_is_far_ahead_ends_nothing_by_it(long: Lease) -> None:
    now = NOON + timedelta(seconds=101)
    long.heartbeat(7, 0, now + timedelta(hours=1), now, 101.0)
    assert long.latest(now, 101.0) == now


@given(st.permutations(range(1, 30)), st.integers(0, 29))
def test_applied_is_the_end_of_the_gapless_beginning_in_any_order(order: list[int], stop: int) -> None:
    lease = Lease(timedelta(seconds=10))
    beat(lease, 0, at_s=0)
    for number in order[:stop]:
        lease.apply(number)
    seen = set(order[:stop])
    assert lease.applied == next(n for n in range(30) if n + 1 not in seen)
    assert set(lease.missing()) == set(range(lease.applied + 1, lease.committed + 1)) - seen


def test_what_can_not_be_read_in_time_is_out_of_reach_until_it_begins_anew(lease: Lease) -> None:
    beat(lease, 7, at_s=100)
    beat(lease, 100_007, at_s=101)
    assert not lease.is_out_of_reach
    beat(lease, 100_008, at_s=102)
    assert lease.is_out_of_reach
    assert lease.has_run_out(110.1)
    lease.begin_anew()
    assert (lease.is_out_of_reach, lease.missing(), lease.floor) == (False, [], 100_008)
    assert not lease.has_run_out(112.0)
