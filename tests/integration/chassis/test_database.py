"""Transactions keep their promises on both databases, and replicas that start at once migrate once."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import database
from services.chassis.database import Database, Turn
from tests.eventually import eventually

MIGRATION = '''"""One table, and a row for each time that it was migrated."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    table = op.create_table("things", sa.Column("name", sa.String(20), primary_key=True), sa.Column("at", sa.DateTime))
    op.bulk_insert(table, [{"name": "first"}])
'''
THINGS = sa.table("things", sa.column("name", sa.String), sa.column("at", sa.DateTime))


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "some migrations"
    folder.mkdir()
    (folder / "0001_first.py").write_text(MIGRATION)
    return folder


async def add(opened: Database, name: str) -> None:
    async with opened.write() as transaction:
        await transaction.execute(THINGS.insert(), {"name": name})


async def names(transaction: AsyncConnection) -> list[str]:
    return list(await transaction.scalars(sa.select(THINGS.c.name).order_by(THINGS.c.name)))


async def test_what_was_committed_is_there_when_it_is_opened_again(database_url: str, migrations: Path) -> None:
    async with database.connect(database_url, migrations) as opened:
        await add(opened, "second")
    async with database.connect(database_url, migrations) as opened, opened.read() as transaction:
        assert await names(transaction) == ["first", "second"]


async def test_an_exception_rolls_everything_back(database_url: str, migrations: Path) -> None:
    async with database.connect(database_url, migrations) as opened:

        async def fail() -> None:
            async with opened.write() as transaction:
                await transaction.execute(THINGS.insert(), {"name": "second"})
                raise ValueError

        with pytest.raises(ValueError):
            await fail()
        async with opened.read() as transaction:
            assert await names(transaction) == ["first"]


async def test_writers_come_in_turn_and_keep_no_reader_out(tmp_path: Path, migrations: Path) -> None:
    """Of SQLite, which has one writer at a time: more of them wait than a pool has connections."""
    written: list[int] = []
    async with database.connect(f"sqlite+aiosqlite:///{tmp_path / 'a home.db'}", migrations) as opened:

        async def write(number: int) -> None:
            async with opened.write() as transaction:
                await transaction.execute(THINGS.insert(), {"name": str(number)})
                written.append(number)

        async with asyncio.TaskGroup() as tasks, opened.write() as first:
            for number in range(50):
                tasks.create_task(write(number))
            await first.execute(THINGS.insert(), {"name": "holder"})
            async with asyncio.timeout(20), opened.read() as reader:
                assert await names(reader) == ["first"]
    assert written == list(range(50))


async def test_a_reader_has_one_view_while_others_write(database_url: str, migrations: Path) -> None:
    async with database.connect(database_url, migrations) as opened, opened.read() as transaction:
        before = await names(transaction)
        await add(opened, "second")
        assert await names(transaction) == before
        async with opened.read() as later:
            assert await names(later) == ["first", "second"]


async def test_each_look_has_a_view_of_its_own_and_keeps_nothing_open(database_url: str, migrations: Path) -> None:
    async with database.connect(database_url, migrations) as opened:
        async with opened.look() as connection:
            assert await names(connection) == ["first"]
            await add(opened, "second")
            assert await names(connection) == ["first", "second"]
        for number in range(20):  # more than a pool holds
            async with opened.look() as connection:
                assert len(await names(connection)) == 2 + number
            await add(opened, f"number {number}")
        async with opened.read() as transaction:  # on a connection that looked before
            before = await names(transaction)
            await add(opened, "third")
            assert await names(transaction) == before


async def test_a_connection_that_read_may_write_next(database_url: str, migrations: Path) -> None:
    async with database.connect(database_url, migrations) as opened:
        for number in range(20):  # more than a pool holds
            async with opened.read() as transaction:
                assert "first" in await names(transaction)
            await add(opened, f"number {number}")


async def test_a_reader_can_not_write_to_postgresql(postgresql_url: str, migrations: Path) -> None:
    async with database.connect(postgresql_url, migrations) as opened, opened.read() as transaction:
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            await transaction.execute(THINGS.insert(), {"name": "second"})


async def test_two_writers_of_one_row_both_succeed_one_after_the_other(database_url: str, migrations: Path) -> None:
    """What READ COMMITTED is for: the second waits for the first and then sees its row."""
    longer = THINGS.update().values(name=THINGS.c.name + "+")

    async with database.connect(database_url, migrations) as opened:

        async def lengthen() -> None:
            async with opened.write() as transaction:
                await transaction.execute(longer)
                await asyncio.sleep(0)

        await asyncio.gather(*(lengthen() for _ in range(8)))
        async with opened.read() as transaction:
            assert await names(transaction) == ["first" + 8 * "+"]


async def test_a_time_comes_back_to_the_microsecond(database_url: str, migrations: Path) -> None:
    time = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC).replace(tzinfo=None)
    async with database.connect(database_url, migrations) as opened:
        async with opened.write() as transaction:
            await transaction.execute(THINGS.insert(), {"name": "second", "at": time})
        async with opened.read() as transaction:
            assert (await transaction.scalars(sa.select(THINGS.c.at).where(THINGS.c.name == "second"))).one() == time


async def test_replicas_that_start_at_once_migrate_once(database_url: str, migrations: Path) -> None:
    async def start() -> list[str]:
        async with database.connect(database_url, migrations) as opened, opened.read() as transaction:
            return await names(transaction)

    assert await asyncio.gather(*(start() for _ in range(4))) == 4 * [["first"]]


async def test_one_replica_at_a_time_has_its_turn(postgresql_url: str, migrations: Path) -> None:
    said: list[str] = []
    async with (
        database.connect(postgresql_url, migrations) as one,
        database.connect(postgresql_url, migrations) as other,
        asyncio.TaskGroup() as tasks,
    ):

        async def take() -> None:
            async with other.turn(Turn.PUBLISHING):
                said.append("other")

        async with one.turn(Turn.PUBLISHING):
            tasks.create_task(take())
            await eventually(lambda: _waits_for_a_lock(one))
            said.append("one")
    assert said == ["one", "other"]


async def _waits_for_a_lock(opened: Database) -> bool:
    async with opened.read() as transaction:
        return bool(await transaction.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


async def test_a_restarted_server_fails_no_later_transaction(postgresql_url: str, migrations: Path) -> None:
    async with (
        database.connect(postgresql_url, migrations) as opened,
        database.connect(postgresql_url, migrations) as other,
    ):
        await add(opened, "second")  # its connection goes back to the pool
        async with other.write() as transaction:
            others = "pid <> pg_backend_pid() AND datname = current_database()"
            await transaction.execute(sa.text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        await eventually(lambda: _is_alone(other, others))
        await add(opened, "third")
        async with opened.look() as connection:
            assert await names(connection) == ["first", "second", "third"]


async def _is_alone(opened: Database, others: str) -> bool:
    async with opened.read() as transaction:
        return not await transaction.scalar(sa.text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}"))
