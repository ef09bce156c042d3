"""SQLite for SQLAlchemy's asyncio with one visit to the connection's thread for a statement, its rows included.

aiosqlite goes there to make a cursor, to execute, to fetch and to close: four times for each statement, which is most
of what a short query costs. Its connections and their threads are used as they are; only the cursor is ours.
"""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

import aiosqlite


class _Cursor:
    """What SQLAlchemy's adapter asks of an asyncio cursor. Rows are read whole, as the adapter does itself."""

    arraysize = 1

    def __init__(self, connection: "_Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> "_Cursor":
        """Run one statement and read its rows."""
        await self._connection.visit(self._run, operation, parameters)
        return self

    async def executemany(self, operation: str, parameters: Sequence[Sequence[Any]]) -> "_Cursor":
        """Run one statement with each of ``parameters``."""
        await self._connection.visit(self._run_many, operation, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows that are left; no visit."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""

    def _run(self, raw: sqlite3.Connection, operation: str, parameters: Sequence[Any]) -> None:
        cursor = raw.execute(operation, parameters)
        self._rows = cursor.fetchall() if cursor.description else []
        self._keep(cursor)

    def _run_many(self, raw: sqlite3.Connection, operation: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._keep(raw.executemany(operation, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()


class _Connection(aiosqlite.Connection):
    """aiosqlite's connection with our cursor."""

    def cursor(self) -> Any:
        """A fresh one; entering it costs no visit."""
        return _Cursor(self)

    async def rollback(self) -> None:
        """No visit when nothing is open: the pool rolls back whatever is returned to it."""
        if self._conn.in_transaction:
            await super().rollback()

    async def commit(self) -> None:
        """No visit when nothing is open, as after queries that are each one by themselves."""
        if self._conn.in_transaction:
            await super().commit()

    async def visit(self, work: Any, *arguments: Any) -> None:
        """Run ``work`` with the raw connection in the connection's thread."""
        await self._execute(work, self._conn, *arguments)  # type: ignore[no-untyped-call] # aiosqlite leaves it untyped


def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """A connection proxy, to be awaited; for SQLAlchemy's ``async_creator_fn``."""
    connection = _Connection(partial(sqlite3.connect, database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does with those that it makes itself
    return connection
