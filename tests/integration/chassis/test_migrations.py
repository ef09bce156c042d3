"""Each service's migrations make, from nothing, on either database, exactly what its code expects."""

import importlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.chassis import database
from services.chassis.database import Database
from services.chassis.outbox import columns

SERVICES = Path(__file__).parents[3] / "services"
TABLES = {  # the module that holds a service's tables
    "audit": "services.audit.store",
    "permissions": "services.permissions.store.tables",
    "registry": "services.registry.store.tables",
    "streams": "services.streams.store.looks",
}
NOW = datetime(2026, 1, 1)  # columns hold UTC without a zone
NO_OUTBOX = {"audit"}  # the ledger only hears
UNCOMMENTED = {"streams"}  # its first migration says nothing of its columns; SQLite keeps no comments


def test_every_service_with_migrations_is_tried_here() -> None:
    assert {folder.parent.name for folder in SERVICES.glob("*/migrations")} == {*TABLES, "chassis"}


@pytest.mark.parametrize("service", TABLES)
async def test_migrations_make_what_the_code_expects(service: str, database_url: str) -> None:
    async with database.connect(database_url, SERVICES / service / "migrations") as opened:
        assert await difference(opened, service) == []


@pytest.mark.parametrize("service", TABLES)
async def test_migrating_again_changes_nothing(service: str, database_url: str) -> None:
    migrations = SERVICES / service / "migrations"
    async with database.connect(database_url, migrations):
        pass
    async with database.connect(database_url, migrations) as opened:
        assert await difference(opened, service) == []


@pytest.mark.parametrize("change", ["UPDATE records SET fact = 'x'", "DELETE FROM records"])
async def test_either_database_refuses_to_change_the_ledger(change: str, database_url: str) -> None:
    """Article 16: what each database has for it is written in its own words in the migration."""
    record = {"book": "ordinary", "number": 1, "event_id": "a", "fact": b"fact", "hash": b"hash", "recorded_at": NOW}
    async with database.connect(database_url, SERVICES / "audit" / "migrations") as opened:
        async with opened.write() as transaction:
            await transaction.execute(expected("audit").tables["records"].insert(), record)

        async def tamper() -> None:
            async with opened.write() as transaction:
                await transaction.execute(sa.text(change))

        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            await tamper()


def expected(service: str) -> sa.MetaData:
    """The service's tables, and its outbox, which a service declares when it starts."""
    own: sa.MetaData = importlib.import_module(TABLES[service]).metadata
    metadata = sa.MetaData()
    for table in own.sorted_tables:
        table.to_metadata(metadata)
    if service not in NO_OUTBOX and "outbox" not in metadata.tables:
        sa.Table("outbox", metadata, *columns())
    return metadata


async def difference(opened: Database, service: str) -> list[Any]:
    """What Alembic would change to bring the database to the service's tables."""

    def compare(connection: sa.Connection) -> list[Any]:
        hidden = invisible(connection)
        opts = {"compare_type": True, "include_name": lambda name, _kind, _parents: name not in hidden}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, expected(service)))

    async with opened.read() as transaction:
        found = await transaction.run_sync(compare)
    return [one for one in found if not (service in UNCOMMENTED and is_comment(one))]


def is_comment(found: Any) -> bool:
    """Changes of one column come as a list of tuples, whose first is what kind they are."""
    return isinstance(found, list) and {kind for kind, *_ in found} == {"modify_comment"}


def invisible(connection: sa.Connection) -> set[str]:
    """Tables for full-text search, which each database has in its own way and which belong to no metadata."""
    if connection.dialect.name != "sqlite":
        return {"words"}
    listed = connection.execute(sa.text("SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')"))
    return set(listed.scalars())
