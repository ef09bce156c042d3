"""A service's own database: SQLite at home, PostgreSQL in a cluster, one code path (SQLAlchemy Core, Alembic)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Transactions on one engine. Durable: SQLite runs in WAL mode with synchronous FULL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that will write: committed on leaving, rolled back on an exception.

        SQLite takes its write lock at once, so that two writers queue instead of failing at their first write.
        """
        async with self._engine.connect() as connection:
            await connection.execution_options(kapok_writes=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent view."""
        async with self._engine.connect() as connection, connection.begin():
            yield connection


@asynccontextmanager
async def connect(url: str, migrations: Path) -> AsyncIterator[Database]:
    """Open the database at ``url``, migrated to the newest revision in ``migrations``."""
    engine = create_async_engine(url, **({} if url.startswith("sqlite") else {"pool_size": 10}))
    if url.startswith("sqlite"):
        _prepare_sqlite(engine)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(kapok_writes=True)
            async with connection.begin():
                await connection.run_sync(_upgrade, migrations)
        yield Database(engine)
    finally:
        await engine.dispose()


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
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("kapok_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
