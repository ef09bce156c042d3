"""The outbox: nothing committed is lost while the bus is away, nothing uncommitted is told."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis import database
from services.chassis.outbox import Message, Outbox
from services.streams.store import metadata
from tests.eventually import eventually

MIGRATIONS = Path(__file__).parents[3] / "services" / "streams" / "migrations"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(number: int) -> Message:
    return Message(str(uuid.uuid4()), "kapok.v1.facts.test", str(number).encode(), NOW + timedelta(seconds=number))


class Bus:
    """A publisher that is away until it is let in; it notes what it stored, in order."""

    def __init__(self) -> None:
        self.is_away = True
        self.tries = 0
        self.stored: list[bytes] = []

    async def publish_durable(self, _subject: str, payload: bytes, _message_id: str) -> None:
        self.tries += 1
        if self.is_away:
            raise OSError("away")
        self.stored.append(payload)


async def test_what_was_committed_while_the_bus_was_away_is_told_in_order_when_it_returns(tmp_path: Path) -> None:
    async with database.connect(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", MIGRATIONS) as opened:
        outbox, bus = Outbox(opened, metadata), Bus()
        for number in range(5):
            async with opened.write() as transaction:
                await outbox.add(transaction, message(number))
        async with asyncio.TaskGroup() as tasks:
            publishing = tasks.create_task(outbox.publish_forever(bus))
            await eventually(lambda: bus.tries)
            bus.is_away = False
            outbox.wake()
            await eventually(lambda: len(bus.stored) == 5)
            publishing.cancel()
        assert bus.stored == [b"0", b"1", b"2", b"3", b"4"]
        async with opened.read() as transaction:
            assert not (await transaction.execute(sa.text("SELECT * FROM outbox"))).all()


async def test_a_fact_of_a_transaction_that_failed_is_never_told(tmp_path: Path) -> None:
    async with database.connect(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", MIGRATIONS) as opened:
        outbox = Outbox(opened, metadata)

        async def fail() -> None:
            async with opened.write() as transaction:
                await outbox.add(transaction, message(1))
                raise ValueError

        with pytest.raises(ValueError):
            await fail()
        async with opened.read() as transaction:
            assert not (await transaction.execute(sa.text("SELECT * FROM outbox"))).all()
