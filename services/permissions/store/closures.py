"""Facts of the registry that were acted on: each is, once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.store.tables import closures


async def remember(transaction: AsyncConnection, fact: str, now: datetime) -> bool:
    """Whether the fact is new; on record from here on. Two replicas must have queued before."""
    if (await transaction.execute(sa.select(closures.c.fact).where(closures.c.fact == fact))).first():
        return False
    await transaction.execute(closures.insert(), {"fact": fact, "heard_at": now})
    return True


async def forget(transaction: AsyncConnection, before: datetime) -> None:
    """Facts heard so long ago that nobody says them again."""
    await transaction.execute(closures.delete().where(closures.c.heard_at < before))
