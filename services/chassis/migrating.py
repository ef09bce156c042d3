"""Bringing a schema up: in one transaction, by one replica at a time, without the time-outs of other statements.

A release starts with the schema of the one after it, so that both may run while they are exchanged: migrations add
first (expand), fill next, and take away only what no running release reads (contract).
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.chassis.engines import PATIENT, Engines, engines
from services.chassis.schema import Schema
from services.chassis.settings import SettingsError
from services.chassis.turns import Turn

log = logging.getLogger(__name__)
_VERSION = sa.table("alembic_version", sa.column("version_num"))
_RETRY_S = 1.0
_NO_DATABASE = ("28", "3D", "42501")  # PostgreSQL: who connects is not let in, no such database, no right


async def bring_up(url: str, migrations: Path, *, may_change: bool = True) -> Schema:
    """Have the schema at ``url`` at the newest revision in ``migrations``, or at a later one; what was found.

    Waits for a database that is away. SettingsError when it is behind and ``may_change`` is false, or can't be used.
    """
    found = engines(url, PATIENT)
    try:
        await _reached(found)
        return await _bring_up(found, migrations, may_change)
    finally:
        await found.dispose()


async def _reached(opened: Engines) -> None:
    """Return once it takes a connection."""
    while True:
        try:
            async with opened.writers.connect():
                return
        except (OSError, sa.exc.SQLAlchemyError) as failure:
            if (state := _state(failure)).startswith(_NO_DATABASE):
                raise SettingsError(f"KAPOK_DATABASE: {_cause(failure)} ({state})") from failure
            if not opened.dialect.has_replicas:
                raise  # a file does not come by itself
            log.warning("waiting for the database: %r", failure)
            await asyncio.sleep(_RETRY_S)


async def _bring_up(opened: Engines, migrations: Path, may_change: bool) -> Schema:
    async with opened.writers.execution_options(**opened.dialect.writes).begin() as connection:
        if opened.dialect.has_replicas:
            key = sa.literal(Turn.MIGRATING.value, sa.BigInteger)
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        if newest := await connection.run_sync(_newest, migrations):
            return Schema(newest, newest, is_known=True)
        from services.chassis.revisions import migrate  # a tenth of a service's memory, which most starts do without

        return await connection.run_sync(migrate, migrations, may_change)


def _newest(connection: Connection, migrations: Path) -> str:
    """The revision, if it is the newest by the names of the files; else nothing."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return ""
    found = str(connection.scalar(sa.select(_VERSION.c.version_num)) or "")
    newest = max((file.name.partition("_")[0] for file in migrations.glob("[0-9]*.py")), default="")
    return found if found.rpartition("_")[2] == newest else ""


def _state(failure: BaseException) -> str:
    return str(getattr(_cause(failure), "sqlstate", None) or "")


def _cause(failure: BaseException) -> Any:
    """What the driver said."""
    return getattr(failure, "orig", None) or failure
