"""A service's own database: SQLite at home, PostgreSQL in a cluster, one code path (SQLAlchemy Core, Alembic)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.chassis import sqlite

_GONE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_MIGRATIONS = Path(__file__).parent / "migrations"
_TURN_LIMIT_S = 60


class Turn(IntEnum):
    """What one replica at a time does: keys of PostgreSQL's advisory locks, which are counted per database."""

    MIGRATING = 0x6B61706F6B01  # "kapok", and a number
    PUBLISHING = 0x6B61706F6B02


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What one kind of database needs to keep the promises of ``Database``."""

    engine: dict[str, Any]  # arguments of SQLAlchemy's create_engine
    writes: dict[str, Any] = field(default_factory=dict)  # execution options of a transaction that writes
    reads: dict[str, Any] = field(default_factory=dict)  # the same of one that only reads
    looks: dict[str, Any] = field(default_factory=dict)  # the same of queries that are each one by themselves
    has_replicas: bool = True  # more than one process may have it open


_DIALECTS = {
    "sqlite": _Dialect(
        # The connection used last goes out first: each keeps up to 32 MB of pages, so a few warm ones are enough.
        engine={"pool_use_lifo": True, "connect_args": {"async_creator_fn": sqlite.connect}},
        writes={"kapok_begins": "BEGIN IMMEDIATE"},
        looks={"kapok_begins": ""},
        has_replicas=False,
    ),
    "postgresql": _Dialect(
        engine={
            "pool_size": 10,
            "pool_use_lifo": True,
            # A second writer of a row waits for the first and then sees what it wrote, whatever the server's default
            # is. Stricter levels would fail it instead, and every use case would have to be written to run twice.
            "isolation_level": "READ COMMITTED",
            # Compiling a query costs more than the short ones of a service take, asyncpg's own first of all.
            "connect_args": {"server_settings": {"application_name": "kapok", "jit": "off"}},
        },
        reads={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        looks={"isolation_level": "AUTOCOMMIT"},
    ),
}
# No mmap_size: its pages count as the process's memory, once for each connection, and reads gain a tenth at most.
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-32000",  # kB a connection: a bulk change is kept until its commit
    "temp_store=MEMORY",
)


class Database:
    """Transactions on one engine. Durable: SQLite runs in WAL mode with synchronous FULL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._dialect = _DIALECTS[engine.dialect.name]
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
        async with self._queue, self._begin(self._dialect.writes) as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent view, from its first query on. PostgreSQL refuses writes."""
        async with self._begin(self._dialect.reads) as connection:
            yield connection

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """Queries without a transaction: each has a view of its own, and costs one round trip instead of three."""
        async with self._begin(self._dialect.looks) as connection:
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
        async with self._begin(self._dialect.writes) as connection:
            limit = sa.func.set_config("idle_in_transaction_session_timeout", f"{_TURN_LIMIT_S}s", True)
            await connection.execute(sa.select(limit))
            await connection.execute(_lock(what))
            yield

    @asynccontextmanager
    async def _begin(self, options: dict[str, Any]) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            await connection.execution_options(**options)
            async with connection.begin():
                yield connection


@asynccontextmanager
async def connect(url: str, migrations: Path) -> AsyncIterator[Database]:
    """Open the database at ``url``, migrated to the newest revision in ``migrations``.

    Replicas may start at once: one migrates in a single transaction, the others wait and find it done.
    """
    dialect = _DIALECTS[sa.make_url(url).get_backend_name()]
    engine = create_async_engine(url, **dialect.engine)
    _PREPARE[engine.dialect.name](engine)
    opened = Database(engine)
    try:
        async with opened.write() as connection:
            if dialect.has_replicas:
                await connection.execute(_lock(Turn.MIGRATING))
            await connection.run_sync(_upgrade, migrations)
        yield opened
    finally:
        await engine.dispose()


def _lock(what: Turn) -> sa.Select[Any]:
    """Waits until no other transaction holds it; let go at the end of this one."""
    return sa.select(sa.func.pg_advisory_xact_lock(sa.literal(what.value, sa.BigInteger)))


def _upgrade(connection: Connection, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", _escaped(_MIGRATIONS))
    config.set_main_option("version_locations", _escaped(migrations))
    config.set_main_option("path_separator", "newline")  # a path may hold spaces
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")  # Alembic's configuration interpolates


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        if how := connection.get_execution_options().get("kapok_begins", "BEGIN"):
            connection.exec_driver_sql(how)


def _prepare_postgresql(engine: AsyncEngine) -> None:
    """A restarted server costs no request: each connection is tried before it goes out.

    SQLAlchemy's own pool_pre_ping opens a transaction for it, two round trips more.
    """

    @event.listens_for(engine.sync_engine, "checkout")
    def ping(connection: Any, _record: Any, _proxy: Any) -> None:
        try:
            connection.run_async(lambda driver: driver.execute("SELECT 1"))
        except _GONE as gone:
            raise DisconnectionError from gone  # the pool then tries another one


_PREPARE = {"sqlite": _prepare_sqlite, "postgresql": _prepare_postgresql}
