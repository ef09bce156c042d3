"""The ledger's chain: whatever is altered, left out or put in between is found by recomputing it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain import ORDINARY, SEALED, Entry, Head, Reader, append, first_break, may_read
from services.audit.refusals import WINDOW, Merger, Refusal

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REFUSAL = Refusal(
    "principals/p", "", "default-deny", "Article 14 ¶1", "/s/M", "PERMISSION_DENIED", "NOT_PERMITTED", "no"
)


@given(st.lists(st.binary(max_size=20), min_size=2, max_size=20), st.data())
def test_any_single_change_is_found(facts: list[bytes], data: st.DataObject) -> None:
    records = append(Head(), ORDINARY, [Entry(str(n), fact, False) for n, fact in enumerate(facts)], NOW)
    assert first_break(Head(), records) is None
    at = data.draw(st.integers(0, len(records) - 1))
    altered = [*records[:at], replace(records[at], fact=records[at].fact + b"x"), *records[at + 1 :]]
    assert first_break(Head(), altered) == at + 1
    if at < len(records) - 1:  # a cut at the end is found by the signed head
        assert first_break(Head(), records[:at] + records[at + 1 :]) == at + 1


@pytest.mark.parametrize(
    ("kind", "tier", "ordinary", "sealed"),
    [
        ("public-security", "municipal", True, False),
        ("public-security", "district", False, False),
        ("national-security", "municipal", True, True),
        ("operator", "municipal", False, False),
        ("emergency-command", "municipal", False, False),
    ],
)
def test_who_reads_which_book(kind: str, tier: str, *, ordinary: bool, sealed: bool) -> None:
    reader = Reader(kind, tier)
    assert (may_read(reader, ORDINARY), may_read(reader, SEALED)) == (ordinary, sealed)
    assert not may_read(reader, "no such book")


def test_repetitions_within_a_minute_are_counted_and_written_once() -> None:
    merger = Merger()
    assert not merger.is_repetition(REFUSAL, "1", 0.0)
    merger.begin(REFUSAL, False, 0.0)
    assert all(merger.is_repetition(REFUSAL, str(n), float(n)) for n in range(1, 11))
    assert merger.ended(30.0) == []
    [written] = merger.ended(WINDOW / timedelta(seconds=1))
    assert (written.count, written.request_id) == (10, "10")
    merger.begin(REFUSAL, False, 61.0)
    assert merger.is_repetition(REFUSAL, "flood", 62.0, count=1_713)
    assert [one.count for one in merger.all()] == [1_713], "counted before they came"
    assert not merger.is_repetition(REFUSAL, "11", 61.0), "the next minute begins with a record of its own"


def test_another_callers_refusal_is_another() -> None:
    merger = Merger()
    merger.begin(REFUSAL, False, 0.0)
    assert not merger.is_repetition(replace(REFUSAL, principal="principals/q"), "1", 1.0)
