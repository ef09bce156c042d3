"""Classes in the database, and a process' memory of them. Their counts are kept with every change of a camera."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from weakref import WeakSet

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.kind import Kind
from services.registry.store import arrays, sql
from services.registry.store.tables import classes, systems
from services.registry.units import Classes, ClassRow

Place = tuple[str, Kind]  # where a camera stands: its system's name and its kind


class ClassBook:
    """What this process knows of the classes. Only what is committed is remembered: a rollback gives ids back."""

    def __init__(self) -> None:
        self.known = Classes()
        self._ids: dict[tuple[str, int], int] = {}
        self._makers: WeakSet[object] = WeakSet()  # open transactions that made classes

    async def refresh(self, transaction: AsyncConnection) -> Classes:
        """Learn of newer classes; from a transaction that made some, nothing."""
        if _root(transaction) not in self._makers:
            rows = await _read(transaction, classes.c.id > self.known.last_id)
            self.known = self.known.with_newer(rows)
            self._ids |= {(row.system, row.kind): row.id for row in rows}
        return self.known

    async def rows(self, transaction: AsyncConnection, class_ids: Collection[int]) -> dict[int, ClassRow]:
        """These classes, those that ``transaction`` made among them."""
        known = self.known
        if any(number not in known for number in class_ids):
            known = await self.refresh(transaction)
        made = [number for number in class_ids if number not in known]
        rows = await _read(transaction, classes.c.id.in_(made)) if made else []
        return {number: known[number] for number in class_ids if number in known} | {row.id: row for row in rows}

    async def count(self, transaction: AsyncConnection, changes: Mapping[Place, int]) -> dict[Place, int]:
        """Add to the counts (or take away) and return the class ids. A new class is made here.

        Take a number of the change counter first: it queues the writers, so that ids of classes are committed in order.
        """
        ids = {place: self._ids.get((place[0], place[1].number)) for place in changes}
        found = {place: number for place, number in ids.items() if number is not None}
        if new := [place for place in changes if place not in found]:
            self._makers.add(_root(transaction))
            found |= await _made(transaction, new)
        deltas = [{"b_id": found[place], "b_delta": delta} for place, delta in changes.items() if delta]
        if deltas:
            deltas.sort(key=lambda row: row["b_id"])  # one order for all writers
            counted = classes.update().where(classes.c.id == sa.bindparam("b_id"))
            await transaction.execute(counted.values(count=classes.c.count + sa.bindparam("b_delta")), deltas)
        return found

    async def counts(self, transaction: AsyncConnection) -> NDArray[np.int64]:
        """How many cameras each class of ``known`` has, in the order of the ids; ``known`` as it is on return."""
        known = await self.refresh(transaction)
        query = sa.select(classes.c.count).where(classes.c.id <= known.last_id).order_by(classes.c.id)
        counted = (await transaction.scalars(query)).all()
        found = np.zeros(len(self.known), np.int64)  # others may have learned of classes newer than this view
        found[: len(counted)] = counted
        return found


def _root(transaction: AsyncConnection) -> object:
    """What ends with the commit or the rollback."""
    return transaction.sync_connection and transaction.sync_connection.get_transaction()


async def _read(transaction: AsyncConnection, condition: sa.ColumnElement[bool]) -> list[ClassRow]:
    """Classes by id."""
    columns = (classes.c.id, systems.c.name, classes.c.kind)
    query = sa.select(*columns).join(systems, systems.c.id == classes.c.system_id).where(condition)
    return [ClassRow(*row) for row in await transaction.execute(query.order_by(classes.c.id))]


async def _made(transaction: AsyncConnection, new: Sequence[Place]) -> dict[Place, int]:
    """The ids of classes that this process does not know: made, or found where another one made them."""
    names = arrays.encoded(transaction, {system for system, _ in new})
    listed = (
        f"SELECT id, name FROM systems WHERE name IN (SELECT value FROM {arrays.rows(transaction, 'names', 'text')})"
    )
    system_ids = {row.name: row.id for row in await transaction.execute(sql.text(listed), {"names": names})}
    rows = [{"system_id": system_ids[system], "kind": kind.number} for system, kind in new]
    added = "INSERT INTO classes (system_id, kind, count) VALUES (:system_id, :kind, 0) ON CONFLICT DO NOTHING"
    await transaction.execute(sql.text(added), rows)
    kinds, of_systems = (arrays.rows(transaction, *listed) for listed in (("kinds", "bigint"), ("systems", "integer")))
    asked = (
        f"SELECT id, system_id, kind FROM classes WHERE kind IN (SELECT value FROM {kinds})"
        f" AND system_id IN (SELECT value FROM {of_systems})"
    )
    parameters = {
        "kinds": arrays.encoded(transaction, {row["kind"] for row in rows}),
        "systems": arrays.encoded(transaction, set(system_ids.values())),
    }
    told = await transaction.execute(sql.text(asked), parameters)
    ids = {(row.system_id, row.kind): row.id for row in told}
    return {place: ids[system_ids[place[0]], place[1].number] for place in new}


async def of_system(transaction: AsyncConnection, system: str) -> dict[int, tuple[Kind, int]]:
    """The classes of a system: id → kind and count."""
    query = sa.select(classes.c.id, classes.c.kind, classes.c.count).join(systems).where(systems.c.name == system)
    return {number: (Kind.of(kind), count) for number, kind, count in await transaction.execute(query)}


async def levels_of(transaction: AsyncConnection, operator: str) -> set[int]:
    """The security levels of an operator's cameras (agencies/…)."""
    query = sa.select(classes.c.kind).join(systems).where(systems.c.operator == operator, classes.c.count > 0)
    return {Kind.of(kind).level for kind in await transaction.scalars(query)}


def moved(pairs: Sequence[tuple[Place, Place]]) -> dict[Place, int]:
    """What a move of cameras from one place to another does to the counts."""
    changes: Counter[Place] = Counter()
    for before, after in pairs:
        changes[before] -= 1
        changes[after] += 1
    return dict(changes)
