"""SQLite of a home: one file, one writer at a time, which keeps a connection of its own."""

import asyncio
import sqlite3
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from services.chassis import sqlite
from services.chassis.engines import Dialect, Engines, Limits

_DIALECT = Dialect(
    # The connection used last goes out first: each keeps pages of its own, so a few warm ones are enough.
    engine={"pool_use_lifo": True, "connect_args": {"async_creator_fn": sqlite.connect}},
    writes={"kapok_begins": "BEGIN IMMEDIATE"},
    looks={"kapok_begins": ""},
    has_replicas=False,
)
# No mmap_size: its pages count as the process's memory, once for each connection, and reads gain a tenth at most.
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


def opened(url: str, _limits: Limits) -> Engines:
    """For the file at ``url``."""
    return Engines(_engine(url, _READER_CACHE_KB), _engine(url, _WRITER_CACHE_KB), _DIALECT)


def _engine(url: str, cache_kb: int) -> AsyncEngine:
    engine = create_async_engine(url, **_DIALECT.engine)

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
