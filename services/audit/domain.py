"""The ledger's rules: two books, each a chain of hashes, and who may read which. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.audit.finding import FindingChange
from services.decider.facts import AgencyKind, Tier

ORDINARY, SEALED = "ordinary", "sealed"
SEALED_LEVEL = 5  # state secret (Article 11)
FIRST_PREVIOUS = bytes(32)  # the hash before the first record
# The three organs of Article 14 ¶2 supervise; what concerns state secrets is for one of them alone (Article 11).
_READERS = {
    ORDINARY: {AgencyKind.PUBLIC_SECURITY, AgencyKind.INFORMATION_TECHNOLOGY, AgencyKind.NATIONAL_SECURITY},
    SEALED: {AgencyKind.NATIONAL_SECURITY},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact on its way into the ledger: its UUID and its bytes exactly as received.

    ``finding`` is what it tells the list of findings, if anything; ``occurred_at`` when it happened, as is told.
    """

    event_id: str
    fact: bytes
    is_sealed: bool
    finding: FindingChange | None = None
    occurred_at: datetime | None = None

    @property
    def book(self) -> str:
        """The book that keeps it."""
        return SEALED if self.is_sealed else ORDINARY


@dataclass(frozen=True, slots=True)
class Record:
    """One fact in a book; ``number`` counts from 1 without gaps."""

    book: str
    number: int
    event_id: str
    fact: bytes
    hash: bytes
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Where a book ends; number 0 and 32 zero bytes while it is empty."""

    number: int = 0
    hash: bytes = FIRST_PREVIOUS
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who wants to read, as permissions knows it: agencies/… with its kind, tier and six-digit jurisdiction."""

    kind: str
    tier: str
    agency: str = ""
    jurisdiction: str = ""


def chained(previous: bytes, fact: bytes) -> bytes:
    """SHA-256(0x01 + previous hash + SHA-256(0x00 + fact)): leaf and node are told apart as in RFC 6962."""
    return hashlib.sha256(b"\x01" + previous + hashlib.sha256(b"\x00" + fact).digest()).digest()


def append(head: Head, book: str, entries: Iterable[Entry], now: datetime) -> list[Record]:
    """The records that ``entries`` become behind ``head``."""
    records, number, previous = [], head.number, head.hash
    for entry in entries:
        number, previous = number + 1, chained(previous, entry.fact)
        records.append(Record(book, number, entry.event_id, entry.fact, previous, now))
    return records


def first_break(head: Head, records: Iterable[Record]) -> int | None:
    """Number of the first of ``records`` that does not extend ``head``: altered, missing or out of order."""
    number, previous = head.number, head.hash
    for record in records:
        number, previous = number + 1, chained(previous, record.fact)
        if (record.number, record.hash) != (number, previous):
            return number
    return None


def may_read(reader: Reader, book: str) -> bool:
    """Whether ``reader`` may know what is in ``book``; nobody may for a book that does not exist."""
    return reader.tier == Tier.MUNICIPAL and reader.kind in _READERS.get(book, set())
