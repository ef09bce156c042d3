"""Leases of ordinary control: at most a row for the operator and one for another agency of each camera in use.

They have a table of their own, so that no list, claim or evidence of takeovers can hold one, and the release before
can't take one for a takeover. What is over is deleted.
"""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import ControlLease
from services.permissions.store import counters
from services.permissions.store.endings import FEW
from services.permissions.store.takeover_tables import control_leases
from services.permissions.takeover import LeaseGiven, LeaseOver, Outcome

_COUNTER = "control-leases"
_LEASE = [field.name for field in fields(ControlLease)]
_ALL = sa.select(control_leases)
_OF_FEW = _ALL.where(control_leases.c.camera.in_(sa.bindparam("cameras", expanding=True)))
_THIS = (control_leases.c.camera == sa.bindparam("of_camera")) & (control_leases.c.agency == sa.bindparam("of_agency"))


async def next_number(transaction: AsyncConnection) -> int:
    """The number of a new lease. Not of the takeovers' own, which tell their watchers that something changed."""
    return await counters.take(transaction, _COUNTER)


async def standing(transaction: AsyncConnection, cameras: Collection[str]) -> dict[str, tuple[ControlLease, ...]]:
    """The leases of each of these cameras, over or not; those of others too, when asked for many."""
    query, given = (_OF_FEW, {"cameras": list(cameras)}) if len(cameras) <= FEW else (_ALL, {})
    found: dict[str, tuple[ControlLease, ...]] = {}
    for row in await transaction.execute(query, given):
        lease = ControlLease(**{name: getattr(row, name) for name in _LEASE})
        found[row.camera] = (*found.get(row.camera, ()), lease)
    return found


async def save(transaction: AsyncConnection, outcomes: Iterable[Outcome]) -> None:
    """Write those that were given or prolonged, and delete those that are over."""
    events = [event for _, events in outcomes for event in events]
    given = [event.lease for event in events if isinstance(event, LeaseGiven)]
    changed = [*given, *(event.lease for event in events if isinstance(event, LeaseOver))]
    if changed:
        keys = [{"of_camera": lease.camera, "of_agency": lease.agency} for lease in changed]
        await transaction.execute(control_leases.delete().where(_THIS), keys)
    if given:
        await transaction.execute(control_leases.insert(), [{n: getattr(one, n) for n in _LEASE} for one in given])


async def cameras_by(transaction: AsyncConnection, principal: str) -> list[str]:
    """Cameras that this principal commanded last under a lease."""
    return await _cameras(transaction, control_leases.c.principal == principal)


async def cameras_of(transaction: AsyncConnection, agency: str) -> list[str]:
    """Cameras that this agency has a lease of."""
    return await _cameras(transaction, control_leases.c.agency == agency)


async def cameras_due(transaction: AsyncConnection, now: datetime) -> list[str]:
    """Cameras with a lease whose end has come and that is there still."""
    return await _cameras(transaction, control_leases.c.ends_at <= now)


async def _cameras(transaction: AsyncConnection, chosen: sa.ColumnElement[bool]) -> list[str]:
    return list((await transaction.execute(sa.select(control_leases.c.camera).distinct().where(chosen))).scalars())
