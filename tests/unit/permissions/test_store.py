"""The database of permissions: its migrations make its tables, its numbers have no gaps."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis import database
from services.permissions.app import MIGRATIONS
from services.permissions.ending import Cause
from services.permissions.store import endings
from services.permissions.store.tables import metadata

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[database.Database]:
    """A new database."""
    async with database.connect(f"sqlite+aiosqlite:///{tmp_path / 'a home.db'}", MIGRATIONS) as opened:
        yield opened


async def test_the_migrations_make_the_tables_that_the_queries_use(records: database.Database) -> None:
    async with records.read() as transaction:
        made = await transaction.run_sync(_shape)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        assert made == _shape(connection)
    engine.dispose()


async def test_a_number_of_a_transaction_that_failed_is_given_again(records: database.Database) -> None:
    async def append_and_fail() -> None:
        async with records.write() as transaction:
            await endings.append(transaction, Cause.INCIDENT_ENDED, "incidents/1", NOW)
            raise RuntimeError("the caller changed its mind")

    with pytest.raises(RuntimeError):
        await append_and_fail()
    async with records.write() as transaction:
        ending = await endings.append(transaction, Cause.INCIDENT_ENDED, "incidents/2", NOW)
    async with records.read() as transaction:
        assert ending.number == await endings.committed(transaction) == 1
        assert await endings.unkept(transaction, 10) == [ending]


def _shape(connection: sa.Connection) -> dict[str, tuple[object, ...]]:
    """Columns, keys and indexes of each of our tables."""
    found = sa.inspect(connection)
    return {
        name: (
            {(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)},
            found.get_pk_constraint(name)["constrained_columns"],
            {tuple(index["column_names"]) for index in found.get_indexes(name)},
            {(key["referred_table"], *key["constrained_columns"]) for key in found.get_foreign_keys(name)},
        )
        for name in metadata.tables
        if name != "outbox"
    }
