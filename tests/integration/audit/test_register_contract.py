"""The register of use beside the books, on both databases: read once, whole, and shown by book."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from services.audit.app import MIGRATIONS
from services.audit.domain import Entry, Reader
from services.audit.events import look_entry, refusal_entry, use_told
from services.audit.register import Asking, Register
from services.audit.service import Ledger
from services.audit.store import records
from services.audit.store.tables import books_read, uses
from services.audit.use import Use
from services.audit.uses_listing import Page, Query
from services.chassis import database
from services.chassis.clock import ManualClock
from services.chassis.database import Database
from services.chassis.errors import InvalidArgument, Unavailable
from services.decider.facts import Action
from services.decider.ruling import Ruling
from tests.unit.audit.uses import CAMERA, NOW, OTHER, copied, ended, moved, session, told

READERS = {
    "metro": Reader("operator", "municipal", "agencies/metro", "440100"),
    "police": Reader("public-security", "municipal", "agencies/police", "440100"),
    "security": Reader("national-security", "municipal", "agencies/security", "440100"),
}
_numbers = itertools.count()


class Known:
    """register.Permissions by which everybody may look; what it decides is tested with the real one elsewhere."""

    async def identify(self, principal: str, _certificate_sha256: str) -> Reader:
        return READERS[principal]

    async def level_seen_by(self, _principal: str, _camera: str) -> int:
        return 0

    async def rule_on(self, principal: str, camera: str, action: Action) -> Ruling:
        agency, rule = READERS[principal].agency, f"{action}-rule"
        return Ruling(True, rule, "Article 17", "", agency, "agencies/metro", 2, "inspections/1")


@dataclass(frozen=True)
class Shelf:
    """The books and the register of one database."""

    database: Database

    @property
    def register(self) -> Register:
        ledger = Ledger(self.database, Known(), refusal_entry, ManualClock(NOW))
        return Register(ledger, Known(), use_told, look_entry)

    async def record(self, *facts: bytes, is_sealed: bool = False) -> None:
        """Put facts in a book."""
        await self.register.ledger.record([Entry(f"f-{next(_numbers)}", fact, is_sealed) for fact in facts])

    async def page(self, name: str, camera: str = CAMERA, **query: object) -> Page:
        return await self.register.list(Asking(name, ""), Query(camera, **query))  # type: ignore[arg-type] # by name

    async def shown(self, name: str, camera: str = CAMERA) -> list[Use]:
        """Every use, page by page of two."""
        found, token = list[Use](), ""
        while True:
            page = await self.page(name, camera, page_size=2, page_token=token)
            found += page.uses
            if not (token := page.next_token):
                return found


@pytest.fixture
async def shelf(database_url: str) -> AsyncIterator[Shelf]:
    async with database.connect(database_url, MIGRATIONS) as opened:
        yield Shelf(opened)


async def test_uses_of_one_camera_are_shown_the_last_begun_first_whatever_batch_told_them(shelf: Shelf) -> None:
    one, two, three = (session(number, number) for number in (1, 2, 3))
    elsewhere = session(4, 4, camera=OTHER)
    await shelf.record(told("opened", one), told("opened", two), told("opened", elsewhere))
    assert [use.ended_at for use in await shelf.shown("police")] == [None, None]
    await shelf.record(told("closed", ended(one, 10)), copied(two), told("opened", three), moved(30), moved(40))
    shown = await shelf.shown("police")
    assert [(use.session, use.commands, use.copies) for use in shown] == [
        ("", 2, 0), (three.name, 0, 0), (two.name, 0, 1), (one.name, 0, 0),
    ]  # fmt: skip
    assert shown[-1].ended_at == ended(one, 10).closed_at
    assert [use.session for use in await shelf.shown("metro", OTHER)] == [elsewhere.name]


async def test_uses_that_begin_at_one_moment_are_on_one_page_each(shelf: Shelf) -> None:
    await shelf.record(*(told("opened", session(number)) for number in range(7)))
    assert [use.session for use in await shelf.shown("police")] == [session(n).name for n in range(6, -1, -1)]


async def test_each_record_counts_once_and_a_register_that_is_lost_is_read_again(shelf: Shelf) -> None:
    opened = session()
    await shelf.record(told("opened", opened), copied(opened), moved(5), moved(6))
    first = await shelf.shown("police")
    assert not await _written(shelf), "the looks themselves are no uses"
    assert await shelf.shown("police") == first
    async with shelf.database.write() as transaction:
        await transaction.execute(uses.delete())
        await transaction.execute(books_read.update().values(number=0))
    assert await shelf.shown("police") == first
    assert [(use.commands, use.copies) for use in first] == [(2, 0), (0, 1)]


async def _written(shelf: Shelf) -> bool:
    """Whether reading the rest of the books changes anything."""
    async with shelf.database.read() as transaction:
        before = (await transaction.execute(sa.select(uses))).all()
    while await shelf.register.read_on():
        pass
    async with shelf.database.read() as transaction:
        return (await transaction.execute(sa.select(uses))).all() != before


async def test_what_the_sealed_book_tells_is_for_national_security_and_the_operator(shelf: Shelf) -> None:
    before, during, after = session(1, 1), session(2, 2, is_sealed=True), session(3, 3)
    await shelf.record(told("opened", before))
    hidden = replace(ended(before, 9, "camera became secret"), is_sealed=True)
    await shelf.record(told("closed", hidden), told("opened", during), moved(5, is_sealed=True), is_sealed=True)
    await shelf.record(told("opened", after))
    everything = [("", 1), (after.name, 0), (during.name, 0), (before.name, 0)]
    for name in ("security", "metro"):
        shown = await shelf.shown(name)
        assert [(use.session, use.commands) for use in shown] == everything
        assert shown[-1].close_reason == "camera became secret"
    assert [(use.session, use.ended_at) for use in await shelf.shown("police")] == [
        (after.name, None), (before.name, None),
    ]  # fmt: skip


async def test_a_register_that_is_far_behind_the_books_is_not_shown_before_it_is_read(shelf: Shelf) -> None:
    for start in range(0, 6000, 1000):
        await shelf.record(*(told("opened", session(start + number)) for number in range(1000)))
    with pytest.raises(Unavailable, match="ask again"):
        await shelf.page("police")
    while await shelf.register.read_on():
        pass
    page = await shelf.page("police", page_size=1000)
    assert len(page.uses) == 1000
    assert page.next_token


async def test_a_wrong_page_is_refused_and_no_look_is_recorded(shelf: Shelf) -> None:
    await shelf.record(*(told("opened", session(number, number)) for number in range(3)))
    token = (await shelf.page("police", page_size=1)).next_token
    async with shelf.database.read() as transaction:
        before = await transaction.scalar(sa.text("SELECT count(*) FROM records"))
    for camera, wrong in ((CAMERA, {"page_size": -1}), (CAMERA, {"page_token": "x"}), (OTHER, {"page_token": token})):
        with pytest.raises(InvalidArgument):
            await shelf.page("police", camera, **wrong)
    async with shelf.database.read() as transaction:
        assert await transaction.scalar(sa.text("SELECT count(*) FROM records")) == before


async def test_looks_at_once_beside_facts_at_once_are_all_on_record_in_one_chain(shelf: Shelf) -> None:
    """Replicas of audit share a database: a register of its own stands for each."""
    await shelf.record(told("opened", session()))
    at_once = [shelf.page("police") for _ in range(15)]
    at_once += [shelf.record(moved(number)) for number in range(15)]  # type: ignore[misc] # their answers are nobody's
    await asyncio.gather(*at_once)
    async with shelf.database.read() as transaction:
        assert (await records.head(transaction, "ordinary")).number == 31
    assert await shelf.register.ledger.first_break("ordinary") is None
    assert [use.commands for use in await shelf.shown("police")] == [0, 15]
