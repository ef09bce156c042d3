"""The transactional outbox: a fact is written in the transaction of what it tells, and published afterwards.

Unsent rows are selected, never `id > last`: a transaction that commits late would be lost. The publisher deletes
nothing before JetStream has acknowledged; consumers are idempotent on the id.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.metrics import OUTBOX_UNSENT
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
_BATCH = 200
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

    def __init__(self, database: Database, metadata: sa.MetaData) -> None:
        self._database = database
        self._table = sa.Table("outbox", metadata, *columns(), extend_existing=True)
        self._has_more = asyncio.Event()

    async def add(self, transaction: AsyncConnection, *messages: Message) -> None:
        """Write ``messages`` with the transaction. Call ``wake`` after it has committed."""
        rows = [
            {
                "id": m.id,
                "subject": m.subject,
                "payload": m.payload,
                "occurred_at": m.occurred_at.replace(tzinfo=None),
            }
            for m in messages
        ]
        await transaction.execute(self._table.insert(), rows)

    def wake(self) -> None:
        """Say that something was committed."""
        self._has_more.set()

    async def publish_forever(self, bus: DurablePublisher, ready: Callable[[], None] = lambda: None) -> None:
        """Publish what is unsent, in order, for as long as the service lives. One of these per service."""
        ready()
        while True:
            stop_if_cancelled()
            self._has_more.clear()
            try:
                while await self._publish_batch(bus):
                    pass
            except (OSError, TimeoutError) as error:
                # The bus is away: the rows stay, and the next round sends them.
                OUTBOX_UNSENT.inc()
                log.warning("facts wait in the outbox: %s", error)
            try:
                async with asyncio.timeout(_RETRY_S):
                    await self._has_more.wait()
            except TimeoutError:
                continue  # look again even when nobody woke us: another replica may have died half-way

    async def _publish_batch(self, bus: DurablePublisher) -> int:
        async with self._database.read() as transaction:
            found = await transaction.execute(self._table.select().order_by(self._table.c.occurred_at).limit(_BATCH))
            rows = found.all()
        if not rows:
            return 0
        # One at a time would cost a sync each; JetStream keeps the order in which they arrive on one connection.
        await asyncio.gather(*(bus.publish_durable(row.subject, row.payload, row.id) for row in rows))
        async with self._database.write() as transaction:
            await transaction.execute(self._table.delete().where(self._table.c.id.in_([row.id for row in rows])))
        return len(rows)
