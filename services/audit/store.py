"""The books in the database. Append-only: the migration's triggers refuse to change or remove a record."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit.domain import Head, Record

metadata = sa.MetaData()
records = sa.Table(
    "records",
    metadata,
    sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
    sa.Column("number", sa.BigInteger, primary_key=True, comment="from 1 without gaps, per book"),
    sa.Column("event_id", sa.String(64), nullable=False, unique=True, comment="id of the fact: once in the ledger"),
    sa.Column("fact", sa.LargeBinary, nullable=False, comment="serialised kapok.fact.v1.Fact exactly as received"),
    sa.Column("hash", sa.LargeBinary, nullable=False, comment="32 bytes over the previous hash and the fact"),
    sa.Column("recorded_at", sa.DateTime, nullable=False, comment="UTC; not part of the hash"),
)


async def head(transaction: AsyncConnection, book: str) -> Head:
    """Where ``book`` ends."""
    query = sa.select(records.c.number, records.c.hash, records.c.recorded_at).where(records.c.book == book)
    row = (await transaction.execute(query.order_by(records.c.number.desc()).limit(1))).first()
    return Head(row.number, row.hash, row.recorded_at.replace(tzinfo=UTC)) if row else Head()


async def append(transaction: AsyncConnection, new: Sequence[Record]) -> None:
    """Add records behind the head."""
    rows = [
        {
            "book": record.book,
            "number": record.number,
            "event_id": record.event_id,
            "fact": record.fact,
            "hash": record.hash,
            "recorded_at": record.recorded_at.replace(tzinfo=None),
        }
        for record in new
    ]
    if rows:
        await transaction.execute(records.insert(), rows)


async def known(transaction: AsyncConnection, event_ids: Sequence[str]) -> set[str]:
    """Those of ``event_ids`` that are in the ledger already."""
    return set(await transaction.scalars(sa.select(records.c.event_id).where(records.c.event_id.in_(event_ids))))


async def page(
    transaction: AsyncConnection, book: str, behind: int | None, limit: int, *, is_newest_first: bool = False
) -> list[Record]:
    """At most ``limit`` records of ``book`` behind a number (None: from the start) in the order asked for."""
    number = records.c.number
    # The cast: SQLite keeps whatever type a tampering hand left, which must show as a broken chain, not as an error.
    fact = sa.cast(records.c.fact, sa.LargeBinary).label("fact")
    columns = [column for column in records.c if column.name != "fact"]
    query = sa.select(*columns, fact).where(records.c.book == book).limit(limit)
    query = query.order_by(number.desc() if is_newest_first else number)
    if behind is not None:
        query = query.where(number < behind if is_newest_first else number > behind)
    return [_record(row) for row in await transaction.execute(query)]


def _record(row: Any) -> Record:
    return Record(row.book, row.number, row.event_id, row.fact, row.hash, row.recorded_at.replace(tzinfo=UTC))
