"""Change requests in the database (Article 22)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.change_request import CameraChange, ChangeState
from services.registry.domain import camera_name
from services.registry.store import arrays
from services.registry.store.tables import cameras, requests


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request, its number in order, and the agency that asked."""

    number: int
    agency: str
    change: CameraChange


async def insert(transaction: AsyncConnection, camera_id: int, request: StoredRequest) -> None:
    """Add a request about the camera with this id."""
    change = request.change
    row = {
        "number": request.number,
        "name": change.name,
        "camera_id": camera_id,
        "agency": request.agency,
        "wanted": json.dumps(change.changes, ensure_ascii=False),
        "reason": change.reason,
        "requested_by": change.requested_by,
        "requested_at": _naive(change.requested_at),
    }
    await transaction.execute(requests.insert(), row | _decision(change))


async def decide(transaction: AsyncConnection, number: int, change: CameraChange) -> None:
    """Write how a request ended."""
    await transaction.execute(requests.update().where(requests.c.number == number).values(_decision(change)))


async def get(transaction: AsyncConnection, name: str) -> StoredRequest | None:
    """One request by its name."""
    row = (await transaction.execute(_read().where(requests.c.name == name))).first()
    return _stored(row) if row else None


async def page(
    transaction: AsyncConnection, within: Sequence[int], about: tuple[str, int], before: int, limit: int
) -> list[StoredRequest]:
    """At most ``limit`` requests about cameras of these classes, newest first; ``about``: code or "", state or 0."""
    listed = sa.select(sa.text("value")).select_from(sa.text(arrays.rows(transaction, "within", "integer")))
    query = _read().where(cameras.c.class_id.in_(listed), requests.c.number < before)
    code, state = about
    query = query.where(cameras.c.code == code) if code else query
    query = query.where(requests.c.state == state) if state else query
    query = query.order_by(requests.c.number.desc()).limit(limit)
    rows = await transaction.execute(query, {"within": arrays.encoded(transaction, within)})
    return [_stored(row) for row in rows]


def _read() -> sa.Select[Any]:
    return sa.select(requests, cameras.c.code).join(cameras, cameras.c.id == requests.c.camera_id)


def _decision(change: CameraChange) -> dict[str, Any]:
    return {
        "state": change.state,
        "decided_by": change.decided_by,
        "decided_at": _naive(change.decided_at) if change.decided_at else None,
        "decision_reason": change.decision_reason,
    }


def _stored(row: Any) -> StoredRequest:
    change = CameraChange(
        name=row.name,
        camera=camera_name(row.code),
        reason=row.reason,
        requested_by=row.requested_by,
        requested_at=row.requested_at.replace(tzinfo=UTC),
        state=ChangeState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at.replace(tzinfo=UTC) if row.decided_at else None,
        decision_reason=row.decision_reason,
        **json.loads(row.wanted),
    )
    return StoredRequest(row.number, row.agency, change)


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
