"""Numbers in commit order: whoever takes one holds the row until the commit, so a later number commits later."""

from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.store.tables import counters

Counter = Literal["change", "alarm", "request", "levels"]
ALL: tuple[Counter, ...] = ("change", "alarm", "request", "levels")


async def take(transaction: AsyncConnection, name: Counter, count: int = 1) -> range:
    """The next ``count`` numbers."""
    raised = counters.update().where(counters.c.name == name).values(value=counters.c.value + count)
    last = int((await transaction.execute(raised.returning(counters.c.value))).scalar_one())
    return range(last - count + 1, last + 1)


async def set_to(transaction: AsyncConnection, name: Counter, value: int) -> None:
    """For "levels", which is not counted here: a number of permissions'."""
    await transaction.execute(counters.update().where(counters.c.name == name).values(value=value))


async def last(transaction: AsyncConnection, name: Counter) -> int:
    """The last number given; every record with one up to it is there."""
    return int((await transaction.execute(sa.select(counters.c.value).where(counters.c.name == name))).scalar_one())


async def lock(transaction: AsyncConnection) -> None:
    """Queue behind the writers before reading what is to be changed; on SQLite they have queued already."""
    await transaction.execute(sa.select(counters.c.value).where(counters.c.name == "change").with_for_update())
