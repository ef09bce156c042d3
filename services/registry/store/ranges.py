"""Rows out of the index ranges of units, in the order of a list. Each statement reads few entries of every unit.

`front` answers a page at once. A page whose rows are checked one by one goes stretch by stretch (`Stretches`), and
reads of each stretch what passes the checks that a database can make (`within`).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.store import arrays, checks, sql
from services.registry.store.search import KeyValue, Search
from services.registry.units import Units

Unit = tuple[str, int]  # the column that leads to it, and its value there
_TYPES = {"stock": "integer", "kind": "bigint", "class_id": "integer"}
_ENTRY = (
    "(SELECT {key} FROM cameras WHERE {unit} = {unit}s.value AND {key} {behind} :after"
    " ORDER BY {key} {way} LIMIT 1 OFFSET {offset})"
)
# The edge is such that enough rows come before it: of so many units, each has so many.
_FRONT = (
    "WITH bounds AS ({bounds}), edge AS (SELECT bound FROM bounds WHERE bound IS NOT NULL"
    " ORDER BY bound {way} LIMIT 1 OFFSET :rank)"
    " SELECT * FROM ({runs}) AS c ORDER BY key {way} LIMIT :most"
)
_BOUNDS = f"SELECT {_ENTRY.replace('{offset}', ':deep')} AS bound FROM {{rows}}"
_PROBES = (
    f"SELECT '{{unit}}' AS leads, {{unit}}s.value AS number, {_ENTRY.replace('{offset}', '0')} AS head,"
    f" {_ENTRY.replace('{offset}', ':deep')} AS bound FROM {{rows}}"
)
_BEFORE_EDGE = (
    "WHERE {unit} = {unit}s.value AND {key} {behind} :after AND {key} {up_to} coalesce((SELECT bound FROM edge), :end)"
    " ORDER BY {key} {way} LIMIT :most"
)
_RUNS = {
    "sqlite": f"SELECT {{light}} FROM {{rows}} CROSS JOIN cameras c ON c.id IN (SELECT id FROM cameras {_BEFORE_EDGE})",
    "postgresql": f"SELECT {{light}} FROM {{rows}} CROSS JOIN LATERAL (SELECT * FROM cameras {_BEFORE_EDGE}) c",
}
# The limit of PostgreSQL's is never met: it says that the ranges are short, and so how to read them.
_STRETCH = {
    "sqlite": (
        "SELECT {light} FROM {rows} CROSS JOIN cameras c WHERE c.{unit} = {unit}s.value AND c.{key} {behind} :after"
        " AND c.{key} {up_to} :upto"
    ),
    "postgresql": (
        "SELECT {light} FROM {rows} CROSS JOIN LATERAL (SELECT * FROM cameras WHERE {unit} = {unit}s.value"
        " AND {key} {behind} :after AND {key} {up_to} :upto ORDER BY {key} {way} LIMIT :most) c"
    ),
}
# Beside the cameras that pass one row tells how many there were: its class is none.
_WITHIN = "WITH c AS ({stretch}) SELECT * FROM c WHERE {condition} UNION ALL SELECT count(*), {nothing} FROM c"
_NO_CLASS = -1
_LONGEST = 10_000  # entries of a unit in one stretch
_NEAR = 4  # units that are probed at least


async def front(
    transaction: AsyncConnection, units: Units, search: Search, after: KeyValue, most: int
) -> Sequence[Any]:
    """The next ``most`` cameras of ``units`` behind ``after``: light rows, in order."""
    count = len(_all(units))
    deep = -(-most // count)
    if count < most:
        deep += deep // 2  # with a little more of each, fewer of them need have it
    parameters: dict[str, object] = {
        "after": after, "end": search.order.end, "most": most, "deep": deep - 1, "rank": -(-most // deep) - 1,
    }  # fmt: skip
    text = _Text(transaction, search)
    bounds, listed = text.each(_BOUNDS, units)
    runs, _ = text.each(_RUNS[transaction.dialect.name], units)
    statement = _FRONT.format(bounds=bounds, runs=runs, way=search.order.sql["way"])
    return (await transaction.execute(sql.text(statement), parameters | listed)).all()


async def within(
    transaction: AsyncConnection, units: Units, search: Search, after: KeyValue, upto: KeyValue
) -> tuple[list[Any], int]:
    """The cameras behind ``after`` and not behind ``upto``.

    Light rows, in no order, of those that pass the database's checks; and how many cameras there were.
    """
    dialect = transaction.dialect.name
    stretch, listed = _Text(transaction, search).each(_STRETCH[dialect], units)
    nothing = ", ".join(["NULL", str(_NO_CLASS), *["NULL"] * (checks.columns(search).count(",") - 2)])
    statement = _WITHIN.format(stretch=stretch, condition=checks.condition(search, dialect), nothing=nothing)
    parameters: dict[str, object] = {"after": after, "upto": upto, **checks.parameters(search)}
    if dialect == "postgresql":
        parameters["most"] = _LONGEST
    rows = (await transaction.execute(sql.text(statement), parameters | listed)).all()
    [count] = [row.id for row in rows if row.class_id == _NO_CLASS]
    return [row for row in rows if row.class_id != _NO_CLASS], count


class Stretches:
    """The stretches of a list, one after the other.

    Remembers before which key each unit has nothing left, so that only those are probed that the list goes through.
    """

    def __init__(self, transaction: AsyncConnection, units: Units, search: Search) -> None:
        self._transaction = transaction
        self._search = search
        self._heads: dict[Unit, KeyValue] = dict.fromkeys(_all(units), search.order.start)
        self._wide = len(self._heads)  # how many are probed
        self._active = self._wide  # units that the last stretch went through

    async def next(self, after: KeyValue, most: int) -> KeyValue | None:
        """Up to where the one behind ``after`` goes, with some ``most`` cameras at most; None for the list's end.

        ``after`` is where the last one ended.
        """
        if not self._heads:
            return None
        order = self._search.order
        in_order = sorted(self._heads, key=self._heads.__getitem__, reverse=order.is_descending)
        near, far = in_order[: self._wide], in_order[self._wide :]
        deep = max(1, min(most // min(self._active, len(near)), _LONGEST - 1))
        heads, bounds = await self._probed(near, after, deep)
        self._heads = heads | {unit: self._heads[unit] for unit in far}
        beyond = [self._heads[unit] for unit in far[:1]]
        upto = order.first([*bounds, *beyond])
        self._active = max(1, sum(upto is None or not order.is_behind(head, upto) for head in self._heads.values()))
        is_cut_short = upto is not None and upto in beyond  # by a unit that was not probed: probe more
        self._wide = max(_NEAR, 2 * self._wide if is_cut_short else 2 * self._active)
        return upto

    async def _probed(
        self, near: Sequence[Unit], after: KeyValue, deep: int
    ) -> tuple[dict[Unit, KeyValue], list[KeyValue]]:
        """The first key of each unit that has one, and the key after which each has had ``deep`` of them."""
        units = Units(*(tuple(number for leads, number in near if leads == unit) for unit in _TYPES))
        statement, listed = _Text(self._transaction, self._search).each(_PROBES, units)
        parameters: dict[str, object] = {"after": after, "deep": deep - 1}
        told = (await self._transaction.execute(sql.text(statement), parameters | listed)).all()
        heads = {(row.leads, row.number): row.head for row in told if row.head is not None}
        return heads, [row.bound for row in told if row.bound is not None]


class _Text:
    """Statements over units of several columns."""

    def __init__(self, transaction: AsyncConnection, search: Search) -> None:
        self._transaction = transaction
        self._words = search.order.sql | {"light": checks.columns(search)}

    def each(self, template: str, units: Units) -> tuple[str, dict[str, object]]:
        """``template`` for each column that leads to units, and its parameters."""
        parts, parameters = [], dict[str, object]()
        for unit, sql_type in _TYPES.items():
            if numbers := getattr(units, unit):
                rows = arrays.rows(self._transaction, f"{unit}s", sql_type)
                parts.append(template.format(unit=unit, rows=rows, **self._words))
                parameters[f"{unit}s"] = arrays.encoded(self._transaction, numbers)
        return " UNION ALL ".join(parts), parameters


def _all(units: Units) -> list[Unit]:
    return [(unit, number) for unit in _TYPES for number in getattr(units, unit)]
