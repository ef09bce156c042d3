"""The soak's judge finds whoever sees more than it may, and nobody else."""

import pytest

from chaos.rights import LEASE_S, Look, Rights


def look(seen_until_s: float, granted_at_s: float = 0.0) -> Look:
    made = Look("rtsp", "sessions/a", frozenset({"police", "sessions/a"}), granted_at_s)
    made.saw(1000, seen_until_s)
    return made


@pytest.mark.parametrize(
    ("subject", "seen_until_s", "is_late"),
    [("police", 100.1, False), ("police", 103.0, True), ("sessions/a", 103.0, True), ("sessions/b", 103.0, False)],
)
def test_pictures_after_the_end_of_a_right_are_found(subject: str, seen_until_s: float, is_late: bool) -> None:
    rights = Rights()
    rights.begin(look(seen_until_s))
    rights.end(subject, 100.0)
    assert bool(rights.late()) is is_late


def test_a_session_that_was_granted_after_the_end_is_not_ended_by_it() -> None:
    rights = Rights()
    rights.begin(look(200.0, granted_at_s=101.0))
    rights.end("police", 100.0)
    assert rights.late() == []


def test_the_first_of_several_ends_counts() -> None:
    rights = Rights()
    rights.begin(look(110.0))
    for at_s in (111.0, 100.0, 120.0):
        rights.end("police", at_s)
    assert len(rights.late()) == 1


@pytest.mark.parametrize(("away", "is_late"), [((95.0, 99.0), False), ((40.0, 50.0), True), ((130.0, 140.0), True)])
def test_a_bus_that_is_away_gives_the_lease_and_no_more(away: tuple[float, float], is_late: bool) -> None:
    for beyond_s in (LEASE_S - 1, LEASE_S + 5):
        rights = Rights()
        rights.begin(look(100.0 + beyond_s))
        rights.end("police", 100.0)
        rights.is_away(*away)
        assert bool(rights.late()) is (is_late or beyond_s > LEASE_S)


def test_what_reaches_a_stopped_viewers_kernel_after_the_end_counts_too() -> None:
    rights = Rights()
    rights.begin(stopped := look(99.0))
    rights.end("police", 100.0)
    assert rights.late() == []
    stopped.late_bytes = 1
    assert len(rights.late()) == 1
