"""The transactional outbox: a fact is written in the transaction of what it tells, and published afterwards.

Unsent rows are selected, never `id > last`: a transaction that commits late would be lost. The publisher deletes
nothing before JetStream has acknowledged; consumers are idempotent on the id. Replicas take turns, so that the facts
of one never overtake those of another; a batch is bounded in number and in bytes.
"""

import asyncio
import logging
from collections.abc import Callable
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
        self._oldest = _oldest(self._table)
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

    async def _publish_batch(self, bus: DurablePublisher) -> bool:
        """Publish the oldest messages; whether there may be more. Whoever adds one meanwhile wakes us."""
        async with self._database.turn(Turn.PUBLISHING):
            async with self._database.look() as connection:
                rows = (await connection.execute(self._oldest)).all()
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
            has_more = bool(rows) and (rows[0].measured > len(rows) or len(rows) == _BATCH)
            if not has_more:
                self._oldest_unsent = None
            return has_more

    def _place(self, occurred_at: datetime) -> datetime:
        """The time, or a moment later than that of the message before: what is added later is published later.

        Facts of one transaction share one reading of the clock, and a clock may be set back.
        """
        self._newest = max(occurred_at.replace(tzinfo=None), self._newest + _TICK)
        return self._newest


def _oldest(table: sa.Table) -> sa.Select[Any]:
    """At most _BATCH messages and _BATCH_BYTES of payload, but at least one while there are any.

    Payloads are measured before any is read: all of a batch would be hundreds of megabytes.
    """
    order = (table.c.occurred_at, table.c.id)
    size = sa.func.length(table.c.payload).label("size")
    sizes = sa.select(table.c.id, table.c.occurred_at, size).order_by(*order).limit(_BATCH).cte()
    through = sa.func.sum(sizes.c.size).over(order_by=(sizes.c.occurred_at, sizes.c.id))
    reached = sa.select(sizes.c.id, sizes.c.size, through.label("through")).subquery()
    fits = (reached.c.through <= _BATCH_BYTES) | (reached.c.through == reached.c.size)
    measured = sa.select(sa.func.count()).select_from(sizes).scalar_subquery().label("measured")
    return sa.select(table, measured).where(table.c.id.in_(sa.select(reached.c.id).where(fits))).order_by(*order)
