"""Looks that have begun, and for a while those that have ended: both are delivered more than once, in any order."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.inserting import insert_into
from services.chassis.outbox import Message, Outbox
from services.streams.looks import Look
from services.streams.store.tables import metadata

_AT_ONCE = 200
LOOKS = sa.Table(
    "looks",
    metadata,
    sa.Column("relay", sa.String(64), primary_key=True, comment="that told of it"),
    sa.Column("session", sa.String(64), primary_key=True, comment="sessions/{uuid}"),
    sa.Column("viewer", sa.String(64), primary_key=True, comment="host:port"),
    sa.Column("opened_at", sa.DateTime, primary_key=True, comment="UTC"),
    sa.Column("process", sa.String(32), nullable=False, comment="of the relay"),
    sa.Column("peer", sa.String(64), nullable=False, comment="host"),
    sa.Column("principal", sa.String(128), nullable=False, comment="whose session it was"),
    sa.Column("camera", sa.String(64), nullable=False, comment="that was seen"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, comment="of a level-5 camera"),
    sa.Column("ended_at", sa.DateTime, comment="UTC, when we learnt of its end; null while open"),
    sa.Index("looks_open", "ended_at", "relay", "process"),
)
_KEY = ("relay", "session", "viewer", "opened_at")


class LookStore:
    """Looks in the database of streams."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def take(self, begun: Sequence[Look], ended: Sequence[Look], now: datetime) -> None:
        """Put begins and ends in; whichever of a look comes first."""
        async with self._database.write() as transaction:
            insert = insert_into(transaction, LOOKS)
            if begun:
                await transaction.execute(insert.on_conflict_do_nothing(), [_row(look, None) for look in begun])
            if ended:
                is_new = insert.on_conflict_do_update(
                    index_elements=list(_KEY), set_={"ended_at": insert.excluded.ended_at}
                )
                await transaction.execute(is_new, [_row(look, now) for look in ended])

    async def open_processes(self) -> Sequence[tuple[str, str]]:
        """(relay, process) that open looks are on."""
        query = sa.select(LOOKS.c.relay, LOOKS.c.process).where(LOOKS.c.ended_at.is_(None)).distinct()
        async with self._database.read() as transaction:
            return [(relay, process) for relay, process in await transaction.execute(query)]

    async def open_on(self, relay: str, process: str) -> Sequence[Look]:
        """At most 200 of them."""
        is_there = LOOKS.c.ended_at.is_(None) & (LOOKS.c.relay == relay) & (LOOKS.c.process == process)
        async with self._database.read() as transaction:
            rows = await transaction.execute(LOOKS.select().where(is_there).limit(_AT_ONCE))
            return [_look(row._mapping) for row in rows]

    async def end(self, looks: Sequence[Look], facts: Sequence[Message], now: datetime) -> None:
        """End those that are still open, each with its fact."""
        async with self._database.write() as transaction:
            pairs = zip(looks, facts, strict=True)
            told = [fact for look, fact in pairs if await _ended(transaction, look, now)]
            if told:
                await self._outbox.add(transaction, *told)
        self._outbox.wake()

    async def forget(self, before: datetime) -> None:
        """Those that ended before that."""
        is_old = LOOKS.c.ended_at < before.replace(tzinfo=None)
        async with self._database.write() as transaction:
            await transaction.execute(LOOKS.delete().where(is_old))


async def _ended(transaction: AsyncConnection, look: Look, now: datetime) -> bool:
    row = _row(look, now)
    is_it = sa.and_(LOOKS.c.ended_at.is_(None), *(LOOKS.c[name] == row[name] for name in _KEY))
    return bool((await transaction.execute(LOOKS.update().where(is_it).values(ended_at=row["ended_at"]))).rowcount)


def _row(look: Look, ended_at: datetime | None) -> dict[str, Any]:
    times = {"opened_at": look.opened_at.replace(tzinfo=None), "ended_at": ended_at and ended_at.replace(tzinfo=None)}
    return asdict(look) | times


def _look(row: Any) -> Look:
    values = {field.name: row[field.name] for field in fields(Look)}
    return Look(**values | {"opened_at": row["opened_at"].replace(tzinfo=UTC)})
