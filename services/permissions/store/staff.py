"""Trainings and duty shifts of persons."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import StaffRecord
from services.permissions.agencies.staff_record import EarlyEnd, StaffEntry, StaffKind
from services.permissions.store.agency_tables import staff_entries

Position = tuple[datetime, str]  # where an entry stands among a person's: its end, its name
Records = dict[str, dict[StaffKind, tuple[StaffRecord, ...]]]  # by person


async def insert(transaction: AsyncConnection, entry: StaffEntry) -> None:
    """Put an entry on record."""
    row = {
        "name": entry.name, "kind": entry.kind.value, "person": entry.person, "number": entry.number,
        "starts_at": entry.starts_at, "ends_at": entry.ends_at, "entered_at": entry.entered_at,
        "entered_by": entry.entered_by,
    }  # fmt: skip
    await transaction.execute(staff_entries.insert(), row)


async def find(transaction: AsyncConnection, name: str) -> StaffEntry | None:
    """An entry, over or not."""
    row = (await transaction.execute(sa.select(staff_entries).where(staff_entries.c.name == name))).first()
    return _entry(row) if row else None


async def set_ended(transaction: AsyncConnection, name: str, early: EarlyEnd) -> bool:
    """It is over; False when somebody was faster."""
    chosen = (staff_entries.c.name == name) & staff_entries.c.ended_at.is_(None)
    values = {"ended_at": early.at, "ended_by": early.principal, "ended_reason": early.reason}
    return bool((await transaction.execute(staff_entries.update().where(chosen).values(**values))).rowcount)


async def count(transaction: AsyncConnection, person: str, kind: StaffKind, now: datetime) -> int:
    """How many of the person's entries of this kind are not over."""
    ahead = _of(person, kind) & (staff_entries.c.ends_at > now) & staff_entries.c.ended_at.is_(None)
    return int((await transaction.execute(sa.select(sa.func.count()).where(ahead))).scalar_one())


async def page(
    transaction: AsyncConnection, person: str, kind: StaffKind, before: Position | None, most: int
) -> list[StaffEntry]:
    """The person's entries of this kind, those that end last first."""
    chosen = _of(person, kind)
    if before:
        at = sa.tuple_(staff_entries.c.ends_at, staff_entries.c.name)
        chosen &= at < sa.tuple_(sa.literal(before[0], staff_entries.c.ends_at.type), sa.literal(before[1]))
    ordered = sa.select(staff_entries).where(chosen).order_by(
        staff_entries.c.ends_at.desc(), staff_entries.c.name.desc()
    )  # fmt: skip
    return [_entry(row) for row in await transaction.execute(ordered.limit(most))]


async def in_force(transaction: AsyncConnection, persons: Collection[str], now: datetime) -> Records:
    """What counts for each of these persons at ``now``."""
    counts = (staff_entries.c.starts_at <= now) & (staff_entries.c.ends_at > now) & staff_entries.c.ended_at.is_(None)
    found: Records = {}
    for row in await transaction.execute(sa.select(staff_entries).where(staff_entries.c.person.in_(persons) & counts)):
        record = StaffRecord(row.name, row.person, row.starts_at, row.ends_at)
        own = found.setdefault(row.person, {})
        own[StaffKind(row.kind)] = (*own.get(StaffKind(row.kind), ()), record)
    return found


def _of(person: str, kind: StaffKind) -> sa.ColumnElement[bool]:
    return (staff_entries.c.person == person) & (staff_entries.c.kind == kind.value)


def _entry(row: Any) -> StaffEntry:
    early = EarlyEnd(row.ended_by, row.ended_at, row.ended_reason) if row.ended_at else None
    return StaffEntry(
        row.name, StaffKind(row.kind), row.person, row.number, row.starts_at, row.ends_at, row.entered_at,
        row.entered_by, early,
    )  # fmt: skip
