"""Rights that ended, numbered in commit order."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.ending import Cause, Ending
from services.permissions.store import counters
from services.permissions.store.tables import Instant, endings

COUNTER = "endings"
FEW = 200  # subjects that are looked up one by one
_PAGE = 32
_CLOCKS_DIFFER = timedelta(minutes=1)
_NEWER = (  # built once: building costs more than asking
    sa.select(endings.c.subject, sa.func.min(endings.c.number))
    .where(
        endings.c.subject.in_(sa.bindparam("cameras", expanding=True)),
        endings.c.occurred_at >= sa.bindparam("since", type_=Instant),
    )
    .group_by(endings.c.subject)
)


async def append(transaction: AsyncConnection, cause: Cause, subject: str, now: datetime) -> Ending:
    """Write that the rights which stand on ``subject`` ended, in the transaction that ends them."""
    [ending] = await append_each(transaction, cause, [subject], now)
    return ending


async def append_each(
    transaction: AsyncConnection, cause: Cause, subjects: Sequence[str], now: datetime, *, is_sealed: bool = False
) -> list[Ending]:
    """The same for several subjects, numbered in their order."""
    if not subjects:
        return []
    first = await counters.take(transaction, COUNTER, len(subjects)) - len(subjects) + 1
    ended = [Ending(number, cause, subject, now, is_sealed) for number, subject in enumerate(subjects, first)]
    rows = [
        {"number": e.number, "cause": cause.value, "subject": e.subject, "occurred_at": now, "is_kept": False}
        | ({"is_sealed": True} if is_sealed else {})
        for e in ended
    ]
    await transaction.execute(endings.insert(), rows)
    return ended


async def lock(transaction: AsyncConnection) -> None:
    """Queue behind whoever writes endings now, on this replica or another."""
    await counters.lock(transaction, COUNTER)


async def committed(transaction: AsyncConnection) -> int:
    """The highest number."""
    return await counters.current(transaction, COUNTER)


async def last_of(transaction: AsyncConnection, subject: str) -> int:
    """The number of its last ending; 0 when it never ended."""
    found = sa.select(sa.func.coalesce(sa.func.max(endings.c.number), 0)).where(endings.c.subject == subject)
    return int((await transaction.execute(found)).scalar_one())


async def newer(transaction: AsyncConnection, cameras: Collection[str], since: datetime) -> dict[str, int]:
    """The lowest number of each of these cameras that ended at ``since`` or later; others may be among them.

    A few are looked up. For many the latest endings are walked back, since they lie in the order of their numbers:
    clocks of replicas differ a little, so the walk goes on for a while behind ``since``.
    """
    if len(cameras) <= FEW:
        found = await transaction.execute(_NEWER, {"cameras": list(cameras), "since": since})
        return {row[0]: row[1] for row in found}
    lowest: dict[str, int] = {}
    below, page = await committed(transaction) + 1, _PAGE
    while True:
        latest = sa.select(endings).where(endings.c.number < below).order_by(endings.c.number.desc()).limit(page)
        rows = (await transaction.execute(latest)).all()
        lowest |= {row.subject: row.number for row in rows if row.occurred_at >= since}
        if len(rows) < page or rows[-1].occurred_at < since - _CLOCKS_DIFFER:
            return lowest
        below, page = rows[-1].number, page * 8


async def unkept(transaction: AsyncConnection, most: int) -> list[Ending]:
    """Endings that the bucket may not hold yet, oldest first."""
    found = await transaction.execute(
        sa.select(endings).where(~endings.c.is_kept).order_by(endings.c.number).limit(most)
    )
    return [Ending(row.number, Cause(row.cause), row.subject, row.occurred_at, bool(row.is_sealed)) for row in found]


async def mark_kept(transaction: AsyncConnection, numbers: list[int]) -> None:
    """The bucket holds these."""
    await transaction.execute(endings.update().where(endings.c.number.in_(numbers)).values(is_kept=True))
