"""The books in the database. Append-only: the migration's triggers refuse to change or remove a record."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit.domain import Head, Record
from services.audit.listing import LARGEST_PAGE_BYTES
from services.audit.store.tables import records


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
    """Records of ``book`` behind a number (None: from the start) in the order asked for.

    At most ``limit``; fewer when their facts have more than LARGEST_PAGE_BYTES, but always what goes over it too.
    """
    here = records.c.number
    wanted = sa.select(here, sa.func.length(records.c.fact).label("size")).where(records.c.book == book).limit(limit)
    wanted = wanted.order_by(here.desc() if is_newest_first else here)
    if behind is not None:
        wanted = wanted.where(here < behind if is_newest_first else here > behind)
    near = wanted.subquery()
    order = near.c.number.desc() if is_newest_first else near.c.number
    # A thousand facts of bulk changes are some 900 MB: the database adds up their lengths before it reads one of them.
    sums = sa.select(near, sa.func.sum(near.c.size).over(order_by=order).label("total")).subquery()
    # The cast: SQLite keeps whatever type a tampering hand left, which must show as a broken chain, not as an error.
    fact = sa.cast(records.c.fact, sa.LargeBinary).label("fact")
    columns = [column for column in records.c if column.name != "fact"]
    query = sa.select(*columns, fact).join(sums, sa.and_(here == sums.c.number, records.c.book == book))
    query = query.where(sums.c.total - sums.c.size <= LARGEST_PAGE_BYTES)
    query = query.order_by(here.desc() if is_newest_first else here)
    return [_record(row) for row in await transaction.execute(query)]


def _record(row: Any) -> Record:
    return Record(row.book, row.number, row.event_id, row.fact, row.hash, row.recorded_at.replace(tzinfo=UTC))
