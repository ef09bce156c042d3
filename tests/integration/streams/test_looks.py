"""Looks on both databases: each ends once, by its relay's own word or, when that can't come any more, by streams'."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis import database
from services.chassis.clock import ManualClock
from services.streams.events import FactEncoder
from services.streams.looks import ENDED_KEPT_FOR, Look, Looks
from services.streams.relocation import LOST_FOR_GOOD_AFTER
from services.streams.store import SessionStore
from services.streams.store.looks import LOOKS, LookStore
from tests.integration.streams.replica import MIGRATIONS, Replica

RELAY = "relay-1"


class Book:
    """Looks of one relay, and what is told of them."""

    def __init__(self, opened: database.Database) -> None:
        self.opened, self.clock = opened, ManualClock()
        self.replica = Replica(opened, self.clock)
        self.store = LookStore(opened, SessionStore(opened).outbox)
        self.looks = Looks(self.store, self.replica, FactEncoder(self.clock), self.clock)  # type: ignore[arg-type] # what it asks of Relays

    def look(self, viewer: str = "192.0.2.1:5000", process: str = "one") -> Look:
        """One that begins now."""
        return Look(
            RELAY, process, "sessions/1", viewer, self.clock.now(), "192.0.2.1", "principals/p",
            "districts/440104/cameras/44010400011320000001", is_sealed=True,
        )  # fmt: skip

    async def told(self) -> list[relay_pb2.Viewer]:
        """The ends that streams told."""
        found = []
        async with self.opened.read() as transaction:
            for (payload,) in await transaction.execute(sa.text("SELECT payload FROM outbox")):
                fact, look = fact_pb2.Fact.FromString(payload), relay_pb2.Viewer()
                assert (fact.kind, fact.is_sealed, fact.principal) == ("streams.viewer.closed", True, "principals/p")
                assert fact.snapshot.Unpack(look)
                found.append(look)
        return found

    async def count(self) -> int:
        """How many are kept."""
        async with self.opened.read() as transaction:
            return int((await transaction.execute(sa.select(sa.func.count()).select_from(LOOKS))).scalar_one())


@pytest.fixture
async def book(database_url: str) -> AsyncIterator[Book]:
    """Nothing in it, and a relay that speaks."""
    async with database.connect(database_url, MIGRATIONS) as opened:
        made = Book(opened)
        made.replica.hear(RELAY)
        yield made


async def test_a_look_that_its_relay_ended_is_not_ended_again_whatever_came_first_or_twice(book: Book) -> None:
    early, late = book.look("192.0.2.1:1"), book.look("192.0.2.1:2")
    await book.store.take([early], [early], book.clock.now())
    await book.store.take([], [late], book.clock.now())
    await book.store.take([late, early], [], book.clock.now())
    book.replica.hear(RELAY, process="two")
    await book.looks.close_lost()
    assert await book.told() == []


async def test_the_looks_of_a_process_that_was_replaced_end_when_it_was_last_heard(book: Book) -> None:
    await book.store.take([book.look(), book.look("192.0.2.1:5001")], [], book.clock.now())
    last_heard_at = book.clock.now()
    book.clock.advance(timedelta(seconds=1))
    book.replica.hear(RELAY, process="two")
    await book.store.take([book.look(process="two")], [], book.clock.now())
    for _ in range(2):
        await book.looks.close_lost()
    told = await book.told()
    assert sorted(look.viewer for look in told) == ["192.0.2.1:5000", "192.0.2.1:5001"]
    assert {look.close_reason for look in told} == {f"relay lost, last heard at {last_heard_at.isoformat()}"}
    assert {look.process for look in told} == {"one"}
    assert {look.close_time.ToDatetime(UTC) for look in told} == {last_heard_at}


async def test_the_looks_of_a_silent_relay_end_only_when_its_lease_is_over(book: Book) -> None:
    await book.store.take([book.look()], [], book.clock.now())
    book.clock.advance(LOST_FOR_GOOD_AFTER)
    await book.looks.close_lost()
    assert await book.told() == [], "it may be back, and tell itself"
    book.clock.advance(timedelta(seconds=1))
    await book.looks.close_lost()
    assert len(await book.told()) == 1


async def test_a_look_that_began_after_its_relay_was_last_heard_ends_when_it_began(book: Book) -> None:
    book.clock.advance(timedelta(milliseconds=400))
    look = book.look()
    await book.store.take([look], [], book.clock.now())
    book.clock.advance(LOST_FOR_GOOD_AFTER + timedelta(seconds=1))
    await book.looks.close_lost()
    [told] = await book.told()
    assert told.close_time == told.open_time


async def test_what_has_ended_is_forgotten_after_a_while(book: Book) -> None:
    await book.store.take([book.look()], [replace(book.look(), viewer="192.0.2.1:2")], book.clock.now())
    book.clock.advance(ENDED_KEPT_FOR + timedelta(seconds=1))
    book.replica.hear(RELAY)
    await book.looks.close_lost()
    assert await book.count() == 1, "the one that is open"
