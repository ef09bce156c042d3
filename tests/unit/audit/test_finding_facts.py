"""Facts of findings as they come from the bus: read when they are sound, on record in any case."""

from datetime import UTC
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as Packed

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import registry_events_pb2
from services.audit.events import LEFT_OUT, UnreadableFactError, read_fact
from tests.unit.audit.findings import NOON, SIGN, SYSTEM

RAISED, RESOLVED = "registry.finding.raised", "registry.finding.resolved"


def told(kind: str = RAISED, **other: Any) -> fact_pb2.Fact:
    """A fact as the registry tells it, with ``other`` things in its snapshot."""
    duty = {"rule": SIGN.rule, "article": SIGN.article, "sentence": SIGN.sentence, **other.pop("duty", {})}
    fields = {"subject": SYSTEM, "operator": SIGN.operator, "districts": SIGN.districts, "duty": duty,
              "due_time": SIGN.due_at, "consequence": SIGN.consequence, **other}  # fmt: skip
    fact = fact_pb2.Fact(id="f-1", kind=kind, occur_time=NOON)
    fact.snapshot.Pack(registry_events_pb2.Finding(**fields))
    return fact


def read(fact: fact_pb2.Fact) -> Any:
    return read_fact(f"kapok.v1.facts.{fact.kind}", fact.SerializeToString())


@pytest.mark.parametrize("kind", [RAISED, RESOLVED])
def test_a_fact_of_a_finding_tells_the_list(kind: str) -> None:
    entry = read(told(kind))
    assert entry.finding.owed == SIGN
    assert entry.finding.is_raised == (kind == RAISED)
    assert entry.finding.occurred_at == NOON.astimezone(UTC)


def test_a_sealed_fact_tells_a_sealed_finding() -> None:
    fact = told()
    fact.is_sealed = True
    assert read(fact).finding.owed.is_sealed
    assert read(fact).book == "sealed"


def test_facts_of_other_kinds_tell_the_list_nothing() -> None:
    assert read(told("registry.camera.created")).finding is None


FOREIGN, BROKEN, TIMELESS, LATE = told(), told(), told(), told(due_time=None)
FOREIGN.snapshot.Pack(fact_pb2.Refusal())
BROKEN.snapshot.CopyFrom(Packed(type_url=BROKEN.snapshot.type_url, value=b"\xff" * 20))
TIMELESS.ClearField("occur_time")
LATE.occur_time.seconds = 2**60


@pytest.mark.parametrize(
    "fact",
    [
        FOREIGN, BROKEN, TIMELESS, LATE, fact_pb2.Fact(id="f", kind=RAISED),
        told(districts=[f"{n:06d}" for n in range(65)]), told(districts=["440104,440105"]), told(districts=["%"]),
        told(subject=""), told(subject="operators/" + "x" * 200), told(subject="operators/a b"),
        told(operator="metro"), told(operator="agencies/" + "x" * 100), told(count=-1),
        told(duty={"rule": ""}), told(duty={"rule": "x" * 65}), told(duty={"article": ""}),
        told(duty={"sentence": "x" * 1001}), told(duty={"sentence": "nothing\0"}), told(consequence="\x1b[2J"),
        told(due_time={"seconds": -(2**60)}),
    ],
)  # fmt: skip
def test_a_finding_that_can_not_be_read_is_left_out_counted_and_its_fact_kept(fact: fact_pb2.Fact) -> None:
    before = LEFT_OUT._value.get()
    entry = read(fact)
    assert entry.finding is None
    assert entry.fact == fact.SerializeToString()
    assert LEFT_OUT._value.get() == before + 1


def test_a_finding_without_a_term_or_a_place_is_one_too() -> None:
    owed = read(told(due_time=None, districts=[], consequence="")).finding.owed
    assert (owed.due_at, owed.districts, owed.consequence) == (None, (), "")


@pytest.mark.parametrize(("size", "is_taken"), [(800 * 1024, True), (899 * 1024, True), (901 * 1024, False)])
def test_a_fact_is_as_large_as_the_bus_carries_and_no_larger(size: int, is_taken: bool) -> None:
    fact = fact_pb2.Fact(id="f", kind="registry.cameras.imported")
    fact.snapshot.value = b"x" * size
    if is_taken:
        assert len(read(fact).fact) > size
    else:
        with pytest.raises(UnreadableFactError, match="at most"):
            read(fact)


def test_an_id_that_no_database_keeps_is_refused() -> None:
    fact = told()
    fact.id = "f\0"
    with pytest.raises(UnreadableFactError, match="printable"):
        read(fact)
