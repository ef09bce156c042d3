"""Rights that ended, numbered in commit order."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.ending import Cause, Ending
from services.permissions.store import counters
from services.permissions.store.tables import endings

_COUNTER = "endings"


async def append(transaction: AsyncConnection, cause: Cause, subject: str, now: datetime) -> Ending:
    """Write that the rights which stand on ``subject`` ended, in the transaction that ends them."""
    ending = Ending(await counters.take(transaction, _COUNTER), cause, subject, now)
    row = {"number": ending.number, "cause": cause.value, "subject": subject, "occurred_at": now, "is_kept": False}
    await transaction.execute(endings.insert(), row)
    return ending


async def committed(transaction: AsyncConnection) -> int:
    """The highest number."""
    return await counters.current(transaction, _COUNTER)


async def unkept(transaction: AsyncConnection, most: int) -> list[Ending]:
    """Endings that the bucket may not hold yet, oldest first."""
    found = await transaction.execute(
        sa.select(endings).where(~endings.c.is_kept).order_by(endings.c.number).limit(most)
    )
    return [Ending(row.number, Cause(row.cause), row.subject, row.occurred_at) for row in found]


async def mark_kept(transaction: AsyncConnection, numbers: list[int]) -> None:
    """The bucket holds these."""
    await transaction.execute(endings.update().where(endings.c.number.in_(numbers)).values(is_kept=True))
