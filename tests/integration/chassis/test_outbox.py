"""The outbox: nothing committed is lost while the bus is away, nothing uncommitted is told, and all of it in order."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis import database
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.streams.store import metadata
from tests.eventually import eventually

MIGRATIONS = Path(__file__).parents[3] / "services" / "streams" / "migrations"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MIB = 1024 * 1024


def message(number: int, after_s: int = 0, size: int = 0) -> Message:
    payload = str(number).encode().ljust(size)
    return Message(str(uuid.uuid4()), "kapok.v1.facts.test", payload, NOW + timedelta(seconds=after_s))


class Bus:
    """A publisher that is away until it is let in; it notes what it stored, in order, and how much it had at once."""

    def __init__(self, *, is_away: bool = False) -> None:
        self.is_away = is_away
        self.tries = 0
        self.stored: list[bytes] = []
        self.bytes_at_once = self.most_bytes = 0

    async def publish_durable(self, _subject: str, payload: bytes, _message_id: str) -> None:
        self.tries += 1
        if self.is_away:
            raise OSError("away")
        self.stored.append(payload)
        self.bytes_at_once += len(payload)
        self.most_bytes = max(self.most_bytes, self.bytes_at_once)
        await asyncio.sleep(0.001)
        self.bytes_at_once -= len(payload)

    def numbers(self) -> list[int]:
        return [int(payload) for payload in self.stored]


@asynccontextmanager
async def publishing(bus: Bus, *outboxes: Outbox) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(outbox.publish_forever(bus)) for outbox in outboxes]
        yield
        for task in running:
            task.cancel()


async def is_empty(opened: Database) -> bool:
    async with opened.read() as transaction:
        return not (await transaction.execute(sa.text("SELECT 1 FROM outbox"))).all()


async def commit(opened: Database, outbox: Outbox, *messages: Message) -> None:
    async with opened.write() as transaction:
        await outbox.add(transaction, *messages)
    outbox.wake()


async def test_what_was_committed_while_the_bus_was_away_is_told_in_order_when_it_returns(database_url: str) -> None:
    async with database.connect(database_url, MIGRATIONS) as opened:
        outbox, bus = Outbox(opened, metadata), Bus(is_away=True)
        for number in range(5):
            await commit(opened, outbox, message(number, after_s=number))
        async with publishing(bus, outbox):
            await eventually(lambda: bus.tries)
            bus.is_away = False
            outbox.wake()
            await eventually(lambda: is_empty(opened))
        assert bus.numbers() == [0, 1, 2, 3, 4]


async def test_a_transaction_may_tell_nothing(database_url: str) -> None:
    async with database.connect(database_url, MIGRATIONS) as opened:
        await commit(opened, Outbox(opened, metadata))
        assert await is_empty(opened)


async def test_a_fact_of_a_transaction_that_failed_is_never_told(database_url: str) -> None:
    async with database.connect(database_url, MIGRATIONS) as opened:
        outbox = Outbox(opened, metadata)

        async def fail() -> None:
            async with opened.write() as transaction:
                await outbox.add(transaction, message(1))
                raise ValueError

        with pytest.raises(ValueError):
            await fail()
        assert await is_empty(opened)


async def test_facts_of_the_same_moment_are_told_in_the_order_in_which_they_were_added(database_url: str) -> None:
    """Their ids are random: an order by id would not be this one. More of them than a batch holds."""
    async with database.connect(database_url, MIGRATIONS) as opened:
        outbox, bus = Outbox(opened, metadata), Bus()
        await commit(opened, outbox, *map(message, range(300)))
        await commit(opened, outbox, *map(message, range(300, 310)))
        async with publishing(bus, outbox):
            await eventually(lambda: is_empty(opened))
        assert bus.numbers() == list(range(310))


async def test_a_clock_that_is_set_back_does_not_change_the_order(database_url: str) -> None:
    async with database.connect(database_url, MIGRATIONS) as opened:
        outbox, bus = Outbox(opened, metadata), Bus()
        await commit(opened, outbox, message(0))
        await commit(opened, outbox, message(1, after_s=-60))
        async with publishing(bus, outbox):
            await eventually(lambda: is_empty(opened))
        assert bus.numbers() == [0, 1]


async def test_large_facts_are_published_a_few_megabytes_at_a_time(database_url: str) -> None:
    async with database.connect(database_url, MIGRATIONS) as opened:
        outbox, bus = Outbox(opened, metadata), Bus()
        for number in range(20):
            await commit(opened, outbox, message(number, size=900 * 1024))
        async with publishing(bus, outbox):
            await eventually(lambda: is_empty(opened))
        assert bus.numbers() == list(range(20))
        assert 4 * MIB < bus.most_bytes <= 8 * MIB


async def test_a_fact_larger_than_a_batch_is_published_alone(database_url: str) -> None:
    async with database.connect(database_url, MIGRATIONS) as opened:
        outbox, bus = Outbox(opened, metadata), Bus()
        await commit(opened, outbox, message(0), message(1, size=9 * MIB), message(2))
        async with publishing(bus, outbox):
            await eventually(lambda: is_empty(opened))
        assert bus.numbers() == [0, 1, 2]
        assert bus.most_bytes == 9 * MIB


class ReplicaBus(Bus):
    """One replica's way to the bus; it notes when another replica had messages on the way at the same time."""

    on_the_way: dict["ReplicaBus", int]

    def __init__(self, on_the_way: dict["ReplicaBus", int], stored: list[bytes]) -> None:
        super().__init__()
        self.on_the_way, self.stored = on_the_way, stored
        on_the_way[self] = 0
        self.has_met_another = False

    async def publish_durable(self, subject: str, payload: bytes, message_id: str) -> None:
        self.on_the_way[self] += 1
        self.has_met_another |= sum(map(bool, self.on_the_way.values())) > 1
        await super().publish_durable(subject, payload, message_id)
        self.on_the_way[self] -= 1


async def test_two_replicas_publish_each_fact_once_and_never_at_once(postgresql_url: str) -> None:
    on_the_way: dict[ReplicaBus, int] = {}
    stored: list[bytes] = []
    async with (
        database.connect(postgresql_url, MIGRATIONS) as one,
        database.connect(postgresql_url, MIGRATIONS) as other,
    ):
        first, second = Outbox(one, metadata), Outbox(other, sa.MetaData())
        buses = ReplicaBus(on_the_way, stored), ReplicaBus(on_the_way, stored)
        await commit(one, first, *map(message, range(1000)))
        async with publishing(buses[0], first), publishing(buses[1], second):
            await commit(other, second, message(1000, after_s=1))
            await eventually(lambda: is_empty(one))
    assert [int(payload) for payload in stored] == list(range(1001))
    assert [bus.tries > 0 for bus in buses] == [True, True]  # else nothing was shown
    assert [bus.has_met_another for bus in buses] == [False, False]


async def test_a_replica_that_ends_in_its_turn_leaves_its_facts_to_the_other(postgresql_url: str) -> None:
    async with (
        database.connect(postgresql_url, MIGRATIONS) as one,
        database.connect(postgresql_url, MIGRATIONS) as other,
    ):
        first, second = Outbox(one, metadata), Outbox(other, sa.MetaData())
        never, bus = NeverBus(), Bus()
        await commit(one, first, message(0))
        async with publishing(never, first):
            await eventually(lambda: never.tries)
        async with publishing(bus, second):
            await eventually(lambda: is_empty(other))
    assert bus.numbers() == [0]


class NeverBus(Bus):
    """Takes a message and does not answer."""

    async def publish_durable(self, _subject: str, _payload: bytes, _message_id: str) -> None:
        self.tries += 1
        await asyncio.Event().wait()


async def test_a_database_that_cuts_the_connection_does_not_end_the_publisher(postgresql_url: str) -> None:
    async with database.connect(postgresql_url, MIGRATIONS) as opened:
        outbox, bus = Outbox(opened, metadata), CuttingBus(opened)
        await commit(opened, outbox, message(0))
        async with publishing(bus, outbox):
            await eventually(lambda: bus.tries)
            await commit(opened, outbox, message(1))
            await eventually(lambda: is_empty(opened))
    assert set(bus.numbers()) == {0, 1}  # the first perhaps twice: consumers are idempotent


class CuttingBus(Bus):
    """Has the database end the connection that holds the publisher's turn, once."""

    def __init__(self, opened: Database) -> None:
        super().__init__()
        self._opened = opened

    async def publish_durable(self, subject: str, payload: bytes, message_id: str) -> None:
        if not self.tries:
            holder = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            async with self._opened.write() as transaction:
                await transaction.execute(sa.text(holder))
        await super().publish_durable(subject, payload, message_id)
