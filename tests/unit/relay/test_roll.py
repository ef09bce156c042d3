"""Roll calls: what is not this relay's any more goes, what came after the roll was read stays."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Unavailable
from services.streams.relay.book import Book
from services.streams.relay.doorkeeper import Doorkeeper
from services.streams.relay.gate import Peer, Token
from services.streams.relay.lease import Lease
from services.streams.relay.roll import RollCall, answer, leave
from tests.unit.relay import cases

HERE = Peer("10.0.0.1", 4000)


@pytest.fixture
async def gate() -> Doorkeeper:
    """A relay that has heard permissions; nobody watches, so that nothing needs an ender."""
    clock = ManualClock()
    lease = Lease(timedelta(seconds=60))
    lease.heartbeat(5, 1, clock.now(), clock.now(), clock.monotonic())
    unused: Any = None
    keeper = Doorkeeper(
        read_token=lambda text: Token(f"sessions/{text}", clock.at + timedelta(seconds=60)),
        book=Book(unused), record=unused, ender=unused, lease=lease, clock=clock,
    )  # fmt: skip
    keeper.adopt(cases.FIRST)
    return keeper


async def keep(gate: Doorkeeper, name: str) -> None:
    await gate.keep(cases.session(name, expires_at=gate.clock.now() + timedelta(minutes=5)))


def names(gate: Doorkeeper) -> set[str]:
    return {session.name for session in gate.sessions.all()}


def fall_silent(gate: Doorkeeper) -> None:
    gate.tenure.speaks(0.0, 0, has_sessions=True)
    gate.tenure.speaks(5.0, 0, has_sessions=True)


async def test_what_is_not_called_goes_and_what_is_not_there_is_named(gate: Doorkeeper) -> None:
    await keep(gate, "sessions/a")
    await keep(gate, "sessions/b")
    missing = answer(gate, RollCall(["sessions/b", "sessions/c"], gate.tenure.orders, 0, "it is at another relay"))
    assert missing == ["sessions/c"]
    assert names(gate) == {"sessions/b"}


async def test_what_was_assigned_after_the_roll_was_read_stays(gate: Doorkeeper) -> None:
    await keep(gate, "sessions/a")
    announced = gate.tenure.orders
    await keep(gate, "sessions/b")
    await keep(gate, "sessions/a")  # moved away and back again
    answer(gate, RollCall([], announced, 0, "it is at another relay"))
    assert names(gate) == {"sessions/a", "sessions/b"}


async def test_who_comes_to_a_relay_in_doubt_waits_until_its_roll_is_called(
    gate: Doorkeeper,
) -> None:
    await keep(gate, "sessions/s")
    fall_silent(gate)
    with pytest.raises(Unavailable, match="asks which sessions"):
        await keep(gate, "sessions/t")
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        newcomer = tasks.create_task(gate.admit("/s/s?token=s", HERE))
        await asyncio.sleep(0)
        assert not newcomer.done()
        answer(gate, RollCall(["sessions/s"], gate.tenure.orders, gate.tenure.open_doubt, ""))
    assert newcomer.result().session == "sessions/s"
    await keep(gate, "sessions/t")


async def test_a_doubt_that_nobody_answers_ends_everything(gate: Doorkeeper) -> None:
    await keep(gate, "sessions/s")
    fall_silent(gate)
    gate.sweep()
    assert names(gate) == {"sessions/s"}
    gate.clock.advance(timedelta(seconds=16))  # type: ignore[attr-defined] # turned by hand
    gate.sweep()
    assert names(gate) == set()
    gate.lease.heartbeat(5, 1, gate.clock.now(), gate.clock.now(), gate.clock.monotonic())
    await keep(gate, "sessions/t")


async def test_who_drains_keeps_what_it_has_takes_nothing_new_and_leaves_with_the_last_one(gate: Doorkeeper) -> None:
    await keep(gate, "sessions/s")
    gate.tenure.is_draining = True
    await keep(gate, "sessions/s")  # renewed
    with pytest.raises(Unavailable, match="drains"):
        await keep(gate, "sessions/t")
    await leave(gate, timedelta(milliseconds=1))
    assert names(gate) == {"sessions/s"}, "its patience is over"
    gate.sessions.end_all("moved")
    await leave(gate, timedelta(hours=1))
