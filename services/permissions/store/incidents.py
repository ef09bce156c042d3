"""Declared incidents (Article 18 ¶2) and the acts about them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Area, Incident, Principal, Tier
from services.permissions.incidents.act import Act
from services.permissions.incidents.domain import DECLARERS, ORGANS, Declared
from services.permissions.store import incident_rows as rows
from services.permissions.store.agency_tables import agencies
from services.permissions.store.incident_tables import (
    incident_acts,
    incident_agencies,
    incident_concerns,
    incident_sealed_concerns,
    incidents,
)
from services.permissions.store.tables import Instant

Key = tuple[datetime, str]  # when an incident was declared, and its name: its place in a list
_BATCH = 100


async def insert(transaction: AsyncConnection, incident: Declared) -> None:
    """Put an incident on record with its first act."""
    act = incident.acts[0]
    row = {
        "name": incident.name,
        "display_name": incident.display_name,
        "kind": incident.kind.value,
        "order_number": act.order_number,
        "area": rows.area_text(act.area),
        "letter_number": act.letter_number,
        "officer_certificates": json.dumps(act.certificates, ensure_ascii=False),
        "principal": act.principal,
        "agency": act.agency,
        "declared_at": act.at,
        **rows.of_standing(incident),
    }
    await transaction.execute(incidents.insert(), row)
    await _note(transaction, incident, known=frozenset())


async def save(transaction: AsyncConnection, incident: Declared) -> None:
    """Write what acts, approvers, organs or time changed. Acts are added and decided, never rewritten."""
    numbers = sa.select(incident_acts.c.number).where(incident_acts.c.incident == incident.name)
    known = frozenset(await transaction.scalars(numbers))
    for act in (one for one in incident.acts if one.number in known and one.approve_by):
        this = (incident_acts.c.incident == incident.name) & (incident_acts.c.number == act.number)
        await transaction.execute(incident_acts.update().where(this).values(**rows.of_verdict(act)))
    await transaction.execute(
        incidents.update().where(incidents.c.name == incident.name).values(**rows.of_standing(incident))
    )
    await _note(transaction, incident, known)


async def find(transaction: AsyncConnection, name: str, *, is_to_change: bool = False) -> Declared | None:
    """One incident, over or not. ``is_to_change`` queues behind whoever changes it now."""
    if is_to_change:
        await transaction.execute(sa.select(incidents.c.name).where(incidents.c.name == name).with_for_update())
    found = await _load(transaction, _OF_NAME, {"name": name})
    return next(iter(await _with_operators(transaction, found)), None)


async def openers(transaction: AsyncConnection, name: str) -> frozenset[str]:
    """The principals that declared an incident, changed it, or approved of that; none when there is none."""
    found = await _load(transaction, _OF_NAME, {"name": name})
    return frozenset(principal for incident in found for principal in incident.openers)


async def open_to_each(
    transaction: AsyncConnection, names: Collection[str], now: datetime
) -> dict[str, tuple[Incident, ...]]:
    """What incidents in force open to each of the agencies called ``names``, as the decider reads it."""
    found = await _load(transaction, _OPEN_TO, {"agencies": list(names), "now": now})
    return {agency: tuple(fact for incident in found for fact in incident.facts(agency)) for agency in names}


def in_force(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    """An incident is in force at ``now``."""
    return (incidents.c.starts_at <= now) & (now < incidents.c.ends_at) & incidents.c.closed_at.is_(None)


async def count_open(transaction: AsyncConnection, agency: str, now: datetime) -> int:
    """How many incidents that ``agency`` declared are in force or wait for their approval."""
    is_open = incidents.c.closed_at.is_(None) & (now < incidents.c.ends_at)
    counted = sa.select(sa.func.count()).where((incidents.c.agency == agency) & is_open)
    return int((await transaction.execute(counted)).scalar_one())


async def due(transaction: AsyncConnection, now: datetime) -> list[str]:
    """Incidents that time has ended and acts that nobody approved in time, by name: the first hundred."""
    late = incident_acts.c.verdict.is_(None) & (incident_acts.c.approve_by <= now)
    is_over = incidents.c.closed_at.is_(None) & incidents.c.outcome.is_(None) & (incidents.c.ends_at <= now)
    is_late = incidents.c.closed_at.is_(None) & incidents.c.name.in_(sa.select(incident_acts.c.incident).where(late))
    chosen = is_over | is_late
    return list(await transaction.scalars(sa.select(incidents.c.name).where(chosen).order_by("name").limit(_BATCH)))


async def unconcerned(transaction: AsyncConnection) -> list[tuple[str, int, Area]]:
    """Acts whose operators were not looked up, a hundred at most: incident, number, and what they open."""
    query = sa.select(incident_acts.c.incident, incident_acts.c.number, incident_acts.c.area)
    chosen = query.where(incident_acts.c.are_operators_known.is_(None)).order_by("incident", "number").limit(_BATCH)
    return [(row.incident, row.number, rows.area(row.area)) for row in await transaction.execute(chosen)]


async def set_concerned(transaction: AsyncConnection, name: str, numbers: Collection[int]) -> None:
    """The operators of these acts are on record."""
    chosen = (incident_acts.c.incident == name) & incident_acts.c.number.in_(numbers)
    await transaction.execute(incident_acts.update().where(chosen).values(are_operators_known=True))


async def page(transaction: AsyncConnection, viewer: Principal, before: Key | None, size: int) -> list[Declared]:
    """The incidents that concern ``viewer`` (``incident.is_shown``), last declared first, at most ``size``."""
    chosen = _concerns(viewer)
    asked_at = sa.func.coalesce(incidents.c.declared_at, incidents.c.starts_at)
    if before:
        chosen &= (asked_at < before[0]) | ((asked_at == before[0]) & (incidents.c.name < before[1]))
    order = (asked_at.desc(), incidents.c.name.desc())
    names = list(await transaction.scalars(sa.select(incidents.c.name).where(chosen).order_by(*order).limit(size)))
    found = await _with_operators(transaction, await _load(transaction, _OF_NAMES, {"names": names}))
    placed = {incident.name: incident for incident in found}
    return [placed[name] for name in names]


def _concerns(viewer: Principal) -> sa.ColumnElement[bool]:
    subjects = {viewer.agency}
    if viewer.kind in DECLARERS | ORGANS:
        if viewer.tier is Tier.MUNICIPAL:
            return sa.true()
        subjects.add(viewer.jurisdiction)
    told = sa.select(incident_concerns.c.incident).where(incident_concerns.c.subject.in_(subjects))
    of_secrets = incident_sealed_concerns.c.operator == viewer.agency
    named = sa.select(incident_agencies.c.incident).where(incident_agencies.c.agency == viewer.agency)
    was_in_force = incidents.c.starts_at < incidents.c.ends_at
    return (
        (incidents.c.agency == viewer.agency)
        | incidents.c.name.in_(told)
        | incidents.c.name.in_(sa.select(incident_sealed_concerns.c.incident).where(of_secrets))
        | (incidents.c.name.in_(named) & was_in_force)
    )


# Built once: building costs more than asking.
_WITH_AGENCY = sa.select(incidents, agencies.c.tier, agencies.c.jurisdiction).join(
    agencies, agencies.c.name == incidents.c.agency
)
_OF_NAME = _WITH_AGENCY.where(incidents.c.name == sa.bindparam("name"))
_OF_NAMES = _WITH_AGENCY.where(incidents.c.name.in_(sa.bindparam("names", expanding=True)))
_OPENED = sa.select(incident_agencies.c.incident).where(
    incident_agencies.c.agency.in_(sa.bindparam("agencies", expanding=True))
)
_OPEN_TO = _WITH_AGENCY.where(incidents.c.name.in_(_OPENED) & in_force(sa.bindparam("now", type_=Instant)))
_ACTS = (
    sa.select(incident_acts)
    .where(incident_acts.c.incident.in_(sa.bindparam("names", expanding=True)))
    .order_by(incident_acts.c.number)
)


async def _load(transaction: AsyncConnection, query: sa.Select[Any], given: Mapping[str, object]) -> list[Declared]:
    """Incidents with their acts; one that the release before declared has no row of an act but is one."""
    found = (await transaction.execute(query, given)).all()
    if not found:
        return []
    names = [row.name for row in found]
    acts: dict[str, list[Act]] = defaultdict(list)
    for act in await transaction.execute(_ACTS, {"names": names}):
        acts[act.incident].append(rows.read_act(act))
    bare = [name for name in names if name not in acts]
    named = await _pairs(transaction, incident_agencies.c.agency, bare)
    return [rows.read(row, acts.get(row.name) or [rows.read_first(row, named[row.name])]) for row in found]


async def _with_operators(transaction: AsyncConnection, found: list[Declared]) -> list[Declared]:
    """The same with the operators that they concern, which no decision asks for."""
    told = await _pairs(transaction, incident_concerns.c.subject, [incident.name for incident in found])
    sealed = await _pairs(transaction, incident_sealed_concerns.c.operator, [incident.name for incident in found])
    return [
        replace(
            incident,
            operators=frozenset(s for s in told[incident.name] if s.startswith("agencies/")),
            sealed_operators=sealed[incident.name],
        )
        for incident in found
    ]


async def _pairs(transaction: AsyncConnection, column: sa.Column[Any], names: list[str]) -> dict[str, frozenset[str]]:
    """What ``column`` holds for each of these incidents."""
    found: dict[str, set[str]] = {name: set() for name in names}
    query = sa.select(column.table.c.incident, column).where(column.table.c.incident.in_(names))
    for incident, value in (await transaction.execute(query)).all() if names else ():
        found[incident].add(value)
    return {name: frozenset(values) for name, values in found.items()}


async def _note(transaction: AsyncConnection, incident: Declared, known: frozenset[int]) -> None:
    """Add the acts that are new, the agencies that it opens to, and whom it concerns."""
    added = [rows.of_act(incident.name, act) for act in incident.acts if act.number not in known]
    if added:
        await transaction.execute(incident_acts.insert(), added)
    opened = {*incident.acts[0].opens_to, *incident.opened}
    await _add(transaction, incident_agencies.c.agency, incident.name, opened)
    await _add(transaction, incident_concerns.c.subject, incident.name, incident.districts | incident.operators)
    await _add(transaction, incident_sealed_concerns.c.operator, incident.name, incident.sealed_operators)


async def _add(transaction: AsyncConnection, column: sa.Column[Any], name: str, values: Iterable[str]) -> None:
    known = (await _pairs(transaction, column, [name]))[name]
    if missing := sorted(set(values) - known):
        await transaction.execute(
            sa.insert(column.table), [{"incident": name, column.name: value} for value in missing]
        )
