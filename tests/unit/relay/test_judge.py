"""The relay's own decisions: what is assigned is checked, and every session is judged again when the policy changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Aborted, Denied
from services.decider.facts import Circumstances
from services.decider.replica import Edition
from services.streams.relay.judge import UNDECIDED_FOR, Judge
from services.streams.relay.sessions import Session, Sessions
from tests.unit.decider.cast import CITY_POLICE, COMMAND, FIRE, GENESIS, LATER, NOW, PARK, TUNNEL, papers
from tests.unit.relay.cases import FIRST, STANDING, session, without

LETTER = papers(CITY_POLICE, PARK)


@pytest.fixture
def judge() -> Judge:
    made = Judge(Sessions())
    made.adopt(FIRST, NOW)
    return made


def kept(judge: Judge, one: Session) -> Session:
    judge.check(one, NOW)
    judge.sessions.keep(one)
    return one


def test_an_assignment_that_the_policy_here_denies_is_refused_by_its_rule(judge: Judge) -> None:
    with pytest.raises(Denied) as refusal:
        judge.check(session(principal=COMMAND, camera=TUNNEL), NOW)
    assert refusal.value.metadata["rule"] == "default-deny"


@pytest.mark.parametrize("revision", [0, 2])
def test_an_assignment_decided_by_another_policy_is_asked_for_again(judge: Judge, revision: int) -> None:
    with pytest.raises(Aborted):
        judge.check(session(revision=revision), NOW)


def test_before_the_first_policy_nothing_is_taken() -> None:
    with pytest.raises(Denied):
        Judge(Sessions()).check(session(revision=0), NOW)


def test_a_new_policy_ends_at_once_what_it_denies_and_nothing_else(judge: Judge) -> None:
    gone, stays = (
        kept(judge, session("sessions/a")),
        kept(judge, session("sessions/b", circumstances=Circumstances((LETTER,)))),
    )
    assert judge.adopt(Edition(2, without(STANDING)), NOW) == [gone]
    assert "policy changed" in gone.ended_why
    assert judge.sessions.find("sessions/b") is stays


def test_what_a_new_policy_rests_on_papers_ends_with_them(judge: Judge) -> None:
    one = kept(judge, session(circumstances=Circumstances((LETTER,)), expires_at=NOW + timedelta(days=1)))
    assert LETTER.name not in one.stands_on
    judge.adopt(Edition(2, without(STANDING)), NOW)
    assert (LETTER.name in one.stands_on, one.ends_at) == (True, LATER)
    assert judge.sessions.end_on(LETTER.name, 9, "legal basis revoked") == [one]


def test_papers_that_ended_before_save_no_session_from_a_new_policy(judge: Judge) -> None:
    one = kept(judge, session(circumstances=Circumstances((LETTER,))))
    assert judge.sessions.end_on(LETTER.name, 6, "legal basis revoked") == [], "it stands without them"
    assert judge.adopt(Edition(2, without(STANDING)), NOW) == [one]


def test_an_incident_is_the_end_of_what_stands_on_it(judge: Judge) -> None:
    one = kept(judge, session(principal=COMMAND, camera=TUNNEL, circumstances=Circumstances(incidents=(FIRE,))))
    assert FIRE.name in one.stands_on
    assert judge.sessions.end_on(FIRE.name, 6, "incident ended") == [one]


@pytest.mark.parametrize(
    ("edition", "is_ended"),
    [
        (Edition(2, GENESIS, camera_levels={PARK.name.rpartition("/")[2]: 4}), True),
        (Edition(2, GENESIS, camera_levels={"44010400001310000009": 4}), False),
        (Edition(2, GENESIS, category_levels={PARK.category: 4}), True),
        (Edition(2, GENESIS, category_levels={PARK.category + 1: 4}), False),
    ],
)
def test_a_raised_level_ends_who_is_not_cleared_for_it(judge: Judge, edition: Edition, is_ended: bool) -> None:
    one = kept(judge, session(principal=replace(CITY_POLICE, clearance=2)))
    assert judge.adopt(edition, NOW) == ([one] if is_ended else [])


def test_the_level_of_a_place_category_leaves_a_camera_with_a_level_of_its_own(judge: Judge) -> None:
    low = replace(CITY_POLICE, clearance=2)
    one = kept(judge, session(principal=low, camera=replace(PARK, is_level_own=True)))
    assert judge.adopt(Edition(2, GENESIS, category_levels={PARK.category: 4}), NOW) == []
    other = kept(judge, session("sessions/b", principal=low, revision=2))
    assert judge.adopt(Edition(3, GENESIS, camera_levels={PARK.name.rpartition("/")[2]: 2}), NOW) == []
    assert judge.adopt(Edition(4, GENESIS, category_levels={PARK.category: 4}), NOW) == []
    assert (one.case.camera.level, other.case.camera.level) == (2, 2)


def test_after_a_version_that_was_missed_sessions_wait_for_streams_and_not_for_ever(judge: Judge) -> None:
    one = kept(judge, session())
    assert judge.adopt(Edition(3, GENESIS), NOW) == []
    assert one.ends_at == NOW + UNDECIDED_FOR
    assert judge.adopt(Edition(4, GENESIS), NOW) == [], "nobody here knows what the third one set"
    assert one.ends_at == NOW + UNDECIDED_FOR
    again = kept(judge, session(revision=4))
    assert judge.sessions.end_expired(NOW + UNDECIDED_FOR) == []
    assert again.ends_at == again.expires_at


def test_an_ending_heard_before_its_edition_leaves_seconds_and_one_heard_after_it_none(judge: Judge) -> None:
    one = kept(judge, session())
    judge.sessions.outdate(2, NOW + UNDECIDED_FOR)
    assert one.ends_at == NOW + UNDECIDED_FOR
    judge.adopt(Edition(2, GENESIS), NOW)
    assert one.ends_at == one.expires_at
    judge.sessions.outdate(2, NOW + UNDECIDED_FOR)
    assert one.ends_at == one.expires_at
