"""Numbers in commit order without gaps: a counter's row stays locked until its transaction ends."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.store.tables import counters

# Built once: building costs more than asking.
_THIS = counters.c.name == sa.bindparam("counter")
_STEP = (
    counters.update().where(_THIS).values(value=counters.c.value + sa.bindparam("count")).returning(counters.c.value)
)
_CURRENT = sa.select(counters.c.value).where(_THIS)


async def take(transaction: AsyncConnection, name: str, count: int = 1) -> int:
    """The next ``count`` numbers, of which the last is returned. Given back when the transaction is rolled back.

    Needs a transaction that writes.
    """
    return int((await transaction.execute(_STEP, {"counter": name, "count": count})).scalar_one())


async def current(transaction: AsyncConnection, name: str) -> int:
    """The highest number given and committed."""
    return int((await transaction.execute(_CURRENT, {"counter": name})).scalar_one())


def value_of(name: str) -> sa.ScalarSelect[int]:
    """The same, as a part of another query."""
    return sa.select(counters.c.value).where(counters.c.name == name).scalar_subquery()


async def begin(transaction: AsyncConnection, name: str, value: int) -> None:
    """Count what was not counted before, from ``value`` on."""
    await transaction.execute(counters.insert(), {"name": name, "value": value})


async def lock(transaction: AsyncConnection, name: str) -> None:
    """Wait until nobody else holds the counter; SQLite's writers have queued already."""
    await transaction.execute(sa.select(counters.c.value).where(counters.c.name == name).with_for_update())
