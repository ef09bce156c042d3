"""Evidence beside the books, on both databases: read once, whole, and shown as the books have it."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.audit.app import MIGRATIONS
from services.audit.domain import FIRST_PREVIOUS, Entry, Reader, chained
from services.audit.events import refusal_entry, trace_told
from services.audit.evidence import Evidence
from services.audit.service import Ledger
from services.audit.trace import CameraPart, Claimed, Piece, Query
from services.chassis import database
from services.chassis.clock import ManualClock
from services.chassis.database import Database
from services.chassis.errors import NotFound
from tests.unit.audit.traces import OTHER_TAKEOVER, TAKEOVER, at, taken
from tests.unit.audit.uses import CAMERA, NOW, OTHER, moved, session, told

BOTH, ONE = frozenset({CAMERA, OTHER}), frozenset({CAMERA})
CLAIMS = {
    "metro": Claimed(TAKEOVER, BOTH, shows_sealed=True),
    "police": Claimed(TAKEOVER, BOTH, shows_sealed=False),
    "kiosk": Claimed(TAKEOVER, ONE, shows_sealed=True),
}
_numbers = itertools.count()


class Known:
    """evidence.Permissions and service.Permissions; what they say is tested with the real ones elsewhere."""

    async def claim_read_by(self, principal: str, claim: str) -> Claimed:
        if principal not in CLAIMS:
            raise NotFound("RESOURCE_MISSING", "no such claim", name=claim)
        return CLAIMS[principal]

    async def identify(self, _principal: str, _certificate_sha256: str) -> Reader:
        return Reader("operator", "municipal")

    async def level_seen_by(self, _principal: str, _camera: str) -> int:
        return 0


@dataclass(frozen=True)
class Shelf:
    """The books and the evidence of one database."""

    database: Database

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.database, Known(), trace_told)

    async def record(self, *facts: bytes, is_sealed: bool = False) -> None:
        """Put facts in a book."""
        ledger = Ledger(self.database, Known(), refusal_entry, ManualClock(NOW))
        await ledger.record([Entry(f"f-{next(_numbers)}", fact, is_sealed) for fact in facts])

    async def shown(self, name: str, size: int = 2) -> list[Piece]:
        """Every record, page by page."""
        found, token = list[Piece](), ""
        while True:
            page = await self.evidence.list(name, Query("claim", size, token))
            found += page.pieces
            if not (token := page.next_token):
                return found


@pytest.fixture
async def shelf(database_url: str) -> AsyncIterator[Shelf]:
    async with database.connect(database_url, MIGRATIONS) as opened:
        yield Shelf(opened)


async def test_records_of_a_takeover_are_shown_with_all_that_proves_them_and_no_others(shelf: Shelf) -> None:
    facts = [taken("requested", 0), told("opened", session()), moved(1), taken("requested", 0, OTHER)]
    facts += [taken("requested", 0, takeover=OTHER_TAKEOVER), moved(2), taken("renewed", 3), taken("released", 9)]
    await shelf.record(*facts)
    shown = await shelf.shown("metro")
    assert [piece.record.number for piece in shown] == [1, 3, 4, 6, 7, 8]
    assert shown[0].previous_hash == FIRST_PREVIOUS
    for piece in shown:
        assert piece.record.fact == facts[piece.record.number - 1]
        assert chained(piece.previous_hash, piece.record.fact) == piece.record.hash
    assert [piece.record.number for piece in await shelf.shown("kiosk")] == [1, 3, 6, 7, 8]
    with pytest.raises(NotFound):
        await shelf.shown("nobody")


async def test_what_came_since_is_read_before_it_is_shown_and_each_record_counts_once(shelf: Shelf) -> None:
    await shelf.record(taken("requested", 0))
    assert len(await shelf.shown("metro")) == 1
    await shelf.record(*(moved(number) for number in range(1, 1200)))
    assert len(await shelf.shown("metro", 1000)) == 1200
    while await shelf.evidence.read_on():
        pass
    [part] = await shelf.evidence.summary("metro", "claim")
    assert part == CameraPart(CAMERA, at(0), None, 1199, at(1), at(1199))


async def test_it_sums_up_to_how_long_each_camera_was_taken_and_how_often_it_was_commanded(shelf: Shelf) -> None:
    await shelf.record(taken("requested", 0), taken("requested", 0, OTHER), moved(2), moved(5))
    await shelf.record(taken("released", 9, OTHER, over=9), taken("expired", 12, over=10))
    assert list(await shelf.evidence.summary("metro", "claim")) == [
        CameraPart(CAMERA, at(0), at(10), 2, at(2), at(5)),
        CameraPart(OTHER, at(0), at(9), 0, None, None),
    ]
    assert [part.camera for part in await shelf.evidence.summary("kiosk", "claim")] == [CAMERA]


async def test_the_sealed_books_records_are_for_whom_permissions_says(shelf: Shelf) -> None:
    await shelf.record(taken("requested", 0))
    await shelf.record(moved(1, is_sealed=True), taken("released", 2), is_sealed=True)
    assert [(piece.record.book, piece.record.number) for piece in await shelf.shown("metro")] == [
        ("ordinary", 1), ("sealed", 1), ("sealed", 2),
    ]  # fmt: skip
    assert [piece.record.book for piece in await shelf.shown("police")] == ["ordinary"]
    [part] = await shelf.evidence.summary("police", "claim")
    assert (part.ended_at, part.commands) == (None, 0)


async def test_records_that_were_there_before_the_upgrade_are_evidence_too(shelf: Shelf) -> None:
    await shelf.record(*(told("opened", session(number)) for number in range(1100)), taken("requested", 0))
    assert [piece.record.number for piece in await shelf.shown("metro")] == [1101]
