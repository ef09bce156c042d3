"""What is open on what bounds a new session: counted by an index of open sessions alone, as far as the bound goes."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.streams.limits import Bound, Taken, Whose
from services.streams.store.tables import SESSIONS

_COLUMNS = {
    Whose.PRINCIPAL: SESSIONS.c.principal,
    Whose.AGENCY: SESSIONS.c.agency,
    Whose.CAMERA: SESSIONS.c.camera,
    Whose.RELAY: SESSIONS.c.relay,
}


async def taken(transaction: AsyncConnection, bounds: Sequence[Bound]) -> list[Taken]:
    """What is open on each, in one round trip; no more rows are read than reach the bound."""
    rows = {row.number: row for row in await transaction.execute(query(bounds))}
    return [
        Taken(rows[n].sessions, rows[n].viewers, rows[n].first_ends_at and rows[n].first_ends_at.replace(tzinfo=UTC))
        for n in range(len(bounds))
    ]


def query(bounds: Sequence[Bound]) -> sa.CompoundSelect[Any]:
    """One row of sums for each."""
    return sa.union_all(*(_count(number, bound) for number, bound in enumerate(bounds)))


def _count(number: int, bound: Bound) -> sa.Select[Any]:
    is_its = SESSIONS.c.closed_at.is_(None) & (_COLUMNS[bound.whose] == bound.name)
    some = sa.select(SESSIONS.c.viewer_limit, SESSIONS.c.expires_at).where(is_its)
    first = some.order_by(SESSIONS.c.expires_at).limit(bound.rows).subquery()
    return sa.select(
        sa.literal_column(str(number), sa.Integer).label("number"),
        sa.func.count().label("sessions"),
        sa.func.coalesce(sa.func.sum(first.c.viewer_limit), 0).label("viewers"),
        sa.func.min(first.c.expires_at).label("first_ends_at"),
    ).select_from(first)
