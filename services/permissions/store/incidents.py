"""Declared incidents (Article 18 ¶2)."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Area
from services.permissions.incident import Declaration, Declared, IncidentKind
from services.permissions.store.tables import incident_agencies, incidents


async def insert(transaction: AsyncConnection, incident: Declared, agency: str) -> None:
    """Put an incident on record, declared by ``agency``."""
    said = incident.declaration
    row = {
        "name": incident.name,
        "display_name": said.display_name,
        "kind": said.kind.value,
        "order_number": said.order_number,
        "area": json.dumps({"polygon": said.area.polygon, "bound": said.area.bound}),
        "letter_number": said.letter_number,
        "officer_certificates": json.dumps(said.certificates, ensure_ascii=False),
        "principal": incident.principal,
        "agency": agency,
        "starts_at": incident.starts_at,
        "ends_at": said.ends_at,
    }
    await transaction.execute(incidents.insert(), row)
    opened = [{"incident": incident.name, "agency": name} for name in sorted(said.opens_to)]
    await transaction.execute(incident_agencies.insert(), opened)


async def find(transaction: AsyncConnection, name: str) -> Declared | None:
    """One incident, over or not."""
    row = (await transaction.execute(sa.select(incidents).where(incidents.c.name == name))).first()
    if row is None:
        return None
    opened = sa.select(incident_agencies.c.agency).where(incident_agencies.c.incident == name)
    return _declared(row, frozenset((await transaction.execute(opened)).scalars()))


async def open_to_each(
    transaction: AsyncConnection, agencies: Collection[str], now: datetime
) -> dict[str, tuple[Declared, ...]]:
    """The incidents in force that open to each of these agencies."""
    opened = sa.select(incidents, incident_agencies.c.agency.label("opens_to"))
    joined = opened.join(incident_agencies, incident_agencies.c.incident == incidents.c.name)
    found: dict[str, tuple[Declared, ...]] = {}
    for row in await transaction.execute(joined.where(incident_agencies.c.agency.in_(agencies) & _in_force(now))):
        found[row.opens_to] = (*found.get(row.opens_to, ()), _declared(row, frozenset({row.opens_to})))
    return found


async def count_in_force(transaction: AsyncConnection, agency: str, now: datetime) -> int:
    """How many incidents that ``agency`` declared are in force."""
    counted = sa.select(sa.func.count()).where((incidents.c.agency == agency) & _in_force(now))
    return int((await transaction.execute(counted)).scalar_one())


async def set_closed(transaction: AsyncConnection, incident: Declared) -> None:
    """Record the early end."""
    chosen = incidents.update().where(incidents.c.name == incident.name)
    await transaction.execute(chosen.values(closed_at=incident.closed_at))


def _in_force(now: datetime) -> sa.ColumnElement[bool]:
    return (incidents.c.starts_at <= now) & (now < incidents.c.ends_at) & incidents.c.closed_at.is_(None)


def _declared(row: Any, opens_to: frozenset[str]) -> Declared:
    area = json.loads(row.area)
    polygon = tuple((latitude, longitude) for latitude, longitude in area["polygon"])
    said = Declaration(
        display_name=row.display_name,
        kind=IncidentKind(row.kind),
        order_number=row.order_number,
        area=Area(polygon=polygon, bound=area["bound"]),
        opens_to=opens_to,
        ends_at=row.ends_at,
        letter_number=row.letter_number,
        certificates=tuple(json.loads(row.officer_certificates)),
    )
    return Declared(row.name, said, row.principal, row.starts_at, row.closed_at)
