"""What a camera's record said before: one row for each revision that another one replaced (Article 22)."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import Camera, Revision
from services.registry.store.cameras import Stored
from services.registry.store.tables import revisions
from services.registry.system.record import LifeState

_KEPT = (
    "display_name", "display_name_en", "category", "premises", "place", "latitude", "longitude", "purpose", "direction",
    "mounting", "level", "is_pointable", "is_retired",
)  # fmt: skip


async def keep(transaction: AsyncConnection, before: Stored, ended_at: datetime) -> None:
    """``before`` is being replaced: what it said until now."""
    camera = before.camera
    row = {
        "camera_id": before.id,
        "revision": camera.revision,
        "record": json.dumps({name: getattr(camera, name) for name in _KEPT}, ensure_ascii=False),
        "started_at": _naive(camera.updated_at),
        "ended_at": _naive(ended_at),
        "principal": camera.changed_by,
        "cause": camera.cause,
    }
    await transaction.execute(revisions.insert(), row)


async def page(transaction: AsyncConnection, newest: Stored, before: int, limit: int) -> list[Revision]:
    """At most ``limit`` revisions with smaller numbers than ``before``, newest first; the one in force among them."""
    query = sa.select(revisions).where(revisions.c.camera_id == newest.id, revisions.c.revision < before)
    rows = (await transaction.execute(query.order_by(revisions.c.revision.desc()).limit(limit))).all()
    found = [_revision(row, newest.camera) for row in rows]
    camera = newest.camera
    if camera.revision < before:
        found.insert(0, Revision(camera, camera.updated_at, None))
    return found[:limit]


async def as_of(transaction: AsyncConnection, newest: Stored, at: datetime) -> Revision | None:
    """The revision that was in force at ``at``; None before the registration."""
    if newest.camera.updated_at <= at:
        return Revision(newest.camera, newest.camera.updated_at, None)
    query = sa.select(revisions).where(revisions.c.camera_id == newest.id, revisions.c.started_at <= _naive(at))
    row = (await transaction.execute(query.order_by(revisions.c.revision.desc()).limit(1))).first()
    return _revision(row, newest.camera) if row else None


def _revision(row: Any, newest: Camera) -> Revision:
    record = json.loads(row.record)
    kept = {name: record[name] for name in _KEPT}  # a record of the first release has more
    started_at = row.started_at.replace(tzinfo=UTC)
    camera = dataclasses.replace(
        newest, **kept, revision=row.revision, updated_at=started_at, changed_by=row.principal, cause=row.cause,
        state=LifeState.RETIRED if kept["is_retired"] else newest.state,
    )  # fmt: skip
    return Revision(camera, started_at, row.ended_at.replace(tzinfo=UTC))


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
