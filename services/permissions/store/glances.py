"""Whether anything bears on questions but level, jurisdiction and state: for most of them nothing does, and one query
that says so is a consistent view by itself. Built once for lists of each length, in powers of two: putting it together,
or its lists into it, costs as much as asking it.
"""

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.store import counters
from services.permissions.store.agency_tables import principals
from services.permissions.store.certificates import of_revoked, prints
from services.permissions.store.endings import COUNTER
from services.permissions.store.incident_tables import incident_agencies, incidents
from services.permissions.store.incidents import in_force
from services.permissions.store.inspection_tables import inspections
from services.permissions.store.inspections import in_force as is_open_at
from services.permissions.store.principals import Record, record, with_agency
from services.permissions.store.tables import Instant, endings
from services.permissions.store.takeover_tables import control_leases, takeovers

_NOW, _SINCE = sa.bindparam("now", type_=Instant), sa.bindparam("since", type_=Instant)
_Slots = Sequence[sa.BindParameter[str]]


@dataclass(frozen=True, slots=True)
class Glance:
    """Principals on record, the last ending, and whether endings, takeovers, leases, incidents … bear on it."""

    records: dict[str, Record]
    committed: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Names of principals, of cameras, and of certificates and keys that were shown: these end but once."""

    principals: Collection[str]
    cameras: Collection[str]
    credentials: Collection[str] = ()


async def glance(connection: AsyncConnection, asked: Asked, now: datetime, since: datetime) -> Glance:
    """What one query tells of what is asked; endings of cameras count from ``since`` on."""
    lists = {
        "names": [*asked.principals], "cameras": [*asked.cameras], "credentials": [*asked.credentials],
        "fingerprints": prints(asked.credentials),
    }  # fmt: skip
    padded = {name: _padded(values) for name, values in lists.items()}
    given: dict[str, Any] = {
        f"{name}_{place}": value for name, values in padded.items() for place, value in enumerate(values)
    }
    query = _query(**{name: len(values) for name, values in padded.items()})
    rows = (await connection.execute(query, {**given, "now": now, "since": since})).all()
    committed = max((row.committed for row in rows), default=0)
    is_more = any(row.is_more or row.is_person for row in rows)  # a person's trainings and shifts bear on it
    return Glance({row.name: record(row) for row in rows}, committed, is_more)


def _slots(name: str, size: int) -> _Slots:
    return [sa.bindparam(f"{name}_{place}", type_=sa.String) for place in range(size)]


def _padded(values: Sequence[str]) -> Sequence[str]:
    """As long as the next power of two, by what is there already, or by what nothing is called."""
    size = 1 << max(0, len(values) - 1).bit_length()
    return [*values, *[values[-1] if values else ""] * (size - len(values))]


@functools.lru_cache(maxsize=256)
def _query(names: int, cameras: int, credentials: int, fingerprints: int) -> sa.Select[Any]:
    """For lists of these lengths."""
    asked, filmed, shown = _slots("names", names), _slots("cameras", cameras), _slots("credentials", credentials)
    bearing = sa.or_(
        sa.exists().where(takeovers.c.camera.in_(filmed), takeovers.c.ended_at.is_(None)),
        sa.exists().where(control_leases.c.camera.in_(filmed), control_leases.c.ends_at > _NOW),
        sa.exists().where(endings.c.subject.in_(filmed), endings.c.occurred_at >= _SINCE),
        sa.exists().where(endings.c.subject.in_(shown)),
        sa.exists(of_revoked(_slots("fingerprints", fingerprints))),
        _is_open(asked),
        _is_inspecting(asked),
    )
    committed = counters.value_of(COUNTER).label("committed")
    return with_agency().add_columns(committed, bearing.label("is_more")).where(principals.c.name.in_(asked))


def _is_inspecting(names: _Slots) -> sa.ColumnElement[bool]:
    """An open inspection is of one of the principals' agencies."""
    asked = principals.alias("inspector")
    joined = inspections.join(asked, asked.c.agency == inspections.c.agency)
    is_open = asked.c.name.in_(names) & is_open_at(_NOW)
    return sa.exists(sa.select(inspections.c.name).select_from(joined).where(is_open))


def _is_open(names: _Slots) -> sa.ColumnElement[bool]:
    """An incident in force opens to one of the principals' agencies."""
    asked = principals.alias("asked")
    joined = incidents.join(incident_agencies, incident_agencies.c.incident == incidents.c.name).join(
        asked, asked.c.agency == incident_agencies.c.agency
    )
    is_open = asked.c.name.in_(names) & in_force(_NOW)
    return sa.exists(sa.select(incidents.c.name).select_from(joined).where(is_open))
