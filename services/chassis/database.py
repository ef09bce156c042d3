"""A service's own database: SQLite at home, PostgreSQL in a cluster, one code path (SQLAlchemy Core, Alembic)."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from enum import IntEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.engines import Engines, engines

_MIGRATIONS = Path(__file__).parent / "migrations"
_TURN_LIMIT_S = 60


class Turn(IntEnum):
    """What one replica at a time does: keys of PostgreSQL's advisory locks, which are counted per database."""

    MIGRATING = 0x6B61706F6B01  # "kapok", and a number
    PUBLISHING = 0x6B61706F6B02
    RECORDING = 0x6B61706F6B03


_NAMED = 0x6B61706F  # beside a number made of a name: a space of its own among PostgreSQL's advisory locks


class Database:
    """Transactions of readers and of writers. Durable: SQLite runs in WAL mode with synchronous FULL."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._dialect = engines.dialect
        # SQLite's own writers look for the lock again and again until they give up, and while they wait each keeps a
        # connection. Here they come in turn, first come, first served, and take one when it is theirs.
        queue = nullcontext() if self._dialect.has_replicas else asyncio.Lock()
        self._queue: AbstractAsyncContextManager[None] = queue

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that will write: committed on leaving, rolled back on an exception.

        SQLite takes its write lock at once, so that a transaction never fails at its first write; writers queue for it,
        so one inside another would wait for ever.
        PostgreSQL runs writers beside each other (READ COMMITTED): who decides on what it read locks the rows that it
        read, or leaves the decision to a constraint or to the WHERE of its update.
        """
        async with self._queue, self._begin(self._dialect.writes, self._engines.writers) as connection:
            yield connection

    @asynccontextmanager
    async def write_in_turn(self, what: Turn) -> AsyncIterator[AsyncConnection]:
        """The same for one replica at a time: who comes meanwhile waits, and sees what the one before wrote."""
        async with self.write() as connection:
            if self._dialect.has_replicas:
                await connection.execute(_lock(what))
            yield connection

    @asynccontextmanager
    async def write_in_turn_for(self, *names: str) -> AsyncIterator[AsyncConnection]:
        """The same for each of ``names``: who writes for none of them goes on beside it.

        For what no row to lock stands for, such as how many rows there are.
        """
        async with self.write() as connection:
            if self._dialect.has_replicas:
                await connection.execute(_locks(names))
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent view, from its first query on. PostgreSQL refuses writes."""
        async with self._begin(self._dialect.reads, self._engines.readers) as connection:
            yield connection

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """Queries without a transaction: each has a view of its own, and costs one round trip instead of three."""
        async with self._begin(self._dialect.looks, self._engines.readers) as connection:
            yield connection

    @asynccontextmanager
    async def turn(self, what: Turn) -> AsyncIterator[None]:
        """Inside, no other replica is inside for the same ``what``; who comes meanwhile waits.

        A replica that hangs or is cut off loses its turn after a minute without a word of it, so what is done inside
        must bear being done twice. SQLite has one process: it need not wait.
        """
        if not self._dialect.has_replicas:
            yield
            return
        async with self._begin(self._dialect.writes, self._engines.writers) as connection:
            limit = sa.func.set_config("idle_in_transaction_session_timeout", f"{_TURN_LIMIT_S}s", True)
            await connection.execute(sa.select(limit))
            await connection.execute(_lock(what))
            yield

    @asynccontextmanager
    async def _begin(self, options: dict[str, Any], engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        async with engine.connect() as connection:
            await connection.execution_options(**options)
            async with connection.begin():
                yield connection


@asynccontextmanager
async def connect(url: str, migrations: Path) -> AsyncIterator[Database]:
    """Open the database at ``url``, migrated to the newest revision in ``migrations``.

    Replicas may start at once: one migrates in a single transaction, the others wait and find it done.
    """
    found = engines(url)
    opened = Database(found)
    try:
        async with opened.write_in_turn(Turn.MIGRATING) as connection:
            await connection.run_sync(_upgrade, migrations)
        yield opened
    finally:
        await found.dispose()


def _lock(what: Turn) -> sa.Select[Any]:
    """Waits until no other transaction holds it; let go at the end of this one."""
    return sa.select(sa.func.pg_advisory_xact_lock(sa.literal(what.value, sa.BigInteger)))


def _locks(names: Iterable[str]) -> sa.Select[Any]:
    """The same of every name, in one order whoever asks, so that no two wait for each other.

    Two names may share a number: then they wait for each other's turn, and that is all.
    """
    numbers = {int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True) for name in names}
    number = sa.func.unnest(sa.literal(sorted(numbers), sa.ARRAY(sa.Integer))).column_valued("number")
    return sa.select(sa.func.pg_advisory_xact_lock(sa.literal(_NAMED, sa.Integer), number))


def _upgrade(connection: Connection, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", _escaped(_MIGRATIONS))
    config.set_main_option("version_locations", _escaped(migrations))
    config.set_main_option("path_separator", "newline")  # a path may hold spaces
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")  # Alembic's configuration interpolates
