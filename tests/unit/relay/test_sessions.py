"""Sessions kept by a relay: found by what they stand on, refused when that has ended."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Aborted, Denied, Exhausted
from services.streams.relay.intake import SourceSpec
from services.streams.relay.sessions import Session, Sessions

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = SourceSpec("rtsp://127.0.0.1/1", ())


def session(name: str = "sessions/a", number: int = 5, **changes: object) -> Session:
    values: dict[str, object] = {
        "name": name, "camera": "districts/1/cameras/1", "principal": "principals/p", "number": number,
        "stands_on": frozenset({name, "principals/p", "incidents/i"}), "expires_at": NOW + timedelta(minutes=1),
        "viewer_limit": 1, "is_sealed": False, "source": SPEC,
    }  # fmt: skip
    return Session(**values | changes)  # type: ignore[arg-type]


def test_an_ending_ends_what_stands_on_its_subject_and_nothing_else() -> None:
    sessions = Sessions()
    sessions.keep(session("sessions/a"))
    sessions.keep(session("sessions/b", stands_on=frozenset({"sessions/b", "principals/q"})))
    ended = sessions.end_on("principals/p", 6, "principal revoked")
    assert [s.name for s in ended] == ["sessions/a"]
    assert sessions.find("sessions/a") is None
    assert sessions.find("sessions/b") is not None


def test_a_session_decided_before_an_ending_is_refused_afterwards() -> None:
    sessions = Sessions()
    sessions.end_on("incidents/i", 6, "incident ended")
    with pytest.raises(Aborted):
        sessions.keep(session(number=5))
    sessions.keep(session(number=6))


def test_a_session_decided_after_an_ending_survives_its_late_arrival() -> None:
    sessions = Sessions()
    sessions.keep(session(number=6))
    assert sessions.end_on("principals/p", 6, "principal revoked") == []
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


def test_a_new_policy_leaves_seconds_to_decide_anew_and_takes_no_older_decision() -> None:
    sessions = Sessions()
    for name, number in (("sessions/old", 5), ("sessions/asked-again", 5), ("sessions/new", 6)):
        sessions.keep(session(name, number=number))
    until = NOW + timedelta(seconds=5)
    sessions.outdate(6, until)
    sessions.keep(session("sessions/asked-again", number=6))
    with pytest.raises(Aborted):
        sessions.keep(session("sessions/late", number=5))
    assert sessions.end_expired(NOW) == []
    assert [s.name for s in sessions.end_expired(until)] == ["sessions/old"]
    assert {s.name for s in (sessions.find("sessions/asked-again"), sessions.find("sessions/new")) if s} == {
        "sessions/asked-again", "sessions/new",
    }  # fmt: skip
