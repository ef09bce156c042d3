"""Lists of state secrets, and what those that are in force made of cameras (Articles 11, 14 ¶2)."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import SEALED_LEVEL
from services.permissions.joint.sealed import SealedList
from services.permissions.store.policy_tables import sealed_list_cameras, sealed_lists, secret_cameras

_SET = sa.text(
    "INSERT INTO secret_cameras (code, is_secret, revision) VALUES (:b_code, :b_secret, :b_revision)"
    " ON CONFLICT (code) DO UPDATE SET is_secret = excluded.is_secret, revision = excluded.revision"
)


async def insert(transaction: AsyncConnection, drawn: SealedList) -> None:
    """Keep a list."""
    row = {"name": drawn.name, "salt": drawn.salt, "principal": drawn.principal, "drawn_at": drawn.drawn_at}
    await transaction.execute(sealed_lists.insert(), row | {"adopted_revision": 0})
    rows = [{"list": drawn.name, "code": code, "level": level} for code, level in drawn.levels.items()]
    await transaction.execute(sealed_list_cameras.insert(), rows)


async def find(transaction: AsyncConnection, name: str) -> SealedList | None:
    """The list of that name."""
    row = (await transaction.execute(sa.select(sealed_lists).where(sealed_lists.c.name == name))).first()
    if row is None:
        return None
    named = sa.select(sealed_list_cameras.c.code, sealed_list_cameras.c.level).where(sealed_list_cameras.c.list == name)
    levels = {row.code: row.level for row in await transaction.execute(named)}
    return SealedList(row.name, row.salt, levels, row.principal, row.drawn_at, row.adopted_revision)


async def count_waiting(transaction: AsyncConnection) -> int:
    """How many are not in force."""
    counted = sa.select(sa.func.count()).where(sealed_lists.c.adopted_revision == 0)
    return int((await transaction.execute(counted)).scalar_one())


async def adopt(transaction: AsyncConnection, drawn: SealedList, revision: int) -> dict[str, int]:
    """Put a list in force with the policy of ``revision``; the levels that are the cameras' own openly from now on."""
    chosen = sealed_lists.update().where(sealed_lists.c.name == drawn.name)
    await transaction.execute(chosen.values(adopted_revision=revision))
    await keep_secret(transaction, {code: level == SEALED_LEVEL for code, level in drawn.levels.items()}, revision)
    return {code: level for code, level in drawn.levels.items() if level < SEALED_LEVEL}


async def keep_secret(transaction: AsyncConnection, secret: dict[str, bool], revision: int) -> None:
    """These cameras are state secrets from that policy on, or are none any more."""
    rows = [{"b_code": code, "b_secret": is_secret, "b_revision": revision} for code, is_secret in secret.items()]
    if rows:
        await transaction.execute(_SET, rows)


async def codes_set_by(transaction: AsyncConnection, revision: int) -> list[str]:
    """The cameras that the version of ``revision`` was the last to make secret or open, by code."""
    found = await transaction.execute(sa.select(secret_cameras.c.code).where(secret_cameras.c.revision == revision))
    return list(found.scalars())
