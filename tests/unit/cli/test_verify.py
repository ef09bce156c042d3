"""The verifier finds the first record that does not fit, whatever was done to the ledger."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.verify import FIRST_PREVIOUS, HEAD_PURPOSE, Entry, Head, Verdict, chained, verify
from services.chassis.signing import Signer

_LEDGER = Signer(bytes(range(32)))


def _book(facts: list[bytes]) -> list[Entry]:
    entries: list[Entry] = []
    previous = FIRST_PREVIOUS
    for number, fact in enumerate(facts, start=1):
        previous = chained(previous, fact)
        entries.append(Entry(number, fact, previous))
    return entries


def _head(entries: list[Entry], signer: Signer = _LEDGER, book: str = "ordinary") -> Head:
    number, last = (entries[-1].number, entries[-1].hash) if entries else (0, FIRST_PREVIOUS)
    signature = signer.sign(HEAD_PURPOSE, book.encode() + b"\0" + number.to_bytes(8, "big") + last)
    return Head(book, number, last, signature)


def _check(entries: list[Entry], head: Head) -> Verdict:
    return verify(entries, head, _LEDGER.public_key)


_FACTS = [b"one", b"two", b"three", b"four"]


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_an_untouched_book_holds(facts: list[bytes]) -> None:
    entries = _book(facts)
    assert _check(entries, _head(entries)) == Verdict(len(facts))


def test_records_written_after_the_head_was_read_belong_to_the_chain() -> None:
    entries = _book(_FACTS)
    assert _check(entries, _head(entries[:2])) == Verdict(4)
    assert _check([*entries[:3], replace(entries[3], fact=b"x")], _head(entries[:2])).broken == 4


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=10), st.data())
def test_a_changed_fact_is_found_at_its_number(facts: list[bytes], data: st.DataObject) -> None:
    entries = _book(facts)
    at = data.draw(st.integers(0, len(facts) - 1))
    changed = [*entries]
    changed[at] = replace(entries[at], fact=entries[at].fact + b"!")
    verdict = _check(changed, _head(entries))
    assert (verdict.records, verdict.broken) == (at, at + 1)


def test_a_fact_changed_with_all_hashes_after_it_breaks_at_the_signed_head() -> None:
    verdict = _check(_book([b"one", b"TWO", b"three", b"four"]), _head(_book(_FACTS)))
    assert verdict.broken == 4
    assert "signed head" in verdict.why


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
def test_a_removed_record_is_named(missing: int) -> None:
    entries = _book(_FACTS)
    left = entries[:missing] + entries[missing + 1 :]
    verdict = _check(left, _head(entries))
    assert verdict.broken == missing + 1
    assert "missing" in verdict.why


def test_swapped_records_are_found() -> None:
    one, two, *rest = _book(_FACTS)
    assert _check([two, one, *rest], _head(_book(_FACTS))).broken == 1


def test_a_book_of_another_key_or_another_name_is_refused() -> None:
    entries = _book(_FACTS)
    assert not _check(entries, _head(entries, Signer(bytes(32)))).holds
    assert not _check(entries, replace(_head(entries, book="sealed"), book="ordinary")).holds


def test_an_emptied_book_does_not_hold() -> None:
    assert _check([], _head(_book(_FACTS))).broken == 1
