"""The policy's versions and the levels of cameras that go with it (Article 14 ¶2)."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.policy import Policy, parse
from services.permissions.genesis import Genesis
from services.permissions.store import principals
from services.permissions.store.tables import camera_levels, category_levels, policies

FIRST = 1
# Of the cameras asked about those that have a level of their own, then every place category: built once, since building
# costs more than asking.
_LEVELS = (
    sa.select(camera_levels.c.code, sa.literal(0).label("category"), camera_levels.c.level)
    .where(camera_levels.c.code.in_(sa.bindparam("codes", expanding=True)))
    .union_all(sa.select(sa.literal(""), category_levels.c.category, category_levels.c.level))
)


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


async def levels(transaction: AsyncConnection, codes: Iterable[str]) -> tuple[dict[str, int], dict[int, int]]:
    """Levels of those of ``codes`` (at most 1000) that have one of their own, and that of each place category."""
    rows = (await transaction.execute(_LEVELS, {"codes": list(codes)})).all()
    return {code: level for code, _, level in rows if code}, {number: level for _, number, level in rows if number}
