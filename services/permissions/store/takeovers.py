"""Takeovers and who controls each camera (Article 18)."""

import json
from collections.abc import Collection
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import AgencyKind, Camera, Takeover, Tier
from services.permissions.ports import Kept
from services.permissions.store import counters
from services.permissions.store.endings import FEW
from services.permissions.store.takeover_tables import control, takeovers
from services.permissions.takeover import Control, Event, TakeoverEnded, TakeoverGranted, operated

_COUNTER = "takeovers"

_FACTS = [field.name for field in fields(Camera) if field.init]


async def next_number(transaction: AsyncConnection) -> int:
    """The number of a new takeover."""
    return await counters.take(transaction, _COUNTER)


async def lock(transaction: AsyncConnection) -> None:
    """Queue behind whoever changes control now, on this replica or another, so that no epoch is given twice."""
    await counters.lock(transaction, _COUNTER)


async def load(transaction: AsyncConnection, camera: Camera) -> Control:
    """Control of a camera as it was last written; takeovers whose time has come are still in it."""
    row = (await transaction.execute(sa.select(control).where(control.c.camera == camera.name))).first()
    if row is None:
        return operated(camera)
    rows = await transaction.execute(
        sa.select(takeovers).where((takeovers.c.camera == camera.name) & takeovers.c.ended_at.is_(None))
    )
    return Control(camera, row.agency, row.epoch, tuple(_takeover(found) for found in rows))


async def standing(transaction: AsyncConnection, cameras: Collection[str]) -> dict[str, tuple[Takeover, ...]]:
    """The takeovers of each of these cameras that are not ended on record; those of others too, when asked for many."""
    chosen = takeovers.c.camera.in_(cameras) if len(cameras) <= FEW else sa.true()
    return await _standing(transaction, chosen)


async def all_standing(transaction: AsyncConnection) -> tuple[Takeover, ...]:
    """Those of every camera."""
    found = await _standing(transaction, sa.true())
    return tuple(takeover for those in found.values() for takeover in those)


async def _standing(transaction: AsyncConnection, chosen: sa.ColumnElement[bool]) -> dict[str, tuple[Takeover, ...]]:
    chosen &= takeovers.c.ended_at.is_(None)
    found: dict[str, tuple[Takeover, ...]] = {}
    for row in await transaction.execute(sa.select(takeovers).where(chosen)):
        found[row.camera] = (*found.get(row.camera, ()), _takeover(row))
    return found


async def load_known(transaction: AsyncConnection, name: str) -> Control:
    """The same for a camera that was taken over before, as it was described then: needs no registry."""
    facts = (await transaction.execute(sa.select(control.c.facts).where(control.c.camera == name))).scalar_one()
    return await load(transaction, Camera(**json.loads(facts)))


async def save(transaction: AsyncConnection, state: Control, events: tuple[Event, ...], reason: str = "") -> None:
    """Write what ``events`` changed; ``reason`` is the one given with a granted takeover."""
    for event in events:
        if isinstance(event, TakeoverGranted):
            await transaction.execute(takeovers.insert(), _row(event.takeover, reason))
        elif isinstance(event, TakeoverEnded):
            chosen = takeovers.update().where(takeovers.c.number == event.takeover.number)
            await transaction.execute(chosen.values(ended_at=event.at, ended_by=event.why.value))
    facts = json.dumps({name: getattr(state.camera, name) for name in _FACTS})
    row = {"camera": state.camera.name, "facts": facts, "agency": state.agency, "epoch": state.epoch}
    changed = await transaction.execute(control.update().where(control.c.camera == state.camera.name).values(**row))
    if not changed.rowcount:
        await transaction.execute(control.insert(), row)


async def find(transaction: AsyncConnection, name: str) -> Kept | None:
    """A takeover, over or not."""
    row = (await transaction.execute(sa.select(takeovers).where(takeovers.c.name == name))).first()
    return _kept(row) if row else None


async def get(transaction: AsyncConnection, number: int) -> Kept:
    """A takeover that is on record for certain."""
    return _kept((await transaction.execute(sa.select(takeovers).where(takeovers.c.number == number))).one())


async def cameras_on(transaction: AsyncConnection, ground: str) -> list[str]:
    """Cameras whose takeovers stand on these papers or this incident and are not over."""
    return await _cameras(transaction, takeovers.c.ground == ground)


async def cameras_by(transaction: AsyncConnection, principal: str) -> list[str]:
    """Cameras whose takeovers this principal asked for and that are not over."""
    return await _cameras(transaction, takeovers.c.principal == principal)


async def cameras_of(transaction: AsyncConnection, agency: str) -> list[str]:
    """Cameras whose takeovers this agency holds and that are not over."""
    return await _cameras(transaction, takeovers.c.agency == agency)


async def cameras_due(transaction: AsyncConnection, now: datetime) -> list[str]:
    """Cameras with a takeover whose end has come and is not on record."""
    return await _cameras(transaction, takeovers.c.ends_at <= now)


async def _cameras(transaction: AsyncConnection, chosen: sa.ColumnElement[bool]) -> list[str]:
    found = sa.select(takeovers.c.camera).distinct().where(takeovers.c.ended_at.is_(None) & chosen)
    return sorted((await transaction.execute(found)).scalars())


def _row(takeover: Takeover, reason: str) -> dict[str, object]:
    return asdict(takeover) | {"kind": takeover.kind.value, "tier": takeover.tier.value, "reason": reason}


def _kept(row: Any) -> Kept:
    return Kept(_takeover(row), row.reason, row.ended_at)


def _takeover(row: Any) -> Takeover:
    return Takeover(
        name=row.name,
        number=row.number,
        camera=row.camera,
        agency=row.agency,
        principal=row.principal,
        kind=AgencyKind(row.kind),
        tier=Tier(row.tier),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ground=row.ground,
    )
