"""Bringing a schema up: in one transaction, by one replica at a time, without the time-outs of other statements.

A release starts with the schema of the one after it, so that both may run while they are exchanged: migrations add
first (expand), fill next, and take away only what no running release reads (contract).
"""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from services.chassis.engines import PATIENT, Engines, engines
from services.chassis.settings import SettingsError
from services.chassis.turns import Turn

log = logging.getLogger(__name__)
_ENVIRONMENT = Path(__file__).parent / "migrations"
_RETRY_S = 1.0
_NO_DATABASE = ("28", "3D", "42501")  # PostgreSQL: who connects is not let in, no such database, no right


@dataclass(frozen=True)
class Schema:
    """The revision that was found, empty before the first, and the one that this release brings."""

    found: str
    newest: str
    is_known: bool  # this release's, or one before it

    @property
    def is_behind(self) -> bool:
        """One that is not known is a later release's if it sorts behind ours: revisions are numbers of equal length."""
        if not self.is_known and self.found < self.newest:
            raise SettingsError(f"KAPOK_DATABASE: its schema is {self.found}, which no release of this service made")
        return self.is_known and self.found != self.newest


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
        return await connection.run_sync(_migrate, migrations, may_change)


def _migrate(connection: Connection, migrations: Path, may_change: bool) -> Schema:
    config = _config(migrations)
    script = ScriptDirectory.from_config(config)
    found = MigrationContext.configure(connection).get_current_revision() or ""
    known = {one.revision for one in script.walk_revisions()} | {""}
    schema = Schema(found, script.get_current_head() or "", found in known)
    if schema.is_behind:
        if not may_change:
            raise SettingsError(
                f"KAPOK_MIGRATE is false, and the schema is {found or 'empty'} where this release needs "
                f"{schema.newest}: run this service once with the word migrate"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    elif not schema.is_known:
        log.warning("the schema is %s, a later release's; ours is %s", found, schema.newest)
    return schema


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(_ENVIRONMENT))
    config.set_main_option("version_locations", _escaped(migrations))
    config.set_main_option("path_separator", "newline")  # a path may hold spaces
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")  # Alembic's configuration interpolates


def _state(failure: BaseException) -> str:
    return str(getattr(_cause(failure), "sqlstate", None) or "")


def _cause(failure: BaseException) -> Any:
    """What the driver said."""
    return getattr(failure, "orig", None) or failure
