"""Numbers of a database that was put back, raised above whatever was given after the backup."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.store import counters, takeovers
from services.permissions.store.policy_tables import policies
from services.permissions.store.tables import counters as numbers
from services.permissions.store.takeover_tables import control
from services.permissions.store.takeover_tables import takeovers as taken


async def highest(transaction: AsyncConnection) -> int:
    """Of all that are raised by the same step."""
    counted = sa.select(sa.func.max(numbers.c.value)).scalar_subquery()
    held = sa.select(sa.func.max(control.c.epoch)).scalar_subquery()
    row = (await transaction.execute(sa.select(counted, held))).one()
    return max(found or 0 for found in row)


async def raise_by(transaction: AsyncConnection, step: int) -> None:
    """Every counter and every epoch; cameras that nobody took over by the backup begin above their former epochs too.

    Watchers of takeovers are told all of them again: what they know may be of a time that is no more.
    """
    if await takeovers.first_epoch(transaction) == 1:
        await counters.begin(transaction, takeovers.FIRST_EPOCH, 1)
    await transaction.execute(numbers.update().values(value=numbers.c.value + step))
    await transaction.execute(control.update().values(epoch=control.c.epoch + step))
    await transaction.execute(taken.update().values(change=taken.c.change + step))


async def adopt_again(transaction: AsyncConnection, step: int, now: datetime) -> int:
    """The policy in force once more, as a version behind those that may have been; its revision, 0 without a policy."""
    newest = sa.select(policies).order_by(policies.c.revision.desc()).limit(1)
    row = (await transaction.execute(newest)).mappings().first()
    if row is None:
        return 0
    again: dict[str, Any] = {**row, "revision": row["revision"] + step, "adopted_at": now}
    await transaction.execute(policies.insert(), again)
    return int(again["revision"])
