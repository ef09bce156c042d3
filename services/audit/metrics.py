"""How far the ledger is behind what happened, and what is owed. Of the sealed book no figure (Article 11)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Gauge, Histogram

from services.audit.domain import Entry
from services.audit.store import findings
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.metrics import REGISTRY

BEHIND = Gauge(
    "kapok_ledger_behind_seconds", "How long ago it was when all that had happened was on record", registry=REGISTRY
)
LAG = Histogram(
    "kapok_ledger_lag_seconds",
    "From a fact's happening to its record",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600),
    registry=REGISTRY,
)
FINDINGS = Gauge("kapok_findings_open", "Findings that are not resolved, by article", ("article",), registry=REGISTRY)
_ARTICLE = re.compile(r"Article ([1-9]|[12][0-9]|30)\b")  # the Rules have thirty


@dataclass
class Progress:
    """Until when everything that happened is on record, as far as who records can know."""

    clock: Clock
    current_until: datetime

    def is_current(self) -> None:
        """Nothing waits."""
        self.current_until = self.clock.now()

    def recorded(self, entries: Sequence[Entry]) -> None:
        """These are on record by now; the last of them is as old as what waits behind it may be."""
        now = self.clock.now()
        told = [(entry, entry.occurred_at) for entry in entries if entry.occurred_at is not None]
        for entry, occurred_at in told:
            if not entry.is_sealed:
                LAG.observe(max(0.0, (now - occurred_at).total_seconds()))
        if told:
            self.current_until = min(told[-1][1], now)

    def behind_s(self) -> float:
        """Seconds; it grows while the bus or the database is away."""
        return max(0.0, (self.clock.now() - self.current_until).total_seconds())


async def read_findings(database: Database) -> None:
    """Bring the gauge up to the list."""
    async with database.read() as transaction:
        found = await findings.count_open(transaction)
    counted: dict[str, int] = {}
    for article, number in found.items():
        named = _ARTICLE.match(article)
        key = named[1] if named else "other"  # the words are another service's, a label is one of thirty-one
        counted[key] = counted.get(key, 0) + number
    FINDINGS.clear()
    for key, number in counted.items():
        FINDINGS.labels(key).set(number)
