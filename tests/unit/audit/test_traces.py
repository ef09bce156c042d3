"""What a record tells of a takeover, and how much of the evidence one page holds."""

import pytest

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import takeover_pb2
from services.audit.domain import FIRST_PREVIOUS, Record
from services.audit.events import trace_told
from services.audit.listing import LARGEST_PAGE_BYTES
from services.audit.trace import Act, Piece, Query, Trace, cut
from services.chassis.errors import InvalidArgument
from tests.unit.audit.traces import TAKEOVER, at, taken
from tests.unit.audit.uses import CAMERA, NOW, moved, session, told


@pytest.mark.parametrize(
    ("verb", "act"),
    [
        ("requested", Act.GRANTED),
        ("renewed", Act.RENEWED),
        ("released", Act.ENDED),
        ("revoked", Act.ENDED),
        ("expired", Act.ENDED),
    ],
)
def test_acts_of_a_takeover_and_commands_under_it_are_traces(verb: str, act: Act) -> None:
    assert trace_told(taken(verb, 1)) == Trace(TAKEOVER, CAMERA, f"permissions.takeover.{verb}", act, at(1))
    commanded = Trace(TAKEOVER, CAMERA, "streams.camera.move_ordered", Act.COMMANDED, at(2))
    assert trace_told(moved(2)) == commanded


def test_an_end_was_when_it_was_over_not_when_it_was_told() -> None:
    ended = trace_told(taken("expired", 5, over=4))
    assert ended
    assert ended.at == at(4)


def test_what_is_no_takeovers_or_cannot_be_read_is_no_trace() -> None:
    own = fact_pb2.Fact.FromString(moved(1))
    own.snapshot.value = b""  # a command of the operator names no takeover
    strange = fact_pb2.Fact.FromString(taken("blessed", 1))
    nameless = fact_pb2.Fact.FromString(taken("requested", 1))
    nameless.snapshot.Pack(takeover_pb2.Takeover())
    nowhere = fact_pb2.Fact.FromString(taken("requested", 1, camera="cameras/1"))
    timeless = fact_pb2.Fact.FromString(taken("requested", 1))
    timeless.ClearField("occur_time")
    broken = fact_pb2.Fact.FromString(taken("requested", 1))
    broken.snapshot.value = b"\xff"
    facts = (own, strange, nameless, nowhere, timeless, broken)
    for data in (b"\xff", told("opened", session()), *(fact.SerializeToString() for fact in facts)):
        assert trace_told(data) is None


def piece(number: int, size: int = 10) -> Piece:
    record = Record("ordinary", number, str(number), b"x" * size, bytes(32), NOW)
    return Piece(Trace(TAKEOVER, CAMERA, "kind", Act.COMMANDED, NOW), record, FIRST_PREVIOUS)


def test_pages_follow_one_another_and_stay_within_a_message() -> None:
    page = cut(Query("claim", 2), [piece(n) for n in (3, 5, 9)])
    assert ([one.record.number for one in page.pieces], page.next_token) == ([3, 5], "ordinary.5")
    assert Query("claim", page_token=page.next_token).behind() == ("ordinary", 5)
    assert cut(Query("claim", 2), [piece(3), piece(5)]).next_token == ""
    assert cut(Query("claim", 2), []).pieces == ()
    large = cut(Query("claim", 3), [piece(n, LARGEST_PAGE_BYTES // 2) for n in (1, 2, 3)])
    assert (len(large.pieces), large.next_token) == (2, "ordinary.2")
    for wrong in (Query("claim", -1), Query("claim", page_token="x"), Query("claim", page_token="ordinary.-1")):
        with pytest.raises(InvalidArgument):
            wrong.behind()
