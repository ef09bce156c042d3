"""Many rows at once, the quickest way that each database has: COPY on PostgreSQL, one prepared statement on SQLite.

Rows are tuples in the order of ``columns``, with values as the driver takes them: times are encoded by `encoded`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

Rows = Sequence[tuple[Any, ...]]


async def copy(transaction: AsyncConnection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Add ``rows`` within the transaction; sqlalchemy.exc.IntegrityError when a constraint stands against one."""
    await _WAYS[transaction.dialect.name](transaction, table, columns, rows)


async def _insert(transaction: AsyncConnection, table: str, columns: Sequence[str], rows: Rows) -> None:
    marks = ", ".join("?" * len(columns))
    await transaction.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", list(rows))


async def _copy(transaction: AsyncConnection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """The transaction has begun at the driver with its first statement: every writer takes a number before."""
    driver: Any = (await transaction.get_raw_connection()).driver_connection
    try:
        await driver.copy_records_to_table(table, records=rows, columns=columns)
    except asyncpg.IntegrityConstraintViolationError as broken:
        raise IntegrityError(f"COPY {table}", None, broken) from broken


_WAYS: dict[str, Callable[[AsyncConnection, str, Sequence[str], Rows], Awaitable[None]]] = {
    "sqlite": _insert,
    "postgresql": _copy,
}


@lru_cache(maxsize=64)
def encoded(dialect: str, at: datetime) -> Any:
    """A time as SQLAlchemy's DateTime keeps it: naive UTC, on SQLite as text. What is registered together shares it."""
    naive = at.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(" ", "microseconds") if dialect == "sqlite" else naive
