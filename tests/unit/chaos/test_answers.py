"""What was answered and is not on record is found, and so is what is on record otherwise than it was answered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from chaos.answers import MOVED, RELEASED, RENEWED, REQUESTED, Answer, Answers, contradictions
from chaos.commands import Commands, velocity
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import takeover_pb2
from kapok.streams.v1 import relay_pb2

NAME, POLICE = "takeovers/a", "police"
END = datetime(2026, 1, 1, tzinfo=UTC)
LATER = END + timedelta(seconds=5)


def takeover(ends_at: datetime, over_by: str = "expired") -> takeover_pb2.Takeover:
    made = takeover_pb2.Takeover(name=NAME, taken=[takeover_pb2.TakenCamera(over_by=over_by)])
    made.end_time.FromDatetime(ends_at)
    return made


def fact(kind: str, snapshot: takeover_pb2.Takeover | relay_pb2.CameraMove) -> fact_pb2.Fact:
    made = fact_pb2.Fact(kind=kind)
    made.snapshot.Pack(snapshot)
    return made


def history() -> tuple[Answers, Commands, list[fact_pb2.Fact]]:
    """Requested, renewed and released, one command in between; and the ledger of it."""
    answers, told = Answers(), Commands()
    answers.heard(POLICE, REQUESTED, takeover(END))
    answers.heard(POLICE, RENEWED, takeover(LATER))
    answers.heard(POLICE, RELEASED, takeover(LATER))
    number, _ = told.begin(POLICE)
    told.done(number, 1, 1.0)
    facts = [fact(REQUESTED, takeover(END)), fact(RENEWED, takeover(LATER)), fact(RELEASED, takeover(LATER))]
    return answers, told, [*facts, fact(MOVED, relay_pb2.CameraMove(pan=velocity(number)))]


def test_a_whole_ledger_lacks_nothing_and_each_missing_record_is_found() -> None:
    answers, told, facts = history()
    assert answers.missing(facts, told) == []
    for left_out in range(len(facts)):
        assert len(answers.missing(facts[:left_out] + facts[left_out + 1 :], told)) == 1


@pytest.mark.parametrize(
    ("found", "is_lost"),
    [
        (lambda: takeover(LATER, "released"), False),
        (lambda: takeover(END, "released"), True),  # the renewal
        (lambda: takeover(LATER, "expired"), True),  # the release
    ],
)
def test_a_takeover_stands_as_it_was_answered(found: Callable[[], takeover_pb2.Takeover], is_lost: bool) -> None:
    assert bool(contradictions(history()[0].acts, found())) is is_lost


def test_what_nobody_was_answered_is_not_asked_for() -> None:
    assert contradictions([Answer(POLICE, REQUESTED, NAME, END)], takeover(LATER, "released")) == []
