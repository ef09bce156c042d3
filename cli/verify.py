"""The ledger's chain, recomputed from the facts alone: who trusts nobody verifies this way. Pure.

hash = SHA-256(0x01 + previous hash + SHA-256(0x00 + fact)), the first previous hash 32 zero bytes; the head is signed
(proto/kapok/audit/v1/audit_service.proto).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.signing import Verifier

FIRST_PREVIOUS = bytes(32)
HEAD_PURPOSE, RECORD_PURPOSE = "kapok.ledger.head", "kapok.ledger.record"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as the ledger showed it."""

    number: int
    fact: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The signed end of a book."""

    book: str
    number: int
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """``records`` fit from the first on; ``broken`` is the number of the one that does not, ``why`` in words."""

    records: int
    broken: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return not self.why


def chained(previous: bytes, fact: bytes) -> bytes:
    """The hash of a record."""
    return hashlib.sha256(b"\x01" + previous + hashlib.sha256(b"\x00" + fact).digest()).digest()


def verify(entries: Iterable[Entry], head: Head, ledger_key: bytes) -> Verdict:
    """Check that the chain reaches ``head``, which ``ledger_key`` signed. Records beyond the head must fit too."""
    signed = _placed(head.book, head.number, head.hash)
    if not Verifier(ledger_key).is_signed(HEAD_PURPOSE, signed, head.signature):
        return Verdict(0, None, "the head is not signed by this cell's ledger")
    previous, count = FIRST_PREVIOUS, 0
    at_head = previous if head.number == 0 else None
    for entry in entries:
        if entry.number != count + 1:
            return Verdict(count, count + 1, f"record {count + 1} is missing: {entry.number} follows {count}")
        previous = chained(previous, entry.fact)
        if previous != entry.hash:
            return Verdict(count, entry.number, "its hash is not that of its fact and of the records before it")
        count = entry.number
        if count == head.number:
            at_head = previous
    if at_head is None:
        return Verdict(count, count + 1, f"record {count + 1} is missing: the signed head is at {head.number}")
    if at_head != head.hash:
        return Verdict(head.number - 1, head.number, "the chain ends in another hash than the signed head")
    return Verdict(count)


def is_record(book: str, entry: Entry, previous: bytes, signature: bytes, ledger_key: bytes) -> bool:
    """Whether one record that is shown without its book is what the ledger signed under its number."""
    signed = _placed(book, entry.number, entry.hash)
    is_signed = Verifier(ledger_key).is_signed(RECORD_PURPOSE, signed, signature)
    return is_signed and chained(previous, entry.fact) == entry.hash


def _placed(book: str, number: int, digest: bytes) -> bytes:
    """What the ledger signs: a hash and its place."""
    return book.encode() + b"\0" + number.to_bytes(8, "big") + digest
