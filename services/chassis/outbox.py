"""The transactional outbox: a fact is written in the transaction of what it tells, and published afterwards.

Unsent rows are selected, never `id > last`: a transaction that commits late would be lost. The publisher deletes
nothing before JetStream has acknowledged; consumers are idempotent on the id. Replicas take turns, so that the facts
of one never overtake those of another; a batch is bounded in number and in bytes.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database, Turn
from services.chassis.metrics import OUTBOX_AGE, OUTBOX_UNSENT, told
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
_BATCH = 200
_BATCH_BYTES = 8 * 1024 * 1024  # a fact of a bulk change has up to 900 KiB
_TICK = timedelta(microseconds=1)
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Message:
    """One fact on its way: a UUID, its subject, its serialised body, and when it happened."""

    id: str
    subject: str
    payload: bytes
    occurred_at: datetime


class DurablePublisher(Protocol):
    """What the outbox needs of the bus."""

    async def publish_durable(self, subject: str, payload: bytes, message_id: str) -> None:
        """Return once the message is stored."""
        ...


def columns() -> list[sa.Column[object]]:
    """The outbox table's columns, for a service's metadata and for its migration alike."""
    return [
        sa.Column("id", sa.String(36), primary_key=True, comment="UUID of the fact, also Nats-Msg-Id"),
        sa.Column("subject", sa.String(200), nullable=False, comment="NATS subject"),
        sa.Column("payload", sa.LargeBinary, nullable=False, comment="serialised kapok.fact.v1.Fact"),
        sa.Column("occurred_at", sa.DateTime, nullable=False, comment="UTC; the order of publishing"),
    ]


class Outbox:
    """Adds to the table inside the caller's transaction; ``publish_forever`` empties it."""

    def __init__(self, database: Database, metadata: sa.MetaData, woken: Callable[[], None] = lambda: None) -> None:
        """``woken`` is called after each commit too."""
        self._database = database
        self._woken = woken
        self._table = sa.Table("outbox", metadata, *columns(), extend_existing=True)
        self._has_more = asyncio.Event()
        self._newest = datetime.min
        self._oldest_unsent: datetime | None = None  # as the last look found it

    async def add(self, transaction: AsyncConnection, *messages: Message) -> None:
        """Write ``messages`` with the transaction, behind all that were added. Call ``wake`` after it has committed.

        None of them is no mistake: what changed is not always told.
        """
        rows = [
            {"id": m.id, "subject": m.subject, "payload": m.payload, "occurred_at": self._place(m.occurred_at)}
            for m in messages
        ]
        if rows:  # an insert of no row at all would be one of a row of defaults
            await transaction.execute(self._table.insert(), rows)

    def wake(self) -> None:
        """Say that something was committed."""
        self._has_more.set()
        self._woken()

    async def publish_forever(self, bus: DurablePublisher, service: str = "") -> None:
        """Publish what is unsent, in order, for as long as ``service`` lives. One of these per service."""
        with told(OUTBOX_AGE, service, self.age_s):
            while True:
                stop_if_cancelled()
                self._has_more.clear()
                await self._publish_all(bus)
                try:
                    async with asyncio.timeout(_RETRY_S):
                        await self._has_more.wait()
                except TimeoutError:
                    continue  # look again even when nobody woke us: another replica may have died half-way

    def age_s(self) -> float:
        """Seconds that the oldest fact waits, as of the last look; it grows while the bus or the database is away."""
        if self._oldest_unsent is None:
            return 0.0
        return max(0.0, (datetime.now(UTC) - self._oldest_unsent.replace(tzinfo=UTC)).total_seconds())

    async def _publish_all(self, bus: DurablePublisher) -> None:
        try:
            while await self._publish_batch(bus):
                pass
        except (OSError, TimeoutError, sa.exc.DBAPIError) as error:
            # The bus or the database is away: the rows stay, and a later round sends them.
            OUTBOX_UNSENT.inc()
            log.warning("facts wait in the outbox: %s", error)

    async def _publish_batch(self, bus: DurablePublisher) -> int:
        """Publish the oldest messages; how many they were."""
        async with self._database.turn(Turn.PUBLISHING):
            rows = await self._oldest()
            self._oldest_unsent = rows[0].occurred_at if rows else None
            # One at a time would cost a sync each; JetStream keeps the order in which they arrive on one connection.
            # All have ended before another replica, or the next round, has its turn.
            results = await asyncio.gather(
                *(bus.publish_durable(row.subject, row.payload, row.id) for row in rows), return_exceptions=True
            )
            for failure in filter(None, results):
                raise failure
            if rows:
                sent = self._table.c.id.in_([row.id for row in rows])
                async with self._database.write() as transaction:
                    await transaction.execute(self._table.delete().where(sent))
            return len(rows)

    async def _oldest(self) -> Sequence[sa.Row[Any]]:
        """At most _BATCH messages and _BATCH_BYTES of payload, but at least one while there are any."""
        table = self._table.c
        order = (table.occurred_at, table.id)
        sizes = sa.select(table.id, sa.func.length(table.payload)).order_by(*order).limit(_BATCH)
        async with self._database.read() as transaction:
            room, chosen = _BATCH_BYTES, list[str]()
            for identity, size in await transaction.execute(sizes):
                room -= size
                if chosen and room < 0:
                    break
                chosen.append(identity)
            query = self._table.select().where(table.id.in_(chosen)).order_by(*order)
            return (await transaction.execute(query)).all()

    def _place(self, occurred_at: datetime) -> datetime:
        """The time, or a moment later than that of the message before: what is added later is published later.

        Facts of one transaction share one reading of the clock, and a clock may be set back.
        """
        self._newest = max(occurred_at.replace(tzinfo=None), self._newest + _TICK)
        return self._newest
