"""The policy's versions and the levels of cameras that go with it (Article 14 ¶2)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.policy import Policy, parse
from services.permissions.genesis import Genesis
from services.permissions.store import principals
from services.permissions.store.tables import camera_levels, category_levels, policies

FIRST = 1


async def insert_first(transaction: AsyncConnection, genesis: Genesis, document: bytes, now: datetime) -> None:
    """Everything that the three organs signed, as revision 1."""
    policy = genesis.policy
    row = {"revision": FIRST, "text": policy.text, "digest": policy.digest, "document": document, "adopted_at": now}
    await transaction.execute(policies.insert(), row)
    await principals.insert(transaction, genesis.agencies, genesis.accounts)
    defaults = [{"category": category, "level": level} for category, level in genesis.category_levels.items()]
    await transaction.execute(category_levels.insert(), defaults)
    levels = [{"code": code, "level": level, "revision": FIRST} for code, level in genesis.camera_levels.items()]
    if levels:
        await transaction.execute(camera_levels.insert(), levels)


async def newest(transaction: AsyncConnection) -> tuple[Policy, int] | None:
    """The policy in force and its revision; None before the genesis."""
    row = (await transaction.execute(sa.select(policies).order_by(policies.c.revision.desc()).limit(1))).first()
    return (parse(row.text), row.revision) if row else None


async def revision(transaction: AsyncConnection) -> int:
    """Number of the policy in force; 0 before the genesis."""
    return int(
        (await transaction.execute(sa.select(sa.func.coalesce(sa.func.max(policies.c.revision), 0)))).scalar_one()
    )


async def assign_level(transaction: AsyncConnection, code: str, category: int, given_by: int) -> tuple[int, int]:
    """Level of a camera and the revision that gave it; one without gets that of its place category, for good."""
    default = sa.select(category_levels.c.level).where(category_levels.c.category == category)
    # The lock queues two replicas that are asked about the same camera; SQLite has queued them already.
    level = int((await transaction.execute(default.with_for_update())).scalar_one())
    row = (await transaction.execute(sa.select(camera_levels).where(camera_levels.c.code == code))).first()
    if row:
        return row.level, row.revision
    await transaction.execute(camera_levels.insert(), {"code": code, "level": level, "revision": given_by})
    return level, given_by
