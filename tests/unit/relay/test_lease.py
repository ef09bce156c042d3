"""The relay's lease: when it may go on without hearing from permissions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_clock_two_seconds_off_is_told(lease: Lease) -> None:
    lease.heartbeat(1, 0, NOON, NOON + timedelta(seconds=2.1), 0.0)
    assert lease.is_clock_off
    lease.heartbeat(1, 0, NOON + timedelta(seconds=2), NOON + timedelta(seconds=2.5), 1.0)
    assert not lease.is_clock_off


def test_endings_that_came_before_the_first_heartbeat_are_not_missed(lease: Lease) -> None:
    lease.apply(8)
    beat(lease, 7, at_s=1)
    assert lease.applied == 8


@given(st.permutations(range(1, 30)), st.integers(0, 29))
def test_applied_is_the_end_of_the_gapless_beginning_in_any_order(order: list[int], stop: int) -> None:
    lease = Lease(timedelta(seconds=10))
    beat(lease, 0, at_s=0)
    for number in order[:stop]:
        lease.apply(number)
    seen = set(order[:stop])
    assert lease.applied == next(n for n in range(30) if n + 1 not in seen)
    assert set(lease.missing()) == set(range(lease.applied + 1, lease.committed + 1)) - seen
