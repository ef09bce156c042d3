"""Alembic at work on one connection: what revision is there, and bringing it up to the newest one.

Imported only where there is something to bring up, and for what can't be told by the files' names.
"""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from services.chassis.schema import Schema
from services.chassis.settings import SettingsError

log = logging.getLogger(__name__)
_ENVIRONMENT = Path(__file__).parent / "migrations"


def migrate(connection: Connection, migrations: Path, may_change: bool) -> Schema:
    """Have the schema at the newest revision; SettingsError when it is behind and may not be changed."""
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
