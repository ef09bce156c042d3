"""A service's own database: SQLite at home, PostgreSQL in a cluster, one code path (SQLAlchemy Core, Alembic)."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.engines import KINDS, LEAST_POOL, USUAL, Engines, Limits, engines
from services.chassis.migrating import bring_up
from services.chassis.outages import outage
from services.chassis.settings import Part, SettingsError
from services.chassis.tasks import background
from services.chassis.turns import Turn

__all__ = ["KINDS", "LEAST_POOL", "Database", "Limits", "Turn", "connect"]
log = logging.getLogger(__name__)
_LEASE_S = 1.0
_TURN_WAIT_S = 24 * 3600.0  # then it is asked for again
_IN_TURN = {"idle_in_transaction_session_timeout": "60s", "statement_timeout": "0", "lock_timeout": "0"}
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
        async with self._queue, self._begin(self._dialect.writes, self._engines.writers, writes=True) as connection:
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
        async with self._turn(what):
            yield

    async def lead_forever(self, what: Turn, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run ``work``, which has no end of its own, in the one replica that leads in ``what``; never returns.

        The lease is a lock of PostgreSQL, asked after each second: it ends with the leader's connection, and the next
        replica has it at once. ``work`` is cancelled when it is lost, and by an OSError gives it up to others.
        For that second there may be two, so what is written must bear it. SQLite has one process, which always leads.
        """
        while True:
            try:
                async with self._lease(what) as lock, background(work()):
                    log.info("leads in %s", what.name)
                    while True:
                        await asyncio.sleep(_LEASE_S)
                        if lock:
                            await lock.scalar(sa.text("SELECT 1"))
            except* (OSError, sa.exc.SQLAlchemyError) as failed:
                log.warning("no longer leads in %s: %r", what.name, failed.exceptions)
            await asyncio.sleep(_LEASE_S)

    def _lease(self, what: Turn) -> AbstractAsyncContextManager[AsyncConnection | None]:
        return self._turn(what) if self._dialect.has_replicas else nullcontext()

    @asynccontextmanager
    async def _turn(self, what: Turn) -> AsyncIterator[AsyncConnection]:
        async with self._begin(self._dialect.writes, self._engines.writers) as connection:
            await connection.execute(sa.select(*(sa.func.set_config(*limit, True) for limit in _IN_TURN.items())))
            # Who waits for its turn is not slow: neither the server's time-outs nor the driver's are for this one.
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.fetchval("SELECT pg_advisory_xact_lock($1)", what.value, timeout=_TURN_WAIT_S)
            yield connection

    async def is_writable(self) -> bool:
        """Whether it takes writes now; errors.Unavailable when it does not answer."""
        async with self.look() as connection:
            return bool(await connection.scalar(sa.text(self._dialect.may_write)))

    @asynccontextmanager
    async def _begin(
        self, options: dict[str, Any], engine: AsyncEngine, *, writes: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        is_open = False
        try:
            async with engine.connect() as connection:
                await connection.execution_options(**options)
                async with connection.begin():
                    is_open = True
                    yield connection
        except Exception as failure:
            away = outage(failure, is_open=is_open, writes=writes)
            if away is None:
                raise
            log.warning("%s: %r", away, failure)
            raise away from failure


@asynccontextmanager
async def connect(
    url: str,
    migrations: Path,
    limits: Limits = USUAL,
    *,
    migrate: bool = True,
) -> AsyncIterator[Database]:
    """Open the database at ``url``, migrated to the newest revision in ``migrations``; waits for one that is away.

    Replicas may start at once: one migrates in a single transaction, the others wait and find it done. Without
    ``migrate`` a schema that is behind is a SettingsError. One ahead is a later release's, which goes on with ours.
    """
    await bring_up(url, migrations, may_change=migrate)
    found = engines(url, limits)
    try:
        yield Database(found)
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


@dataclass(frozen=True, kw_only=True)
class Stored(Part):
    """A database of one's own. What only PostgreSQL has SQLite does without."""

    database: Annotated[str, "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST:PORT/NAME"]
    database_pool: Annotated[int, "connections to PostgreSQL at most"] = Limits.pool
    database_pool_timeout: Annotated[timedelta, "a query waits this long for one of them"] = Limits.pool_wait
    database_connect_timeout: Annotated[timedelta, "a new connection takes this long at most"] = Limits.connect
    database_statement_timeout: Annotated[timedelta, "a statement runs this long at most"] = Limits.statement
    database_lock_timeout: Annotated[timedelta, "and waits this long for a lock of another"] = Limits.lock
    migrate: Annotated[bool, "bring the schema up at the start; false: refuse to start with one behind"] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            found = sa.make_url(self.database).get_backend_name()
        except sa.exc.ArgumentError:
            raise SettingsError("KAPOK_DATABASE: not a database's URL") from None
        if found not in KINDS:
            raise SettingsError(f"KAPOK_DATABASE: no {found}, but {' or '.join(sorted(KINDS))}")
        if self.database_pool < LEAST_POOL:
            raise SettingsError(f"KAPOK_DATABASE_POOL: {LEAST_POOL} or more")
        for name in ("pool", "connect", "statement", "lock"):
            if getattr(self, f"database_{name}_timeout") <= timedelta(0):
                raise SettingsError(f"KAPOK_DATABASE_{name.upper()}_TIMEOUT: more than 0 seconds")

    def open_database(self, migrations: Path) -> AbstractAsyncContextManager[Database]:
        """The database with the schema of ``migrations``; see ``connect``."""
        limits = Limits(
            self.database_pool, self.database_pool_timeout, self.database_connect_timeout,
            self.database_statement_timeout, self.database_lock_timeout,
        )  # fmt: skip
        return connect(self.database, migrations, limits, migrate=self.migrate)
