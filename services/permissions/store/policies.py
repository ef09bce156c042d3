"""The policy's versions and the levels of cameras that go with it (Article 14 ¶2)."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import SEALED_LEVEL, Camera
from services.decider.leases import Leases
from services.decider.marks import Marks, marks_of, names_of
from services.decider.policy import Policy, parse
from services.permissions.genesis import Genesis
from services.permissions.joint.version import Version
from services.permissions.levels import LevelBook
from services.permissions.store import principals, sealed_lists
from services.permissions.store.policy_tables import camera_levels, category_levels, policies, secret_cameras

FIRST = 1
_LEVELS_MOST = 1000  # of one query
_SET_LEVEL = sa.text(
    "INSERT INTO camera_levels (code, level, revision) VALUES (:b_code, :b_level, :b_revision)"
    " ON CONFLICT (code) DO UPDATE SET level = excluded.level, revision = excluded.revision"
)
# Of the cameras asked about those that have a level of their own and those that a sealed list named, then every place
# category: built once, since building costs more than asking.
_ASKED: sa.BindParameter[Any] = sa.bindparam("codes", expanding=True)
_OPEN, _SECRET = 0, -1  # in the place of a category
_LEVELS = (
    sa.select(camera_levels.c.code, sa.literal(_OPEN).label("category"), camera_levels.c.level)
    .where(camera_levels.c.code.in_(_ASKED), camera_levels.c.level < SEALED_LEVEL)
    .union_all(
        sa.select(secret_cameras.c.code, sa.literal(_SECRET), sa.cast(secret_cameras.c.is_secret, sa.Integer)).where(
            secret_cameras.c.code.in_(_ASKED)
        ),
        sa.select(sa.literal(""), category_levels.c.category, category_levels.c.level),
    )
)


async def insert_first(transaction: AsyncConnection, genesis: Genesis, document: bytes, now: datetime) -> None:
    """Everything that the three organs signed, as revision 1."""
    policy = genesis.policy
    row = {
        "revision": FIRST, "text": policy.text, "digest": policy.digest, "document": document, "adopted_at": now,
        "proposal": "", "roles": policy.roles_text,
    }  # fmt: skip
    await transaction.execute(policies.insert(), row)
    await principals.insert(transaction, genesis.agencies, genesis.accounts)
    defaults = [{"category": category, "level": level} for category, level in genesis.category_levels.items()]
    await transaction.execute(category_levels.insert(), defaults)
    levels = [
        {"code": code, "level": level, "revision": FIRST}
        for code, level in genesis.camera_levels.items()
        if level < SEALED_LEVEL
    ]
    if levels:
        await transaction.execute(camera_levels.insert(), levels)
    secret = {code: level == SEALED_LEVEL for code, level in genesis.camera_levels.items()}  # all three organs saw them
    await sealed_lists.keep_secret(transaction, secret, FIRST)


async def insert_next(
    transaction: AsyncConnection,
    version: Version,
    document: bytes,
    by_category: Mapping[int, int],
    by_camera: Mapping[str, int],
) -> None:
    """A version that the three organs signed, with the levels that it sets; all others stay as they are."""
    policy = version.policy
    row = {
        "revision": version.revision, "text": policy.text, "digest": policy.digest, "document": document,
        "adopted_at": version.adopted_at, "proposal": version.proposal, "roles": policy.roles_text,
        "leases": json.dumps(version.leases.seconds), "marks": json.dumps(names_of(version.marks)),
    }  # fmt: skip
    await transaction.execute(policies.insert(), row)
    for category, level in by_category.items():
        chosen = category_levels.update().where(category_levels.c.category == category)
        await transaction.execute(chosen.values(level=level))
    levels = [{"b_code": code, "b_level": level, "b_revision": version.revision} for code, level in by_camera.items()]
    if levels:
        await transaction.execute(_SET_LEVEL, levels)


async def version(transaction: AsyncConnection, number: int) -> tuple[Version, bytes] | None:
    """A version and the document that put it in force; None when there is none of that number."""
    row = (await transaction.execute(sa.select(policies).where(policies.c.revision == number))).first()
    return (_version(row), row.document) if row else None


async def next_version(transaction: AsyncConnection, since: int) -> tuple[Version, bytes] | None:
    """The one behind ``since`` with its document; None when that is the newest."""
    query = sa.select(policies).where(policies.c.revision > since).order_by(policies.c.revision).limit(1)
    row = (await transaction.execute(query)).first()
    return (_version(row), row.document) if row else None


async def versions(transaction: AsyncConnection, before: int, most: int) -> list[Version]:
    """The newest below ``before``."""
    query = sa.select(policies).where(policies.c.revision < before).order_by(policies.c.revision.desc()).limit(most)
    return [_version(row) for row in await transaction.execute(query)]


async def newest(transaction: AsyncConnection) -> tuple[Policy, int] | None:
    """The policy in force and its revision; None before the genesis."""
    row = (await transaction.execute(sa.select(policies).order_by(policies.c.revision.desc()).limit(1))).first()
    return (parse(row.text, row.roles), row.revision) if row else None


async def in_force(transaction: AsyncConnection) -> Policy:
    """The rows and roles in force; none before the genesis."""
    found = await newest(transaction)
    return found[0] if found else Policy(())


async def revision(transaction: AsyncConnection) -> int:
    """Number of the policy in force; 0 before the genesis."""
    return int(
        (await transaction.execute(sa.select(sa.func.coalesce(sa.func.max(policies.c.revision), 0)))).scalar_one()
    )


async def leases(transaction: AsyncConnection) -> Leases:
    """Those in force; the usual ones before the genesis."""
    return (await values(transaction))[0]


async def values(transaction: AsyncConnection) -> tuple[Leases, Marks]:
    """Leases and marks in force; the usual ones and none before the genesis."""
    newest = sa.select(policies.c.leases, policies.c.marks).order_by(policies.c.revision.desc()).limit(1)
    row = (await transaction.execute(newest)).first()
    return (_leases(row.leases), _marks(row.marks)) if row else (Leases(), _marks(None))


async def levels(transaction: AsyncConnection, codes: Iterable[str]) -> LevelBook:
    """Everything that was set of the levels of ``codes`` (at most 1000), and the level of each place category."""
    rows = (await transaction.execute(_LEVELS, {"codes": list(codes)})).all()
    return LevelBook(
        own={code: level for code, number, level in rows if code and number == _OPEN},
        default={number: level for code, number, level in rows if not code},
        secret={code: bool(level) for code, number, level in rows if code and number == _SECRET},
    )


async def levelled(transaction: AsyncConnection, cameras: Mapping[str, Camera]) -> dict[str, Camera]:
    """Cameras by name at the levels that ``transaction`` sees in force."""
    found, names = dict[str, Camera](), list(cameras)
    for start in range(0, len(names), _LEVELS_MOST):
        some = names[start : start + _LEVELS_MOST]
        book = await levels(transaction, [name.rpartition("/")[2] for name in some])
        found |= {name: book.at_level(cameras[name]) for name in some}
    return found


def _version(row: Any) -> Version:
    policy = parse(row.text, row.roles)
    return Version(row.revision, policy, row.adopted_at, row.proposal, _leases(row.leases), _marks(row.marks))


def _leases(text: str | None) -> Leases:
    return Leases.of(json.loads(text or "{}"))


def _marks(text: str | None) -> Marks:
    return marks_of(json.loads(text or "[]"))
