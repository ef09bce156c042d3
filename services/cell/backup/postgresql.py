"""A database of PostgreSQL: dumped by pg_dump out of a snapshot that is taken at once and kept until it is done."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa

from services.chassis import errors

SUFFIX = "dump"
_EMPTY = """DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
        LOOP EXECUTE format('DROP TABLE public.%I CASCADE', one.name); END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        LOOP EXECUTE format('DROP FUNCTION %s CASCADE', one.name); END LOOP;
END $$"""
_OTHERS = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'kapok')"
)


@dataclass(frozen=True)
class Snapshot:
    """One view of the database, held by ``connection`` and known to the server as ``name``."""

    connection: Any
    name: str
    url: str
    copier: "Copier"

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        """What ``query`` finds in it."""
        found: Sequence[Sequence[Any]] = await self.connection.fetch(query)
        return found

    async def dump(self, target: Path) -> None:
        """Write it, on disk when this returns."""
        format_and_view = ("--format=custom", f"--snapshot={self.name}", f"--file={target}")
        await self.copier.run("pg_dump", self.url, *format_and_view)
        with target.open("rb") as file:
            os.fsync(file.fileno())


@dataclass(frozen=True)
class Copier:
    """Takes and puts back; ``programs`` is the folder of pg_dump and pg_restore, if they are not on the path."""

    programs: Path | None = None

    @asynccontextmanager
    async def snapshot(self, url: str) -> AsyncIterator[Snapshot]:
        """The database as it is now, while inside."""
        async with _connected(url) as connection:
            await connection.execute("SET idle_in_transaction_session_timeout = 0")
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield Snapshot(connection, await connection.fetchval("SELECT pg_export_snapshot()"), url, self)

    async def is_empty(self, url: str) -> bool:
        """Whether there is no table."""
        async with _connected(url) as connection:
            return not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')")

    async def is_in_use(self, url: str) -> bool:
        """Whether a service has it open."""
        async with _connected(url) as connection:
            return bool(await connection.fetchval(_OTHERS))

    async def load(self, dump: Path, url: str) -> None:
        """Have the database be what was dumped: what was there goes, what was dumped comes in one transaction."""
        async with _connected(url) as connection:
            await connection.execute(_EMPTY)
        await self.run("pg_restore", url, "--single-transaction", "--exit-on-error", str(dump))

    async def run(self, name: str, url: str, *arguments: str) -> None:
        """One of PostgreSQL's programs on the database; errors.FailedPrecondition with what it said when it fails."""
        program = str(self.programs / name) if self.programs else shutil.which(name)
        if not program or not Path(program).exists():
            message = f"{name} is not on the path: install PostgreSQL's client programs, or say where they are"
            raise errors.FailedPrecondition("STATE_WRONG", message)
        at = sa.make_url(url)
        where = ("--host", at.host or "localhost", "--port", str(at.port or 5432), "--username", at.username or "")
        process = await asyncio.create_subprocess_exec(
            program, "--no-password", "--no-owner", "--no-privileges", *where, "--dbname", at.database or "",
            *arguments,
            env={"PGCONNECT_TIMEOUT": "10", **os.environ, "PGPASSWORD": str(at.password or "")},  # PGSSLMODE too
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        if process.returncode:
            why = said.decode(errors="replace").strip()[-1000:]
            raise errors.FailedPrecondition("STATE_WRONG", f"{name} failed on {at.database}: {why}")


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    plain = sa.make_url(url).set(drivername="postgresql")
    try:
        connection = await asyncpg.connect(plain.render_as_string(hide_password=False), timeout=10)
    except (OSError, asyncpg.PostgresError) as away:
        message = f"the database {plain.database} at {plain.host}:{plain.port} does not answer: {away}"
        raise errors.Unavailable("DATABASE_AWAY", message) from away
    try:
        yield connection
    finally:
        await connection.close()
