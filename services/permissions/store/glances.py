"""Whether anything bears on questions but level, jurisdiction and state: for most of them nothing does, and one query
that says so is a consistent view by itself. Built once: putting it together costs as much as asking it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

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
_NAMES: sa.BindParameter[str] = sa.bindparam("names", expanding=True)
_CAMERAS: sa.BindParameter[str] = sa.bindparam("cameras", expanding=True)
_CREDENTIALS: sa.BindParameter[str] = sa.bindparam("credentials", expanding=True)
_PRINTS: sa.BindParameter[str] = sa.bindparam("prints", expanding=True)


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
    given = {
        "names": list(asked.principals), "cameras": list(asked.cameras), "credentials": list(asked.credentials),
        "prints": prints(asked.credentials),
        "now": now, "since": since,
    }  # fmt: skip
    rows = (await connection.execute(_GLANCE, given)).all()
    committed = max((row.committed for row in rows), default=0)
    is_more = any(row.is_more or row.is_person for row in rows)  # a person's trainings and shifts bear on it
    return Glance({row.name: record(row) for row in rows}, committed, is_more)


def _is_inspecting() -> sa.ColumnElement[bool]:
    """An open inspection is of one of the principals' agencies."""
    asked = principals.alias("inspector")
    joined = inspections.join(asked, asked.c.agency == inspections.c.agency)
    is_open = asked.c.name.in_(_NAMES) & is_open_at(_NOW)
    return sa.exists(sa.select(inspections.c.name).select_from(joined).where(is_open))


def _is_open() -> sa.ColumnElement[bool]:
    """An incident in force opens to one of the principals' agencies."""
    asked = principals.alias("asked")
    joined = incidents.join(incident_agencies, incident_agencies.c.incident == incidents.c.name).join(
        asked, asked.c.agency == incident_agencies.c.agency
    )
    is_open = asked.c.name.in_(_NAMES) & in_force(_NOW)
    return sa.exists(sa.select(incidents.c.name).select_from(joined).where(is_open))


_GLANCE = (
    with_agency()
    .add_columns(
        counters.value_of(COUNTER).label("committed"),
        sa.or_(
            sa.exists().where(takeovers.c.camera.in_(_CAMERAS), takeovers.c.ended_at.is_(None)),
            sa.exists().where(control_leases.c.camera.in_(_CAMERAS), control_leases.c.ends_at > _NOW),
            sa.exists().where(endings.c.subject.in_(_CAMERAS), endings.c.occurred_at >= _SINCE),
            sa.exists().where(endings.c.subject.in_(_CREDENTIALS)),
            sa.exists(of_revoked(_PRINTS)),
            _is_open(),
            _is_inspecting(),
        ).label("is_more"),
    )
    .where(principals.c.name.in_(_NAMES))
)
