"""A database that is away, slow, busy or read-only: what callers are told, what readiness says, how it recovers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from grpc_health.v1 import health, health_pb2

from services.chassis import bus, database, readiness, rpc_status
from services.chassis.database import Database, Limits, Turn
from services.chassis.outages import DatabaseAwayError
from services.chassis.tasks import background
from tests.eventually import eventually
from tests.integration.chassis.test_database import MIGRATION, THINGS, add, names
from tests.integration.gateway.nats import serving
from tests.postgres import Server

SHORT = Limits(
    pool=4,
    pool_wait=timedelta(milliseconds=300),
    connect=timedelta(seconds=2),
    statement=timedelta(milliseconds=300),
    lock=timedelta(milliseconds=200),
)


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_first.py").write_text(MIGRATION)
    return folder


@pytest.fixture
def owner(postgres_server: Server) -> str:
    """The server itself, to change what it allows."""
    return postgres_server.url("postgres")


@asynccontextmanager
async def told(opened: Database) -> AsyncIterator[health.aio.HealthServicer]:
    """A checker that follows the database's readiness."""
    checker = health.aio.HealthServicer()
    await checker.set("", health_pb2.HealthCheckResponse.SERVING)
    async with background(readiness.follow_forever(opened, checker)):
        yield checker


async def status(checker: health.aio.HealthServicer, service: str = "") -> str:
    answer = await checker.Check(health_pb2.HealthCheckRequest(service=service), None)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


async def change(owner: str, statement: str) -> None:
    """Run a statement that no transaction may hold."""
    engine = sa.ext.asyncio.create_async_engine(owner, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(statement))
    await engine.dispose()


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


async def test_a_slow_statement_is_an_outage_with_a_time_to_come_back(postgresql_url: str, migrations: Path) -> None:
    async with database.connect(postgresql_url, migrations, SHORT) as opened:
        with pytest.raises(DatabaseAwayError, match="too slow") as caught:
            async with opened.read() as transaction:
                await transaction.execute(sa.text("SELECT pg_sleep(5)"))
        told_of = rpc_status.from_status(rpc_status.to_status(caught.value))
        assert (told_of.kind, told_of.reason) == ("UNAVAILABLE", "DATABASE_AWAY")
        assert told_of.retry_after == timedelta(seconds=1)
        await add(opened, "second")


async def test_a_lock_that_another_keeps_is_an_outage(postgresql_url: str, migrations: Path) -> None:
    async with database.connect(postgresql_url, migrations, SHORT) as opened, opened.write() as holder:
        await holder.execute(THINGS.update().values(name="held"))
        with pytest.raises(DatabaseAwayError, match="busy"):
            async with opened.write() as other:
                await other.execute(THINGS.update().values(name="other"))


async def test_a_turn_is_waited_for_longer_than_any_statement(postgresql_url: str, migrations: Path) -> None:
    async with database.connect(postgresql_url, migrations, SHORT) as opened, asyncio.TaskGroup() as tasks:
        had = asyncio.Event()

        async def take() -> None:
            async with opened.turn(Turn.PUBLISHING):
                had.set()

        async with opened.turn(Turn.PUBLISHING):
            tasks.create_task(take())
            for _ in range(3):  # each as long as a statement may take
                with pytest.raises(DatabaseAwayError):
                    async with opened.read() as transaction:
                        await transaction.execute(sa.text("SELECT pg_sleep(5)"))
            assert not had.is_set()
    assert had.is_set()


async def test_a_pool_that_is_used_up_is_an_outage(postgresql_url: str, migrations: Path) -> None:
    async with database.connect(postgresql_url, migrations, replace(SHORT, pool=1)) as opened, opened.read():
        with pytest.raises(DatabaseAwayError, match="all connections"):
            async with opened.read():
                pass


async def test_a_database_that_only_reads_is_not_ready_until_it_writes_again(
    postgresql_url: str, owner: str, migrations: Path
) -> None:
    async with database.connect(postgresql_url, migrations, SHORT) as opened, told(opened) as checker:
        await change(owner, f"ALTER DATABASE {name_of(postgresql_url)} SET default_transaction_read_only = on")
        await change(owner, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(postgresql_url)}'")  # fmt: skip # noqa: E501
        await eventually(lambda: _is(checker, "NOT_SERVING"))
        assert await status(checker, readiness.LIVE) == "SERVING"
        with pytest.raises(DatabaseAwayError, match="only reads"):
            await add(opened, "second")
        async with opened.read() as transaction:
            assert await names(transaction) == ["first"]
        await change(owner, f"ALTER DATABASE {name_of(postgresql_url)} SET default_transaction_read_only = off")
        await change(owner, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(postgresql_url)}'")  # fmt: skip # noqa: E501
        await eventually(lambda: _is(checker, "SERVING"))
        await add(opened, "second")


async def test_a_database_that_is_away_is_not_ready_until_it_is_back(
    postgresql_url: str, owner: str, migrations: Path
) -> None:
    name = name_of(postgresql_url)
    async with database.connect(postgresql_url, migrations, SHORT) as opened, told(opened) as checker:
        await change(owner, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        await change(owner, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        await eventually(lambda: _is(checker, "NOT_SERVING"))
        with pytest.raises(DatabaseAwayError):
            await add(opened, "second")
        await change(owner, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        await eventually(lambda: _is(checker, "SERVING"))
        await add(opened, "second")


async def _is(checker: health.aio.HealthServicer, wanted: str) -> bool:
    return await status(checker) == wanted


async def test_one_replica_leads_and_the_next_one_when_it_is_gone(postgresql_url: str, migrations: Path) -> None:
    leading: list[str] = []

    async def lead(name: str) -> None:
        leading.append(name)
        try:
            await asyncio.Event().wait()
        finally:
            leading.remove(name)

    async with (
        database.connect(postgresql_url, migrations) as one,
        database.connect(postgresql_url, migrations) as two,
        background(two.lead_forever(Turn.WRITING_LEDGER, lambda: lead("two"))),
    ):
        async with background(one.lead_forever(Turn.WRITING_LEDGER, lambda: lead("one"))):
            await eventually(lambda: leading)
            [first] = leading
            await _cut_leader(one)
            await eventually(lambda: len(leading) == 1 and leading != [first])  # for a second there may be both
        await eventually(lambda: leading == ["two"])


async def test_a_leader_that_is_off_the_bus_leaves_the_lead_to_one_that_hears(
    postgresql_url: str, migrations: Path
) -> None:
    leading: list[str] = []

    async def lead(name: str, heard: bus.Bus) -> None:
        leading.append(name)
        try:
            await heard.fail_when_away(patience_s=0.2)
        finally:
            leading.remove(name)

    async with AsyncExitStack() as stack:
        for name in ("one", "two"):
            opened = await stack.enter_async_context(database.connect(postgresql_url, migrations))
            server = stack.enter_context(ExitStack())
            heard = await stack.enter_async_context(bus.connect(server.enter_context(serving()), None, name))
            work = opened.lead_forever(Turn.TENDING_SESSIONS, partial(lead, name, heard))
            await stack.enter_async_context(background(work))
            if name == "one":
                await eventually(lambda: leading == ["one"])
                first = server
        first.close()
        await eventually(lambda: leading == ["two"])


async def _cut_leader(opened: Database) -> None:
    """End the connection that holds the lease, as a network or a server does."""
    holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # noqa: E501
    async with opened.write() as transaction:
        await transaction.execute(sa.text(f"SELECT pg_terminate_backend(pid) FROM ({holders}) AS holding"))
