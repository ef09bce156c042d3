"""Who outlasts a silent bus at a relay, how far, and what is told of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.decider.facts import Circumstances, Principal, Takeover
from services.decider.leases import Leases
from services.streams.relay.lease import Lease
from services.streams.relay.outlasting import HEARD_AGAIN, Outlasting
from services.streams.relay.record import Stretch
from services.streams.relay.sessions import Session, Sessions
from tests.unit.decider.cast import CITY_POLICE, COMMAND, NOW, POLICE, takeover
from tests.unit.relay.cases import WATCHED, session

HOLDERS_S = 60
BY_POLICE = takeover(CITY_POLICE, number=2, camera=WATCHED)


class Silence:
    """Permissions was heard at NOW; the seconds since then go by as they are looked at."""

    def __init__(self) -> None:
        self.clock, self.sessions, self.is_recordable = ManualClock(NOW, 1000.0), Sessions(), True
        self.lease = Lease(timedelta(seconds=10))
        self.lease.adopt(1, Leases.of({"takeover-holder": HOLDERS_S}))
        self.outlasting = Outlasting(self.sessions, self.lease, lambda: self.is_recordable)
        self.told: list[Stretch] = []
        self.heard()

    def heard(self, committed: int = 5) -> None:
        self.lease.heartbeat(committed, 1, self.clock.now(), self.clock.now(), self.clock.monotonic())

    def kept(self, *takeovers: Takeover, name: str = "sessions/a", principal: Principal = CITY_POLICE) -> Session:
        one = session(
            name, principal=principal, circumstances=Circumstances(takeovers=takeovers),
            expires_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        self.sessions.keep(one)
        return one

    def look(self) -> list[str]:
        """The sessions that end now."""
        now, now_s = self.clock.now(), self.clock.monotonic()
        self.sessions.end_expired(now)
        ended = [one.name for one in self.outlasting.look(now, now_s)]
        self.told += self.outlasting.over(now, now_s)
        return ended

    def lasts_s(self, at_most: int = 400) -> int:
        """The second at which the first session ended."""
        for second in range(at_most):
            if self.look() or not len(self.sessions):
                return second
            self.clock.advance(timedelta(seconds=1))
        return at_most

    def span_s(self, stretch: Stretch) -> tuple[float, float]:
        assert stretch.ended_at is not None
        return (stretch.began_at - NOW).total_seconds(), (stretch.ended_at - NOW).total_seconds()


@pytest.fixture
def silence() -> Silence:
    return Silence()


def test_a_holder_outlasts_the_others_until_its_own_lease_runs_out_and_each_second_is_told(silence: Silence) -> None:
    silence.kept(BY_POLICE)
    silence.kept(BY_POLICE, name="sessions/b", principal=POLICE)
    silence.kept(name="sessions/c")  # decided before the takeover: its facts know of none
    silence.clock.advance(timedelta(seconds=10.5))
    assert sorted(silence.look()) == ["sessions/b", "sessions/c"]
    assert silence.lasts_s() == 50
    [stretch] = silence.told
    assert (stretch.session.name, stretch.takeover, stretch.justified_at) == ("sessions/a", BY_POLICE.name, NOW)
    assert silence.span_s(stretch) == (10, 60.5)
    assert "lost touch" in stretch.why


def test_a_holder_ends_with_its_takeover(silence: Silence) -> None:
    silence.kept(replace(BY_POLICE, ends_at=NOW + timedelta(seconds=30)))
    assert silence.lasts_s() == 30
    assert [(silence.span_s(one), "takeover is over" in one.why) for one in silence.told] == [((10, 30), True)]


def test_control_that_falls_back_to_another_agency_ends_it_and_to_its_own_does_not(silence: Silence) -> None:
    soon = NOW + timedelta(seconds=30)
    silence.kept(replace(BY_POLICE, ends_at=soon), takeover(COMMAND, camera=WATCHED))
    assert silence.lasts_s() == 30
    again = Silence()
    again.kept(replace(BY_POLICE, ends_at=soon), replace(BY_POLICE, name="takeovers/0", number=3))
    assert again.lasts_s() == HOLDERS_S + 1


def test_who_held_no_longer_when_the_standing_lease_ran_out_begins_nothing(silence: Silence) -> None:
    silence.kept(replace(BY_POLICE, ends_at=NOW + timedelta(seconds=5)))
    assert silence.lasts_s() == 11
    assert silence.told == []


def test_heard_again_it_goes_on_and_the_stretch_is_told_once(silence: Silence) -> None:
    silence.kept(BY_POLICE)
    assert silence.lasts_s(at_most=20) == 20
    silence.heard()
    assert silence.look() == []
    assert [(silence.span_s(one), one.why) for one in silence.told] == [((10, 20), HEARD_AGAIN)]
    assert silence.lasts_s() == HOLDERS_S + 1
    assert [silence.span_s(one) for one in silence.told] == [(10, 20), (30, 81)]


def test_heard_again_but_behind_the_stretch_lasts_until_it_has_caught_up(silence: Silence) -> None:
    silence.kept(BY_POLICE)
    silence.lasts_s(at_most=20)
    silence.heard(committed=6)
    assert silence.lasts_s(at_most=5) == 5
    silence.lease.apply(6)
    silence.look()
    assert [silence.span_s(one) for one in silence.told] == [(10, 25)]


def test_an_ending_that_comes_with_the_bus_ends_the_session_and_says_so(silence: Silence) -> None:
    one = silence.kept(BY_POLICE)
    silence.lasts_s(at_most=20)
    silence.heard(committed=6)
    silence.sessions.end_on(one.principal, 6, "principal revoked")
    one.is_sealed = True
    silence.lease.apply(6)
    silence.look()
    assert [(told.why, told.is_sealed) for told in silence.told] == [("principal revoked", True)]


def test_its_own_end_is_kept_meanwhile(silence: Silence) -> None:
    silence.kept(BY_POLICE).expires_at = NOW + timedelta(seconds=25)
    assert silence.lasts_s() == 25
    assert [(silence.span_s(one), one.why) for one in silence.told] == [((10, 25), "its time is over")]


@pytest.mark.parametrize("name", [BY_POLICE.name, "incidents/of it", "principals/who took over"])
def test_who_lost_control_before_the_silence_keeps_its_session_and_has_no_more_than_others(
    silence: Silence, name: str
) -> None:
    one = silence.kept(replace(BY_POLICE, ground="incidents/of it", principal="principals/who took over"))
    assert silence.sessions.end_on(name, 6, "control passed") == []
    silence.lease.apply(6)
    assert silence.lasts_s() == 11
    assert one.ended_why
    assert silence.told == []
    assert silence.sessions._by_subject == {}, "nothing is remembered of it"


def test_to_sessions_of_others_a_takeover_that_passed_on_stays_one_until_their_next_decision(
    silence: Silence,
) -> None:
    other = silence.kept(BY_POLICE, principal=POLICE)
    silence.sessions.end_on(BY_POLICE.name, 6, "control passed")
    assert other.case.circumstances.takeovers == (BY_POLICE,), "held by another is what it was decided by"


def test_what_could_not_be_told_does_not_happen(silence: Silence) -> None:
    silence.kept(BY_POLICE)
    silence.is_recordable = False
    assert silence.lasts_s() == 11


def test_a_relay_that_is_stopped_tells_what_it_has(silence: Silence) -> None:
    silence.kept(BY_POLICE)
    silence.lasts_s(at_most=20)
    [stretch] = silence.outlasting.stop(silence.clock.now())
    assert (silence.span_s(stretch), stretch.why, len(silence.outlasting)) == ((10, 20), "the relay was stopped", 0)
