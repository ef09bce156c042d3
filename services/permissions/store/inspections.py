"""Inspections (Article 17) and their live checks."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.conditions import CHECK_LASTS
from services.decider.facts import Area, Inspection, Principal
from services.permissions.agencies.domain import is_municipal_police
from services.permissions.inspections.domain import MOST_CHECKS, Inspecting, Mandate, Report
from services.permissions.papers.letter import Officer
from services.permissions.store.inspection_tables import inspection_checks, inspection_operators, inspections
from services.permissions.store.tables import Instant

Key = tuple[datetime, str]  # when an inspection was opened, and its name: its place in a list
_BATCH = 100
_NAMED = ("districts", "cameras", "operators", "systems")  # of an area


async def insert(transaction: AsyncConnection, found: Inspecting) -> None:
    """Put an inspection on record, with the operators that it concerns."""
    mandate = found.mandate
    officers = [[o.display_name, o.certificate_number, _text(o.certificate_ends_at)] for o in mandate.officers]
    row = {
        "name": found.name, "principal": found.principal, "agency": found.agency, "order_number": mandate.order_number,
        "purpose": mandate.purpose, "officers": json.dumps(officers, ensure_ascii=False),
        "area": _area_text(mandate.area), "starts_at": found.starts_at, "ends_at": mandate.ends_at, "is_over": False,
    }  # fmt: skip
    await transaction.execute(inspections.insert(), row)
    told = [{"inspection": found.name, "operator": operator} for operator in sorted(found.operators)]
    if told:
        await transaction.execute(inspection_operators.insert(), told)


async def save(transaction: AsyncConnection, found: Inspecting) -> None:
    """Write its end, and its report if it has one."""
    values: dict[str, object] = {"closed_at": found.closed_at, "is_over": found.is_over}
    if found.report:
        values |= {
            "report": found.report.text, "report_sha256": found.report.document_sha256 or None,
            "reported_by": found.report.filed_by, "reported_at": found.report.filed_at,
        }  # fmt: skip
    await transaction.execute(inspections.update().where(inspections.c.name == found.name).values(**values))


async def find(transaction: AsyncConnection, name: str, *, is_to_change: bool = False) -> Inspecting | None:
    """One inspection. ``is_to_change`` queues behind whoever changes it now, or checks within it."""
    if is_to_change:
        chosen = sa.select(inspections.c.name).where(inspections.c.name == name).with_for_update()
        await transaction.execute(chosen)
    return next(iter(await _load(transaction, inspections.c.name == name)), None)


async def owed(transaction: AsyncConnection, agency: str, now: datetime) -> str:
    """The first inspection of the agency that has ended without its report; "" when there is none."""
    is_owed = (inspections.c.agency == agency) & inspections.c.report.is_(None) & (inspections.c.ends_at <= now)
    found = sa.select(inspections.c.name).where(is_owed).order_by(inspections.c.ends_at).limit(1)
    return str(await transaction.scalar(found) or "")


async def due(transaction: AsyncConnection, now: datetime) -> list[str]:
    """Those that time has ended and whose end is not on record, a hundred at most."""
    late = inspections.c.is_over.is_(False) & (inspections.c.ends_at <= now)
    return list(await transaction.scalars(sa.select(inspections.c.name).where(late).order_by("name").limit(_BATCH)))


async def page(transaction: AsyncConnection, viewer: Principal, before: Key | None, most: int) -> list[Inspecting]:
    """Those that ``viewer`` may read (``inspection.is_shown``), last opened first."""
    told = sa.select(inspection_operators.c.inspection).where(inspection_operators.c.operator == viewer.agency)
    chosen: sa.ColumnElement[bool] = sa.true()
    if not is_municipal_police(viewer):
        chosen = (inspections.c.agency == viewer.agency) | inspections.c.name.in_(told)
    if before:
        at, name = before
        chosen &= (inspections.c.starts_at < at) | ((inspections.c.starts_at == at) & (inspections.c.name < name))
    return await _load(transaction, chosen, most)


def in_force(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    """An inspection is open at ``now``."""
    return inspections.c.closed_at.is_(None) & (inspections.c.starts_at <= now) & (now < inspections.c.ends_at)


async def lock(transaction: AsyncConnection, agency: str) -> None:
    """Queue behind whoever checks within this agency's inspections now, or closes one of them."""
    mine = inspections.c.agency == agency
    await transaction.execute(sa.select(inspections.c.name).where(mine).order_by("name").with_for_update())


_OPEN = sa.select(inspections).where(  # built once: building costs more than asking
    inspections.c.agency.in_(sa.bindparam("agencies", expanding=True)) & in_force(sa.bindparam("now", type_=Instant))
)


async def open_to_each(
    transaction: AsyncConnection, agencies: Collection[str], now: datetime, session: str = ""
) -> dict[str, tuple[Inspection, ...]]:
    """The open inspections of each of these agencies, as the decider reads them.

    To ``session``, a live check that runs, its own inspection is open until its minute is over, and no other is.
    """
    rows = (await transaction.execute(_OPEN, {"agencies": list(agencies), "now": now})).all()
    found = await _read(transaction, rows)
    names = [one.name for one in found]
    query = sa.select(inspection_checks).where(inspection_checks.c.inspection.in_(names))
    checks = (await transaction.execute(query)).all() if names else []
    open_: dict[str, tuple[Inspection, ...]] = {}
    for agency in agencies:
        mine = {one.name: one for one in found if one.agency == agency}
        counted = Counter(check.camera for check in checks if check.inspection in mine and check.session != session)
        spent = frozenset(camera for camera, count in counted.items() if count >= MOST_CHECKS)
        facts = {name: one.fact(spent) for name, one in mine.items()}
        for check in checks:
            if session and check.session == session and check.inspection in mine:
                fact = facts[check.inspection]
                facts = {fact.name: replace(fact, ends_at=min(fact.ends_at, check.started_at + CHECK_LASTS))}
        open_[agency] = tuple(facts.values())
    return open_


async def check(transaction: AsyncConnection, name: str, session: str, camera: str, now: datetime) -> bool:
    """Put a live check on record, once; False when it is there already. Needs the ``lock``."""
    is_known = (inspection_checks.c.inspection == name) & (inspection_checks.c.session == session)
    if (await transaction.execute(sa.select(inspection_checks.c.session).where(is_known))).first():
        return False
    row = {"inspection": name, "session": session, "camera": camera, "started_at": now}
    await transaction.execute(inspection_checks.insert(), row)
    return True


async def _load(
    transaction: AsyncConnection, chosen: sa.ColumnElement[bool], most: int | None = None
) -> list[Inspecting]:
    query = sa.select(inspections).where(chosen)
    ordered = query.order_by(inspections.c.starts_at.desc(), inspections.c.name.desc()).limit(most)
    return await _read(transaction, (await transaction.execute(ordered)).all())


async def _read(transaction: AsyncConnection, rows: Sequence[Any]) -> list[Inspecting]:
    """Inspections with the operators that they concern and how many checks there were."""
    if not rows:
        return []
    names = [row.name for row in rows]
    told: dict[str, set[str]] = {name: set() for name in names}
    of_these = inspection_operators.c.inspection.in_(names)
    for one in await transaction.execute(sa.select(inspection_operators).where(of_these)):
        told[one.inspection].add(one.operator)
    counted = sa.select(inspection_checks.c.inspection, sa.func.count().label("checks")).where(
        inspection_checks.c.inspection.in_(names)
    )
    counts = {row.inspection: row.checks for row in await transaction.execute(counted.group_by("inspection"))}
    return [_inspecting(row, frozenset(told[row.name]), counts.get(row.name, 0)) for row in rows]


def _inspecting(row: Any, operators: frozenset[str], checks: int) -> Inspecting:
    officers = tuple(Officer(name, number, _moment(ends_at)) for name, number, ends_at in json.loads(row.officers))
    mandate = Mandate(row.order_number, row.purpose, officers, _area(row.area), row.ends_at)
    report = Report(row.report, row.report_sha256 or "", row.reported_by, row.reported_at) if row.report else None
    return Inspecting(
        row.name,
        row.principal,
        row.agency,
        mandate,
        row.starts_at,
        operators,
        row.closed_at,
        report,
        checks,
        row.is_over,
    )


def _area_text(area: Area) -> str:
    parts = {name: sorted(getattr(area, name)) for name in _NAMED}
    return json.dumps({"polygon": area.polygon, "bound": area.bound, **parts})


def _area(text: str) -> Area:
    kept = json.loads(text)
    polygon = tuple((latitude, longitude) for latitude, longitude in kept["polygon"])
    named = {name: frozenset(kept.get(name, ())) for name in _NAMED}  # of systems the first inspections say nothing
    return Area(polygon, bound=kept["bound"], **named)


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
