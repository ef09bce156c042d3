"""Lists as one parameter: SQL that reads them as rows with a column ``value``, by dialect.

One statement for any number of values, so that a database keeps its plan and no limit of parameters is met.
"""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

_ROWS = {
    "sqlite": "json_each(:{name}) AS {name}",
    "postgresql": "unnest(CAST(:{name} AS {type}[])) AS {name}(value)",
}
_RANGES = {
    "sqlite": (
        "(SELECT json_extract(value, '$[0]') AS low, json_extract(value, '$[1]') AS high FROM json_each(:{name}))"
        " AS {name}"
    ),
    "postgresql": "unnest(CAST(:{name}_low AS bigint[]), CAST(:{name}_high AS bigint[])) AS {name}(low, high)",
}
_TRIPLES = {
    "sqlite": (
        "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b, json_extract(value, '$[2]') AS c"
        " FROM json_each(:{name})) AS {name}"
    ),
    "postgresql": (
        "unnest(CAST(:{name}_a AS bigint[]), CAST(:{name}_b AS text[]), CAST(:{name}_c AS integer[]))"
        " AS {name}(a, b, c)"
    ),
}


def rows(transaction: AsyncConnection, name: str, sql_type: str) -> str:
    """For a FROM: parameter ``name`` as rows with ``value``."""
    return rows_of(transaction.dialect.name, name, sql_type)


def rows_of(dialect: str, name: str, sql_type: str) -> str:
    """The same for a dialect by its name."""
    return _ROWS[dialect].format(name=name, type=sql_type)


def encoded(transaction: AsyncConnection, values: Iterable[object]) -> object:
    """The parameter's value."""
    return json.dumps(list(values)) if transaction.dialect.name == "sqlite" else list(values)


def ranges(transaction: AsyncConnection, name: str) -> str:
    """For a FROM: pairs as rows with ``low`` and ``high``."""
    return _RANGES[transaction.dialect.name].format(name=name)


def encoded_ranges(transaction: AsyncConnection, name: str, pairs: Sequence[tuple[int, int]]) -> dict[str, object]:
    """The parameters of ``ranges``."""
    if transaction.dialect.name == "sqlite":
        return {name: json.dumps(pairs)}
    return {f"{name}_low": [low for low, _ in pairs], f"{name}_high": [high for _, high in pairs]}


def triples(transaction: AsyncConnection, name: str) -> str:
    """For a FROM: a number, a text and a count as rows with ``a``, ``b`` and ``c``."""
    return _TRIPLES[transaction.dialect.name].format(name=name)


def encoded_triples(
    transaction: AsyncConnection, name: str, found: Sequence[tuple[int, str, int]]
) -> dict[str, object]:
    """The parameters of ``triples``."""
    if transaction.dialect.name == "sqlite":
        return {name: json.dumps(found)}
    return {f"{name}_{column}": [row[index] for row in found] for index, column in enumerate("abc")}
