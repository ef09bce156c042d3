"""Takeovers and who controls each camera (Article 18). A takeover has a row for each camera that it takes."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import SEALED_LEVEL, AgencyKind, Camera, ControlLease, Takeover, Tier
from services.permissions.ports import Kept
from services.permissions.store import control_leases, counters
from services.permissions.store.endings import FEW
from services.permissions.store.policies import levelled
from services.permissions.store.takeover_tables import control, takeovers
from services.permissions.takeover import (
    Cause,
    Control,
    Exclusive,
    operated,
)

COUNTER, FIRST_EPOCH = "takeovers", "first-epoch"
# Built once: building costs more than asking.
_CONTROL = sa.select(control)
_OF_FEW = _CONTROL.where(control.c.camera.in_(sa.bindparam("cameras", expanding=True)))
_STANDING = sa.select(takeovers).where(takeovers.c.ended_at.is_(None))
_STANDING_OF_FEW = _STANDING.where(takeovers.c.camera.in_(sa.bindparam("cameras", expanding=True)))
KeptEach = Mapping[tuple[int, str], Kept]
Standing = tuple[Camera, tuple[Takeover, ...], tuple[ControlLease, ...]]  # a camera, and what stands of it on record
_NAMES = "takeovers/"


async def next_number(transaction: AsyncConnection) -> int:
    """The number of a new takeover."""
    return await counters.take(transaction, COUNTER)


async def lock(transaction: AsyncConnection) -> None:
    """Queue behind whoever changes control now, on this replica or another, so that no epoch is given twice."""
    await counters.lock(transaction, COUNTER)


async def first_epoch(transaction: AsyncConnection) -> int:
    """Of cameras that nobody took over: 1, unless the database was put back from a backup."""
    return int(await transaction.scalar(sa.select(counters.value_of(FIRST_EPOCH))) or 1)


async def load(transaction: AsyncConnection, known: Mapping[str, Standing]) -> dict[str, Control]:
    """Control of each camera as it was last written, by name; takeovers whose time has come are still in it.

    What stands of them is what the decision about them has read, in this transaction.
    """
    query, given = (_OF_FEW, {"cameras": list(known)}) if len(known) <= FEW else (_CONTROL, {})
    rows = {row.camera: row for row in await transaction.execute(query, given)}
    first = 1 if known.keys() <= rows.keys() else await first_epoch(transaction)
    return {
        name: Control(camera, rows[name].agency, rows[name].epoch, found, leases)
        if name in rows
        else operated(camera, first)
        for name, (camera, found, leases) in known.items()
    }


async def load_each(transaction: AsyncConnection, cameras: Mapping[str, Camera]) -> dict[str, Control]:
    """The same where nothing was read of them yet."""
    found, leases = await standing(transaction, cameras), await control_leases.standing(transaction, cameras)
    return await load(transaction, {n: (one, found.get(n, ()), leases.get(n, ())) for n, one in cameras.items()})


async def load_known(transaction: AsyncConnection, names: Collection[str]) -> dict[str, Control]:
    """The same for cameras that were taken over before, as they were described then at the levels in force now.

    Needs no registry.
    """
    chosen = control.c.camera.in_(names) if len(names) <= FEW else sa.true()
    rows = await transaction.execute(sa.select(control.c.camera, control.c.facts).where(chosen))
    wanted = frozenset(names)
    cameras = {row.camera: Camera(**json.loads(row.facts)) for row in rows if row.camera in wanted}
    return await load_each(transaction, await levelled(transaction, cameras))


async def standing(transaction: AsyncConnection, cameras: Collection[str]) -> dict[str, tuple[Takeover, ...]]:
    """The takeovers of each of these cameras that are not ended on record; those of others too, when asked for many."""
    if len(cameras) <= FEW:
        return await _standing(transaction, _STANDING_OF_FEW, {"cameras": list(cameras)})
    return await _standing(transaction, _STANDING)


async def all_standing(transaction: AsyncConnection) -> tuple[Takeover, ...]:
    """Those of every camera."""
    found = await _standing(transaction, _STANDING)
    return tuple(takeover for those in found.values() for takeover in those)


async def _standing(
    transaction: AsyncConnection, query: sa.Select[Any], given: Mapping[str, object] | None = None
) -> dict[str, tuple[Takeover, ...]]:
    found: dict[str, tuple[Takeover, ...]] = {}
    for row in await transaction.execute(query, given):
        found[row.camera] = (*found.get(row.camera, ()), _takeover(row))
    return found


async def beside(transaction: AsyncConnection, subject: str) -> tuple[Takeover, ...]:
    """Every takeover in force of the cameras that a takeover has still, or that a part of one is about."""
    number, _, camera = subject.removeprefix(_NAMES).partition("/")
    this = (takeovers.c.name == f"{_NAMES}{number}") & takeovers.c.ended_at.is_(None)
    cameras = [camera] if camera else (await transaction.execute(sa.select(takeovers.c.camera).where(this))).scalars()
    wanted = sorted(cameras)
    found = await standing(transaction, wanted)
    return tuple(takeover for camera in wanted for takeover in found.get(camera, ()))


async def numbered(transaction: AsyncConnection, numbers: Collection[int]) -> KeptEach:
    """Those takeovers, over or not, by number and camera."""
    rows = await transaction.execute(sa.select(takeovers).where(takeovers.c.number.in_(numbers)))
    return {(row.number, row.camera): kept(row) for row in rows}


async def over(transaction: AsyncConnection, names: Collection[str]) -> list[Kept]:
    """Those of these takeovers that are over on record, a row for each camera where they are."""
    chosen = takeovers.c.name.in_(names) & takeovers.c.ended_at.is_not(None)
    return [kept(row) for row in await transaction.execute(sa.select(takeovers).where(chosen))]


async def find(transaction: AsyncConnection, name: str) -> list[Kept]:
    """A takeover, over or not: what it took, by camera; nothing when there is none."""
    rows = await transaction.execute(sa.select(takeovers).where(takeovers.c.name == name).order_by(takeovers.c.camera))
    return [kept(row) for row in rows]


async def count(transaction: AsyncConnection, name: str) -> int:
    """How many cameras it holds or waits for still."""
    chosen = (takeovers.c.name == name) & takeovers.c.ended_at.is_(None)
    return int((await transaction.execute(sa.select(sa.func.count()).where(chosen))).scalar_one())


async def in_force(transaction: AsyncConnection) -> Counter[str]:
    """How many cameras are taken over, by the kind of agency; state secrets are in no count (Article 11)."""
    is_same = control.c.camera == takeovers.c.camera
    query = sa.select(takeovers.c.kind, takeovers.c.camera, control.c.facts).join(control, is_same)
    rows = (await transaction.execute(query.where(takeovers.c.ended_at.is_(None)))).all()
    cameras = await levelled(transaction, {row.camera: Camera(**json.loads(row.facts)) for row in rows})
    return Counter(row.kind for row in rows if cameras[row.camera].level < SEALED_LEVEL)


async def cameras_on(transaction: AsyncConnection, ground: str) -> list[str]:
    """Cameras whose takeovers stand on these papers or this incident and are not over."""
    return await _cameras(transaction, takeovers.c.ground == ground)


async def cameras_by(transaction: AsyncConnection, principal: str) -> list[str]:
    """Cameras whose takeovers this principal asked for and that are not over, or that it commands under a lease."""
    leased = await control_leases.cameras_by(transaction, principal)
    return await _cameras(transaction, takeovers.c.principal == principal, leased)


async def cameras_of(transaction: AsyncConnection, agency: str) -> list[str]:
    """Cameras whose takeovers this agency holds and that are not over, or that it has a lease of."""
    leased = await control_leases.cameras_of(transaction, agency)
    return await _cameras(transaction, takeovers.c.agency == agency, leased)


async def cameras_due(transaction: AsyncConnection, now: datetime) -> list[str]:
    """Cameras with a takeover or lease whose end has come and is not on record."""
    return await _cameras(transaction, takeovers.c.ends_at <= now, await control_leases.cameras_due(transaction, now))


async def _cameras(
    transaction: AsyncConnection, chosen: sa.ColumnElement[bool], leased: Collection[str] = ()
) -> list[str]:
    found = sa.select(takeovers.c.camera).distinct().where(takeovers.c.ended_at.is_(None) & chosen)
    return sorted({*(await transaction.execute(found)).scalars(), *leased})


def kept(row: Any) -> Kept:
    """A takeover of one camera, as its row has it."""
    cause = Cause(row.cause) if row.cause else None
    exclusive = Exclusive(row.exclusive_reason, row.duty_reason) if row.exclusive_reason else None
    return Kept(_takeover(row), cause, row.reason, row.ended_at, row.ended_by, exclusive)


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
        is_exclusive=bool(row.exclusive_reason),
        suspends_duty=bool(row.duty_reason),
    )
