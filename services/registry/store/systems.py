"""Operators, camera systems and the steps of their life cycle in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import SEALED_LEVEL
from services.registry.standing import FINANCE, Standing
from services.registry.store.tables import classes, operators, system_states, systems
from services.registry.system import (
    CameraSystem,
    LifeState,
    Operator,
    from_json,
    operator_from_json,
    operator_to_json,
    to_json,
)


@dataclass(frozen=True, slots=True)
class StoredSystem:
    """A system with what its cameras say of it."""

    id: int
    system: CameraSystem
    camera_count: int
    has_finance: bool  # cameras of financial places, Article 6 ¶3


@dataclass(frozen=True, slots=True)
class Step:
    """A state of a system, since when, and by whom."""

    state: LifeState
    started_at: datetime
    principal: str
    reason: str


def _counted() -> sa.Select[Any]:
    """Systems with their cameras counted by classes, never scanned."""
    is_finance = (classes.c.kind // 1000) % 100 == FINANCE  # where a kind's number has the place category
    is_sealed = (classes.c.kind // 100) % 10 == SEALED_LEVEL
    count = sa.func.coalesce(sa.func.sum(classes.c.count), 0).label("camera_count")
    finance = sa.func.coalesce(sa.func.sum(sa.case((is_finance, classes.c.count), else_=0)), 0).label("finance_count")
    sealed = sa.func.coalesce(sa.func.sum(sa.case((is_sealed, classes.c.count), else_=0)), 0).label("sealed_count")
    joined = sa.select(systems, count, finance, sealed).outerjoin(classes, classes.c.system_id == systems.c.id)
    return joined.group_by(systems.c.id)


async def standings(transaction: AsyncConnection, names: Collection[str]) -> dict[str, Standing]:
    """How those of ``names`` that exist stand."""
    found = (await transaction.execute(_counted().where(systems.c.name.in_(sorted(names))))).all()
    return {
        row.name: Standing(
            name=row.name,
            state=LifeState(row.state),
            count=int(row.camera_count),
            sealed_count=int(row.sealed_count),
            excludes_passwords=_system(row).password_exclusion is not None,
        )
        for row in found
    }


async def get(transaction: AsyncConnection, name: str) -> StoredSystem | None:
    """One system by its name."""
    row = (await transaction.execute(_counted().where(systems.c.name == name))).first()
    return _stored(row) if row else None


async def page(
    transaction: AsyncConnection, operator: str, within: Collection[str] | None, after: str, limit: int
) -> list[StoredSystem]:
    """Systems by name behind ``after``; of one operator ("" for all), and of these names (None for all)."""
    query = _counted().where(systems.c.name > after).order_by(systems.c.name).limit(limit)
    if operator:
        query = query.where(systems.c.operator == operator)
    if within is not None:
        query = query.where(systems.c.name.in_(sorted(within)))
    return [_stored(row) for row in await transaction.execute(query)]


async def names_of(transaction: AsyncConnection, agencies: Collection[str]) -> Sequence[str]:
    """The systems of these operators (agencies/…)."""
    return (await transaction.scalars(sa.select(systems.c.name).where(systems.c.operator.in_(sorted(agencies))))).all()


async def insert(transaction: AsyncConnection, system: CameraSystem) -> None:
    """Add a system; sqlalchemy.exc.IntegrityError when the name is taken."""
    row = _row(system) | {"operator": system.operator, "created_at": _naive(system.created_at)}
    await transaction.execute(systems.insert(), row)


async def replace(transaction: AsyncConnection, before: StoredSystem, after: CameraSystem) -> bool:
    """Write the revision behind ``before``; False when that is not the newest any more."""
    is_newest = (systems.c.id == before.id) & (systems.c.revision == before.system.revision)
    return (await transaction.execute(systems.update().where(is_newest).values(_row(after)))).rowcount == 1


async def add_step(transaction: AsyncConnection, system: str, step: Step) -> None:
    """The system is in this state from then on."""
    system_id = sa.select(systems.c.id).where(systems.c.name == system).scalar_subquery()
    number = sa.select(sa.func.coalesce(sa.func.max(system_states.c.number), 0) + 1)
    number_of = number.where(system_states.c.system_id == system_id).scalar_subquery()
    row = {
        "system_id": system_id, "number": number_of, "state": step.state, "started_at": _naive(step.started_at),
        "principal": step.principal, "reason": step.reason,
    }  # fmt: skip
    await transaction.execute(system_states.insert().values(row))


async def steps(transaction: AsyncConnection, name: str) -> list[Step]:
    """The states of a system, oldest first."""
    query = sa.select(system_states).join(systems).where(systems.c.name == name).order_by(system_states.c.number)
    return [
        Step(LifeState(row.state), row.started_at.replace(tzinfo=UTC), row.principal, row.reason)
        for row in await transaction.execute(query)
    ]


async def operator(transaction: AsyncConnection, name: str) -> Operator | None:
    """One operator's record, if it has entered one."""
    row = (await transaction.execute(sa.select(operators).where(operators.c.name == name))).first()
    if row is None:
        return None
    columns = Operator(row.name, row.display_name, row.updated_at.replace(tzinfo=UTC), revision=row.revision)
    return operator_from_json(columns, row.record)


async def operators_with_systems(transaction: AsyncConnection) -> Sequence[str]:
    """``agencies/…`` of every operator that has a system."""
    return (await transaction.scalars(sa.select(systems.c.operator).distinct().order_by(systems.c.operator))).all()


async def put_operator(transaction: AsyncConnection, record: Operator) -> None:
    """Write revision n over n - 1, or the first one."""
    row = {
        "display_name": record.display_name, "record": operator_to_json(record), "revision": record.revision,
        "updated_at": _naive(record.updated_at),
    }  # fmt: skip
    written = await transaction.execute(operators.update().where(operators.c.name == record.name).values(row))
    if not written.rowcount:
        await transaction.execute(operators.insert(), row | {"name": record.name})


def _row(system: CameraSystem) -> dict[str, Any]:
    return {
        "name": system.name, "display_name": system.display_name, "state": system.state, "record": to_json(system),
        "revision": system.revision, "updated_at": _naive(system.updated_at),
    }  # fmt: skip


def _system(row: Any) -> CameraSystem:
    columns = CameraSystem(
        name=row.name,
        display_name=row.display_name,
        created_at=row.created_at.replace(tzinfo=UTC),
        updated_at=row.updated_at.replace(tzinfo=UTC),
        state=LifeState(row.state),
        revision=row.revision,
    )
    return from_json(columns, row.record)


def _stored(row: Any) -> StoredSystem:
    return StoredSystem(row.id, _system(row), int(row.camera_count), bool(row.finance_count))


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
