"""Numbers of a database that was put back from a backup, raised above whatever watchers were given after it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.store import counters
from services.registry.store.tables import cameras
from services.registry.store.tables import counters as numbers

_OWN = ("change", "alarm", "request")  # "levels" is a number of permissions'


async def raise_by(transaction: AsyncConnection, step: int) -> int:
    """Counters and the changes of cameras, in their order: a watcher that goes on is told every camera again.

    What it knows may be of a time that is no more. Returns the highest change from now on.
    """
    await counters.lock(transaction)
    step = max(step, await counters.last(transaction, "change") + 1)  # no two cameras share a number on the way
    await transaction.execute(numbers.update().where(numbers.c.name.in_(_OWN)).values(value=numbers.c.value + step))
    await transaction.execute(cameras.update().values(change=cameras.c.change + step))
    return await counters.last(transaction, "change")
