"""The list of findings and the books beside it, on both databases."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.audit import findings_listing, listing
from services.audit.app import MIGRATIONS
from services.audit.domain import Entry, Reader
from services.audit.events import refusal_entry
from services.audit.finding import FindingChange
from services.audit.findings_listing import Query
from services.audit.service import Findings, Ledger
from services.audit.store import records
from services.chassis import database
from services.chassis.clock import SystemClock
from services.chassis.database import Database
from tests.unit.audit.findings import SYSTEM, at, raised, resolved

READERS = {
    "metro": Reader("operator", "municipal", "agencies/metro", "440100"),
    "archive": Reader("operator", "municipal", "agencies/archive", "440100"),
    "police": Reader("public-security", "municipal", "agencies/police", "440100"),
    "yuexiu": Reader("public-security", "district", "agencies/yuexiu", "440104"),
    "tianhe": Reader("public-security", "district", "agencies/tianhe", "440106"),
    "security": Reader("national-security", "municipal", "agencies/security", "440100"),
}
_numbers = itertools.count()


class Known:
    """service.Permissions that knows everybody."""

    async def identify(self, principal: str, _certificate_sha256: str) -> Reader:
        return READERS[principal]

    async def level_seen_by(self, _principal: str, _camera: str) -> int:
        return 0


@dataclass(frozen=True)
class Shelf:
    """The books and the list of one database."""

    database: Database

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.database, Known(), refusal_entry, SystemClock())

    async def tell(self, *changes: FindingChange) -> None:
        """Record facts of findings in one batch."""
        await self.ledger.record(
            [Entry(f"f-{next(_numbers)}", b"fact", change.owed.is_sealed, change) for change in changes]
        )

    async def page(self, name: str, query: Query) -> findings_listing.Page:
        return await Findings(self.database, Known()).list(name, "", query)

    async def seen(self, name: str, query: Query = Query()) -> list[str]:  # noqa: B008 - frozen
        """The last parts of the subjects on the page."""
        return [f.owed.subject.rpartition("/")[2] for f in (await self.page(name, query)).findings]


@pytest.fixture
async def shelf(database_url: str) -> AsyncIterator[Shelf]:
    async with database.connect(database_url, MIGRATIONS) as opened:
        yield Shelf(opened)


def of(name: str, minutes: float, operator: str = "metro", *districts: str, is_sealed: bool = False) -> FindingChange:
    """A missing sign of another system."""
    return raised(minutes, subject=f"operators/{operator}/systems/{name}", operator=f"agencies/{operator}",
                  districts=districts, is_sealed=is_sealed)  # fmt: skip


async def test_a_finding_opens_closes_and_opens_again(shelf: Shelf) -> None:
    await shelf.tell(raised(1))
    assert await shelf.seen("metro") == ["line-3"]
    await shelf.tell(resolved(5))
    assert await shelf.seen("metro") == []
    [closed] = (await shelf.page("metro", Query(includes_resolved=True))).findings
    assert (closed.raised_at, closed.resolved_at) == (at(1), at(5))
    await shelf.tell(raised(9, count=4))
    [again] = (await shelf.page("metro", Query())).findings
    assert again.owed == raised(9, count=4).owed
    assert (again.raised_at, again.resolved_at) == (at(9), None)


async def test_facts_of_one_batch_follow_one_another(shelf: Shelf) -> None:
    await shelf.tell(raised(1), resolved(5), raised(9), resolved(7))
    [found] = (await shelf.page("metro", Query())).findings
    assert (found.raised_at, found.resolved_at) == (at(9), None)


async def test_a_fact_that_is_on_record_already_is_not_told_again(shelf: Shelf) -> None:
    entries = [Entry("f-again", b"fact", False, raised(1))]
    await shelf.ledger.record(entries)
    await shelf.tell(resolved(1))
    await shelf.ledger.record(entries)
    assert await shelf.seen("metro") == []


async def test_the_list_is_what_the_books_say(shelf: Shelf) -> None:
    """A batch that fails leaves neither a record nor a finding."""
    async with shelf.database.write() as transaction:
        await transaction.execute(sa.text("ALTER TABLE findings RENAME TO elsewhere"))
    with pytest.raises(sa.exc.SQLAlchemyError):
        await shelf.tell(raised(1))
    assert (await shelf.ledger.head("police", "", "ordinary")).number == 0
    async with shelf.database.write() as transaction:
        await transaction.execute(sa.text("ALTER TABLE elsewhere RENAME TO findings"))
    await shelf.tell(raised(1))
    assert await shelf.seen("metro") == ["line-3"]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("metro", ["both", "yuexiu"]),
        ("archive", ["hidden", "tianhe", "placeless"]),
        ("police", ["tianhe", "both", "yuexiu", "placeless"]),
        ("yuexiu", ["both", "yuexiu"]),
        ("tianhe", ["tianhe", "both"]),
        ("security", ["hidden", "tianhe", "both", "yuexiu", "placeless"]),
    ],
)
async def test_each_sees_what_concerns_it(shelf: Shelf, name: str, seen: list[str]) -> None:
    await shelf.tell(
        of("placeless", 1, "archive"), of("yuexiu", 2, "metro", "440104"), of("both", 3, "metro", "440104", "440106"),
        of("tianhe", 4, "archive", "440106"), of("hidden", 5, "archive", "440104", is_sealed=True),
    )  # fmt: skip
    assert await shelf.seen(name) == seen


async def test_what_becomes_a_state_secret_is_no_longer_seen(shelf: Shelf) -> None:
    await shelf.tell(raised(1))
    await shelf.tell(raised(2, is_sealed=True))
    assert await shelf.seen("police", Query(includes_resolved=True)) == []
    assert await shelf.seen("security") == await shelf.seen("metro") == ["line-3"]


async def test_what_is_hidden_leaves_no_gap_in_a_page(shelf: Shelf) -> None:
    await shelf.tell(*(of(f"s{n}", n, "metro", "440104", is_sealed=n % 2 == 1) for n in range(20)))
    assert await shelf.seen("police", Query(page_size=5)) == ["s18", "s16", "s14", "s12", "s10"]


async def test_pages_follow_one_another_the_newest_first(shelf: Shelf) -> None:
    changes = [of(f"s{n}", n // 3, "metro", "440104") for n in range(10)]  # some of the same moment
    await shelf.tell(*changes)
    names: list[str] = []
    token = ""
    while not names or token:
        page = await shelf.page("yuexiu", Query(page_size=3, page_token=token))
        names += [finding.owed.subject[-2:] for finding in page.findings]
        token = page.next_token
    assert sorted(names) == [f"s{n}" for n in range(10)]
    assert [int(name[1]) // 3 for name in names] == [3, 2, 2, 2, 1, 1, 1, 0, 0, 0]


async def test_an_article_stands_for_its_paragraphs(shelf: Shelf) -> None:
    for number, article in enumerate(("Article 2", "Article 21", "Article 21 ¶1", "Article 21 ¶2", "Article 22")):
        await shelf.tell(raised(number, rule=f"r{number}", article=article))
    for asked, rules in (("Article 21", ["r3", "r2", "r1"]), ("Article 21 ¶2", ["r3"]), ("Article 2", ["r0"])):
        found = (await shelf.page("metro", Query(asked))).findings
        assert [finding.owed.rule for finding in found] == rules


async def test_a_finding_comes_back_as_it_was_told(shelf: Shelf) -> None:
    told = raised(1, sentence="标志缺失 " * 100, districts=("440104", "440106"), count=2**40, due_at=None)
    await shelf.tell(told)
    [found] = (await shelf.page("metro", Query())).findings
    assert found.owed == told.owed
    assert found.owed.subject == SYSTEM


@pytest.mark.parametrize("is_newest_first", [False, True])
async def test_records_of_bulk_changes_come_in_pages_that_fit(shelf: Shelf, is_newest_first: bool) -> None:
    sizes = [10, 900_000, 900_000, 900_000, 900_000, 10, 10, 900_000]
    await shelf.ledger.record([Entry(f"b-{n}", bytes([n]) * size, False) for n, size in enumerate(sizes)])
    numbers: list[int] = []
    token, heaviest = "", 0
    while not numbers or token:
        query = listing.Query("ordinary", 1000, token, is_newest_first)
        page = await shelf.ledger.list("police", "", query)
        numbers += [record.number for record in page.records]
        heaviest = max(heaviest, sum(len(record.fact) for record in page.records))
        token = page.next_token
    assert sorted(numbers, reverse=is_newest_first) == numbers
    assert set(numbers) == set(range(1, 9))
    assert heaviest <= listing.LARGEST_PAGE_BYTES
    assert await shelf.ledger.first_break("ordinary") is None


@pytest.mark.parametrize("is_newest_first", [False, True])
async def test_no_more_is_read_than_a_page_holds(shelf: Shelf, is_newest_first: bool) -> None:
    await shelf.ledger.record([Entry(f"b-{n}", bytes(1024 * 1024), False) for n in range(8)])
    async with shelf.database.read() as transaction:
        read = await records.page(transaction, "ordinary", None, 1001, is_newest_first=is_newest_first)
    assert len(read) == 4, "three fit exactly, and the one that does not shows that there are more"
    page = await shelf.ledger.list("police", "", listing.Query("ordinary", 1000, "", is_newest_first))
    assert len(page.records) == 3
    assert page.next_token


async def test_books_of_the_release_before_findings_go_on(database_url: str, tmp_path: Path) -> None:
    shutil.copy(MIGRATIONS / "0001_first.py", tmp_path)
    old = Entry("f-old", b"kept by the release before", False)
    async with database.connect(database_url, tmp_path) as opened:
        await Shelf(opened).ledger.record([old])
    async with database.connect(database_url, MIGRATIONS) as opened:
        await Shelf(opened).tell(raised(1))
        assert await Shelf(opened).seen("metro") == ["line-3"]
        page = await Shelf(opened).ledger.list("police", "", listing.Query("ordinary"))
        assert [record.fact for record in page.records] == [old.fact, b"fact"]
        assert await Shelf(opened).ledger.first_break("ordinary") is None


async def test_facts_recorded_at_once_by_several_replicas_are_one_chain(shelf: Shelf) -> None:
    """A ledger of its own stands for each replica: they share the database and nothing else."""
    await asyncio.gather(*(shelf.tell(of(f"s-{number}", number)) for number in range(15)))
    async with shelf.database.read() as transaction:
        assert (await records.head(transaction, "ordinary")).number == 15
    assert await shelf.ledger.first_break("ordinary") is None
