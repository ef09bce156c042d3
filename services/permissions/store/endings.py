"""Rights that ended, numbered in commit order."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.ending import Cause, Ending
from services.permissions.store import counters
from services.permissions.store.tables import endings

_COUNTER = "endings"


async def append(transaction: AsyncConnection, cause: Cause, subject: str, now: datetime) -> Ending:
    """Write that the rights which stand on ``subject`` ended, in the transaction that ends them."""
    [ending] = await append_each(transaction, cause, [subject], now)
    return ending


async def append_each(
    transaction: AsyncConnection, cause: Cause, subjects: Sequence[str], now: datetime
) -> list[Ending]:
    """The same for several subjects, numbered in their order."""
    first = await counters.take(transaction, _COUNTER, len(subjects)) - len(subjects) + 1
    ended = [Ending(number, cause, subject, now) for number, subject in enumerate(subjects, first)]
    rows = [
        {"number": e.number, "cause": cause.value, "subject": e.subject, "occurred_at": now, "is_kept": False}
        for e in ended
    ]
    if rows:
        await transaction.execute(endings.insert(), rows)
    return ended


async def lock(transaction: AsyncConnection) -> None:
    """Queue behind whoever writes endings now, on this replica or another."""
    await counters.lock(transaction, _COUNTER)


async def committed(transaction: AsyncConnection) -> int:
    """The highest number."""
    return await counters.current(transaction, _COUNTER)


async def vouched(transaction: AsyncConnection, camera: str, since: datetime) -> int:
    """The highest number that a decision may claim whose facts about ``camera`` are from ``since`` or later.

    Facts are asked for before the decision's view of the database begins, and remembered for a while: an ending of the
    camera itself may be newer than they are. Such a decision claims an older number, so that no relay takes it.
    """
    is_newer = (endings.c.subject == camera) & (endings.c.occurred_at >= since)
    newer = sa.select(sa.func.min(endings.c.number)).where(is_newer).scalar_subquery()
    row = (await transaction.execute(sa.select(counters.value_of(_COUNTER), newer))).one()
    return int(row[0] if row[1] is None else row[1] - 1)


async def unkept(transaction: AsyncConnection, most: int) -> list[Ending]:
    """Endings that the bucket may not hold yet, oldest first."""
    found = await transaction.execute(
        sa.select(endings).where(~endings.c.is_kept).order_by(endings.c.number).limit(most)
    )
    return [Ending(row.number, Cause(row.cause), row.subject, row.occurred_at) for row in found]


async def mark_kept(transaction: AsyncConnection, numbers: list[int]) -> None:
    """The bucket holds these."""
    await transaction.execute(endings.update().where(endings.c.number.in_(numbers)).values(is_kept=True))
