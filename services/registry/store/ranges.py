"""A page out of the index ranges of units: the head of each, then the runs of those that reach the page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.store import arrays
from services.registry.store.search import KeyValue, Search
from services.registry.units import Units

_TYPES = {"stock": "integer", "kind": "bigint", "class_id": "integer"}
_HEADS = (
    "SELECT units.value AS unit, (SELECT {key} FROM cameras WHERE {unit} = units.value AND {key} {behind} :after"
    " ORDER BY {key} {way} LIMIT 1) AS head FROM {rows}"
)
_RUNS = {
    "sqlite": (
        "SELECT {light}, units.value AS unit FROM {rows} CROSS JOIN cameras c ON c.id IN (SELECT id FROM cameras"
        " WHERE {unit} = units.value AND {key} {behind} :after ORDER BY {key} {way} LIMIT :deep)"
        " ORDER BY c.{key} {way}"
    ),
    "postgresql": (
        "SELECT {light}, units.value AS unit FROM {rows} CROSS JOIN LATERAL (SELECT * FROM cameras"
        " WHERE {unit} = units.value AND {key} {behind} :after ORDER BY {key} {way} LIMIT :deep) c"
        " ORDER BY c.{key} {way}"
    ),
}
_FRONT = 16  # units that are read in the first round; then as many as the list goes through there
_LEAST = 8  # rows of a unit that are read in a round


def light(search: Search) -> str:
    """What is read of each row that a page may hold: no more than ``search`` checks, of a table called c."""
    columns = ["id", f"{search.order.key} AS key", "class_id"]
    columns += ["latitude", "longitude"] if search.area else []
    columns += ["display_name", "display_name_en", "place"] if search.words else []
    return ", ".join(f"c.{column}" for column in columns)


async def run(
    transaction: AsyncConnection, groups: Iterable[Units], search: Search, after: KeyValue, most: int
) -> list[Any]:
    """The next ``most`` cameras behind ``after``: light rows, in order. Each group comes wholly before the next one."""
    rows: list[Any] = []
    for units in groups:
        rows += await _merged(transaction, units, search, after, most - len(rows))
        if len(rows) == most:
            break
    return rows


async def _merged(transaction: AsyncConnection, units: Units, search: Search, after: KeyValue, most: int) -> list[Any]:
    rows: list[Any] = []
    for unit, sql_type in _TYPES.items():
        if numbers := getattr(units, unit):
            listed = _Listed(transaction, search, unit, arrays.rows(transaction, "units", sql_type))
            rows += await listed.run(numbers, after, most)
    rows.sort(key=lambda row: row.key, reverse=search.order.is_descending)
    return rows[:most]


class _Listed:
    """Units of one column, merged: their heads are asked for once, and rows are read where the front of the list is."""

    def __init__(self, transaction: AsyncConnection, search: Search, unit: str, rows: str) -> None:
        self._transaction = transaction
        self._order = search.order
        self._words = search.order.sql | {"unit": unit, "rows": rows, "light": light(search)}

    async def run(self, numbers: Sequence[int], after: KeyValue, most: int) -> list[Any]:
        """The next ``most`` rows of all units."""
        heads = await self._heads(numbers, after)
        rows: list[Any] = []
        front = _FRONT
        while heads and len(rows) < most:
            near = sorted(heads, key=heads.__getitem__, reverse=self._order.is_descending)
            chosen, beyond = near[:front], near[front : front + 1]
            deep = min(most - len(rows), max(_LEAST, 2 * (most - len(rows)) // len(chosen)))
            found = await self._read(chosen, after, deep)
            taken = self._sure(found, deep, heads[beyond[0]] if beyond else None)
            self._advance(heads, (chosen, found, taken), deep)
            front = 2 * front if beyond and len(taken) < len(found) // 2 else 1 + 2 * len({row.unit for row in taken})
            after = taken[-1].key if taken else after
            rows += taken
        return rows[:most]

    def _sure(self, found: Sequence[Any], deep: int, beyond: KeyValue | None) -> list[Any]:
        """The rows before which no other one can come: of a unit that was cut off, or of one that was not read."""
        limits = [row.key for row in _last_of_cut(found, deep)]
        limit = (max if self._order.is_descending else min)(limits) if limits else None
        return [
            row
            for row in found
            if (limit is None or not self._order.is_behind(row.key, limit))
            and (beyond is None or self._order.is_behind(beyond, row.key))
        ]

    def _advance(
        self, heads: dict[int, KeyValue], round_: tuple[Sequence[int], Sequence[Any], Sequence[Any]], deep: int
    ) -> None:
        """Heads after a round: the first row that was not taken, or, of a unit that was cut off, where it was."""
        chosen, found, taken = round_
        counts = Counter(row.unit for row in found)
        left = {row.unit: row.key for row in reversed(found[len(taken) :])}
        lasts = {row.unit: row.key for row in taken}
        for unit in chosen:
            if unit in left:
                heads[unit] = left[unit]
            elif counts[unit] == deep:
                heads[unit] = lasts[unit]  # a bound: what comes next is behind it, and it is read first
            else:
                del heads[unit]

    async def _read(self, numbers: Sequence[int], after: KeyValue, deep: int) -> list[Any]:
        """At most ``deep`` rows of each unit, all of them in order."""
        parameters = {"after": after, "deep": deep, "units": arrays.encoded(self._transaction, numbers)}
        statement = _RUNS[self._transaction.dialect.name].format(**self._words)
        return [*(await self._transaction.execute(sa.text(statement), parameters)).all()]

    async def _heads(self, numbers: Sequence[int], after: KeyValue) -> dict[int, KeyValue]:
        """The first key of each unit behind ``after``; units without one are left out."""
        parameters = {"after": after, "units": arrays.encoded(self._transaction, numbers)}
        told = (await self._transaction.execute(sa.text(_HEADS.format(**self._words)), parameters)).all()
        return {unit: head for unit, head in told if head is not None}


def _last_of_cut(rows: Sequence[Any], deep: int) -> list[Any]:
    """The last row of each unit that gave ``deep`` rows, and so may have more."""
    counts = Counter(row.unit for row in rows)
    return list({row.unit: row for row in rows if counts[row.unit] == deep}.values())
