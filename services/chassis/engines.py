"""Engines of SQLAlchemy for the two databases there are: SQLite at home, PostgreSQL in a cluster."""

import asyncio
import select
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from services.chassis import sqlite


@dataclass(frozen=True)
class Limits:
    """What PostgreSQL is asked for at most: connections of a process, and times. SQLite has limits of its own."""

    pool: int = 20
    pool_wait: timedelta = timedelta(seconds=5)
    connect: timedelta = timedelta(seconds=5)
    statement: timedelta = timedelta(seconds=30)
    lock: timedelta = timedelta(seconds=10)


USUAL = Limits()
PATIENT = Limits(pool=1, statement=timedelta(days=1), lock=timedelta(days=1))  # of migrations
LEAST_POOL = 5  # who publishes holds one for its turn and needs two; who leads, who migrates, who is asked need others
_ANSWERS_WITHIN_S = 5  # beyond the statement's own time: then the server is taken for away


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one kind of database needs to keep the promises of ``Database``."""

    engine: dict[str, Any]  # arguments of SQLAlchemy's create_engine
    writes: dict[str, Any] = field(default_factory=dict)  # execution options of a transaction that writes
    reads: dict[str, Any] = field(default_factory=dict)  # the same of one that only reads
    looks: dict[str, Any] = field(default_factory=dict)  # the same of queries that are each one by themselves
    has_replicas: bool = True  # more than one process may have it open
    may_write: str = "SELECT true"  # whether it takes writes


_DIALECTS = {
    "sqlite": Dialect(
        # The connection used last goes out first: each keeps pages of its own, so a few warm ones are enough.
        engine={"pool_use_lifo": True, "connect_args": {"async_creator_fn": sqlite.connect}},
        writes={"kapok_begins": "BEGIN IMMEDIATE"},
        looks={"kapok_begins": ""},
        has_replicas=False,
    ),
    "postgresql": Dialect(
        engine={
            "max_overflow": 0,
            "pool_use_lifo": True,
            # A second writer of a row waits for the first and then sees what it wrote, whatever the server's default
            # is. Stricter levels would fail it instead, and every use case would have to be written to run twice.
            "isolation_level": "READ COMMITTED",
        },
        reads={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        looks={"isolation_level": "AUTOCOMMIT"},
        may_write="SELECT current_setting('transaction_read_only') = 'off'",
    ),
}
# No mmap_size: its pages count as the process's memory, once for each connection, and reads gain a tenth at most.
# Compiling a query costs more than the short ones of a service take, asyncpg's own first of all.
_SERVER_SETTINGS = {"application_name": "kapok", "jit": "off"}
_SWITCH_TRIES, _SWITCH_EVERY_S = 100, 0.05
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "temp_store=MEMORY",
    # Pages, 64 MB of log: the leaves of ten indexes that bulk changes touch again and again are carried over once.
    "wal_autocheckpoint=16000",
)
_READER_CACHE_KB, _WRITER_CACHE_KB = 32_000, 128_000  # the writer, of which there is one, keeps a bulk change's pages


@dataclass(frozen=True, slots=True)
class Engines:
    """Who makes the connections of those that read and of those that write, and what both are told."""

    readers: AsyncEngine
    writers: AsyncEngine
    dialect: Dialect

    async def dispose(self) -> None:
        """Close all connections."""
        for engine in {self.readers, self.writers}:
            await engine.dispose()


def engines(url: str, limits: Limits = USUAL) -> Engines:
    """For the database at ``url``; nothing is opened yet."""
    return _OPEN[sa.make_url(url).get_backend_name()](url, limits)


def _open_sqlite(url: str, _limits: Limits) -> Engines:
    """The writer, of which there is one at a time, keeps a connection of its own."""
    return Engines(_sqlite(url, _READER_CACHE_KB), _sqlite(url, _WRITER_CACHE_KB), _DIALECTS["sqlite"])


def _sqlite(url: str, cache_kb: int) -> AsyncEngine:
    engine = create_async_engine(url, **_DIALECTS["sqlite"].engine)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        cursor = connection.cursor()
        _into_wal(cursor)
        for pragma in (*_PRAGMAS, f"cache_size=-{cache_kb}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        if how := connection.get_execution_options().get("kapok_begins", "BEGIN"):
            connection.exec_driver_sql(how)

    return engine


def _into_wal(cursor: Any) -> None:
    """Have a new file log ahead. It wants the file to itself and is the one statement that does not wait for it."""
    for is_last in (*[False] * _SWITCH_TRIES, True):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:  # another process, or another connection of ours, is about the same
            if is_last:
                raise
            await_only(asyncio.sleep(_SWITCH_EVERY_S))
        else:
            return


def _open_postgresql(url: str, limits: Limits) -> Engines:
    """A restarted server costs no request: it has closed its connections, and none that has something to read goes out.

    Looking costs a microsecond. SQLAlchemy's own pool_pre_ping asks the server, in three round trips.
    """
    arguments = {
        "server_settings": {
            **_SERVER_SETTINGS,
            **_milliseconds(statement_timeout=limits.statement, lock_timeout=limits.lock),
        },
        "timeout": limits.connect.total_seconds(),
        "command_timeout": limits.statement.total_seconds() + _ANSWERS_WITHIN_S,
    }
    engine = create_async_engine(
        url, **_DIALECTS["postgresql"].engine, connect_args=arguments, pool_size=limits.pool,
        pool_timeout=limits.pool_wait.total_seconds(),
    )  # fmt: skip

    @event.listens_for(engine.sync_engine, "checkout")
    def refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
        driver = connection.driver_connection
        if driver.is_closed() or _has_something_to_read(driver._transport.get_extra_info("socket").fileno()):
            raise DisconnectionError  # the pool then tries another one

    return Engines(engine, engine, _DIALECTS["postgresql"])


def _milliseconds(**times: timedelta) -> dict[str, str]:
    """As PostgreSQL's settings want them; 0 would be none at all."""
    return {name: str(max(1, round(time.total_seconds() * 1000))) for name, time in times.items()}


def _has_something_to_read(socket: int) -> bool:
    """On an idle connection that is its end, or a last word about it."""
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


_OPEN: dict[str, Callable[[str, Limits], Engines]] = {"sqlite": _open_sqlite, "postgresql": _open_postgresql}
KINDS = frozenset(_OPEN)
