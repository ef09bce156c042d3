"""Sessions kept by a relay: found by what they stand on, refused when that has ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Aborted, Denied, Exhausted
from services.decider.facts import Circumstances
from services.streams.relay.sessions import Sessions
from tests.unit.decider.cast import CITY_POLICE, FIRE, NOW
from tests.unit.relay.cases import session

POLICE = CITY_POLICE.name
OTHERS = replace(CITY_POLICE, name="principals/q")


def test_an_ending_ends_what_stands_on_its_subject_and_nothing_else() -> None:
    sessions = Sessions()
    sessions.keep(session("sessions/a"))
    sessions.keep(session("sessions/b", principal=OTHERS))
    ended = sessions.end_on(POLICE, 6, "principal revoked")
    assert [s.name for s in ended] == ["sessions/a"]
    assert sessions.find("sessions/a") is None
    assert sessions.find("sessions/b") is not None


def test_a_session_decided_before_an_ending_is_refused_afterwards() -> None:
    sessions = Sessions()
    sessions.end_on(FIRE.name, 6, "incident ended")
    for stands in ({"circumstances": Circumstances(incidents=(FIRE,))}, {"stands_on": frozenset({FIRE.name})}):
        with pytest.raises(Aborted):
            sessions.keep(session(number=5, **stands))
        sessions.keep(session(number=6, **stands))
    sessions.keep(session(number=5))


def test_a_session_decided_after_an_ending_survives_its_late_arrival() -> None:
    sessions = Sessions()
    sessions.keep(session(number=6))
    assert sessions.end_on(POLICE, 6, "principal revoked") == []
    assert sessions.find("sessions/a") is not None


def test_forgotten_watermarks_refuse_rather_than_admit() -> None:
    sessions = Sessions(watermarks_most=2)
    for number, subject in enumerate(("principals/x", "principals/y", "principals/z"), start=10):
        sessions.end_on(subject, number, "")
    with pytest.raises(Aborted):
        sessions.keep(session(number=9))


def test_a_renewed_session_keeps_its_viewers_and_its_network() -> None:
    sessions = Sessions()
    first = session()
    first.joined_from = "10.0.0.1"
    sessions.keep(first)
    renewed = session(number=7)
    sessions.keep(renewed)
    assert renewed.viewers is first.viewers
    assert renewed.joined_from == "10.0.0.1"
    assert len(sessions) == 1


def test_time_ends_a_session() -> None:
    sessions = Sessions()
    sessions.keep(session())
    assert sessions.end_expired(NOW + timedelta(seconds=59)) == []
    [ended] = sessions.end_expired(NOW + timedelta(minutes=1))
    with pytest.raises(Denied, match="time is over"):
        ended.refuse_joining()


def test_too_many_sessions_are_refused_with_when_to_come_back() -> None:
    sessions = Sessions(sessions_most=1)
    sessions.keep(session("sessions/a"))
    with pytest.raises(Exhausted) as refusal:
        sessions.keep(session("sessions/b"))
    assert refusal.value.retry_after


def test_what_is_decided_neither_here_nor_again_by_then_is_over() -> None:
    sessions = Sessions()
    for name, revision in (("sessions/old", 1), ("sessions/asked-again", 1), ("sessions/new", 2)):
        sessions.keep(session(name, revision=revision))
    until = NOW + timedelta(seconds=5)
    sessions.outdate(2, until)
    sessions.outdate(2, until + timedelta(seconds=5))  # heard twice: the first time counts
    sessions.keep(session("sessions/asked-again", revision=2))
    assert sessions.end_expired(NOW) == []
    assert [s.name for s in sessions.end_expired(until)] == ["sessions/old"]
    assert all(sessions.find(name) for name in ("sessions/asked-again", "sessions/new"))
