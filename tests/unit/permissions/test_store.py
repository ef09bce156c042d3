"""The database of permissions: its migrations make its tables, its numbers have no gaps."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis import database
from services.permissions.app import MIGRATIONS
from services.permissions.ending import Cause
from services.permissions.store import closures, endings
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


async def test_what_the_first_release_kept_is_there_after_the_upgrade(tmp_path: Path) -> None:
    first, url = tmp_path / "first", f"sqlite+aiosqlite:///{tmp_path / 'a home.db'}"
    first.mkdir()
    shutil.copy(MIGRATIONS / "0001_first.py", first)
    async with database.connect(url, first) as former, former.write() as transaction:
        kept = await endings.append(transaction, Cause.INCIDENT_ENDED, "incidents/1", NOW)
    async with database.connect(url, MIGRATIONS) as upgraded, upgraded.write() as transaction:
        assert await endings.unkept(transaction, 10) == [kept]
        assert await closures.remember(transaction, "a" * 64, NOW)
        assert not await closures.remember(transaction, "a" * 64, NOW)


async def test_endings_of_several_subjects_have_their_numbers_in_order_and_none_takes_none(
    records: database.Database,
) -> None:
    async with records.write() as transaction:
        await endings.append(transaction, Cause.INCIDENT_ENDED, "incidents/1", NOW)
        several = await endings.append_each(transaction, Cause.CAMERA_CHANGED, ["cameras/1", "cameras/2"], NOW)
        assert await endings.append_each(transaction, Cause.CAMERA_CHANGED, [], NOW) == []
        assert [(ending.number, ending.subject) for ending in several] == [(2, "cameras/1"), (3, "cameras/2")]
        assert await endings.committed(transaction) == 3


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
