"""Figures of the ledger: how far it is behind, and what is owed; of state secrets none (Article 11)."""

from datetime import timedelta

import pytest

from services.audit.app import MIGRATIONS
from services.audit.domain import Entry
from services.audit.metrics import FINDINGS, LAG, Progress, read_findings
from services.audit.store import findings
from services.chassis import database
from services.chassis.clock import ManualClock
from tests.unit.audit.findings import found


def counted() -> float:
    return next(s.value for metric in LAG.collect() for s in metric.samples if s.name.endswith("_count"))


async def test_open_findings_are_told_by_article_but_those_about_state_secrets(database_url: str) -> None:
    told = [
        found(subject="operators/a"),
        found(subject="operators/b"),
        found(subject="operators/c", is_sealed=True),
        found(subject="operators/d", article="Article 16 ¶1"),
        found(subject="operators/e", article="whatever a sender makes up"),
    ]
    async with database.connect(database_url, MIGRATIONS) as books:
        async with books.write() as transaction:
            await findings.put(transaction, told)
        await read_findings(books)
    assert {s.labels["article"]: s.value for metric in FINDINGS.collect() for s in metric.samples} == {
        "12": 2, "16": 1, "other": 1,
    }  # fmt: skip


def test_the_ledger_is_behind_by_the_age_of_what_it_last_wrote_until_nothing_waits() -> None:
    clock = ManualClock()
    progress, before = Progress(clock, clock.now()), counted()
    happened = clock.now()
    clock.advance(timedelta(seconds=40))
    assert progress.behind_s() == 40
    progress.recorded(
        [Entry("1", b"", True, None, happened), Entry("2", b"", False, None, happened + timedelta(seconds=15))]
    )
    assert progress.behind_s() == pytest.approx(25)
    assert counted() == before + 1, "a sealed fact is in no figure"
    progress.recorded([Entry("3", b"", False, None, clock.now() + timedelta(days=1)), Entry("4", b"", False)])
    assert progress.behind_s() == 0, "a clock that runs ahead makes nobody early"
    progress.is_current()
    clock.advance(timedelta(seconds=3))
    assert progress.behind_s() == 3
