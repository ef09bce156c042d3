"""The fence before a camera: no older epoch, no grant that has run out, one command at a time."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Aborted, Denied, FailedPrecondition
from services.streams.commands import Command, Kind
from services.streams.pointings import Pointing
from services.streams.relay.control import Fence, Grant, Turn
from services.streams.relay.helm import ControlAddress

WHERE = ControlAddress("http://127.0.0.1/ptz/1")
LEFT = Command(Kind.MOVE, -1)


@dataclass
class Camera:
    """A camera that notes what it was told, when it is let."""

    told: list[int] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def look(self, _where: ControlAddress, _turn: Turn) -> Pointing:
        return Pointing(0.5, 0.0, 0.25)

    async def obey(self, _where: ControlAddress, _command: Command, turn: Turn) -> tuple[()]:
        turn.begin_write()
        await self.may_answer.wait()
        self.told.append(turn.epoch)
        return ()


def grant(clock: ManualClock, epoch: int) -> Grant:
    return Grant("districts/1/cameras/1", "principals/p", epoch, clock.now() + timedelta(seconds=2))


async def test_an_older_epoch_never_reaches_the_camera() -> None:
    clock, camera = ManualClock(), Camera()
    camera.may_answer.set()
    fence = Fence({"http": camera}, clock)
    await fence.command(grant(clock, 5), WHERE, LEFT)
    with pytest.raises(Aborted) as refusal:
        await fence.command(grant(clock, 4), WHERE, LEFT)
    assert refusal.value.metadata["current"] == "5"
    assert camera.told == [5]


async def test_a_command_that_waited_behind_a_newer_epoch_is_dropped() -> None:
    clock, camera = ManualClock(), Camera()
    fence = Fence({"http": camera}, clock)
    first, second, newer = (
        asyncio.create_task(fence.command(grant(clock, epoch), WHERE, LEFT)) for epoch in (5, 5, 6)
    )  # fmt: skip
    await asyncio.sleep(0)
    camera.may_answer.set()
    await asyncio.gather(first, newer)
    with pytest.raises(Aborted):
        await second
    assert camera.told == [5, 6]


async def test_a_grant_that_ran_out_while_waiting_commands_nothing() -> None:
    clock, camera = ManualClock(), Camera()
    fence = Fence({"http": camera}, clock)
    first, second = (asyncio.create_task(fence.command(grant(clock, 5), WHERE, LEFT)) for _ in range(2))
    await asyncio.sleep(0)
    clock.advance(timedelta(seconds=2))
    camera.may_answer.set()
    await first
    with pytest.raises(Denied, match="ran out"):
        await second


async def test_a_grant_from_a_clock_that_runs_ahead_lasts_two_seconds_at_most() -> None:
    clock, camera = ManualClock(), Camera()
    fence = Fence({"http": camera}, clock)
    ahead = Grant("districts/1/cameras/1", "principals/p", 5, clock.now() + timedelta(hours=1))
    first, second = (asyncio.create_task(fence.command(ahead, WHERE, LEFT)) for _ in range(2))
    await asyncio.sleep(0)
    clock.advance(timedelta(seconds=3))
    camera.may_answer.set()
    await first
    with pytest.raises(Denied):
        await second


async def test_a_camera_without_control_address_is_said_to_be_so() -> None:
    clock = ManualClock()
    with pytest.raises(FailedPrecondition, match="can't be pointed"):
        await Fence({}, clock).command(grant(clock, 1), ControlAddress(""), LEFT)


@pytest.mark.parametrize("was_moving", [False, True])
async def test_a_move_on_its_way_as_control_passes_on_is_stopped_as_soon_as_it_has_arrived(was_moving: bool) -> None:
    clock, camera = ManualClock(), Camera()
    fence = Fence({"http": camera}, clock)
    if was_moving:
        camera.may_answer.set()
        await fence.command(grant(clock, 5), WHERE, LEFT)
        camera.may_answer.clear()
    on_its_way = asyncio.create_task(fence.command(grant(clock, 5), WHERE, LEFT))
    await asyncio.sleep(0)
    passing = asyncio.create_task(fence.take({"districts/1/cameras/1": 6}))
    await asyncio.sleep(0)
    camera.may_answer.set()
    await asyncio.gather(on_its_way, passing)
    [(_, helm, moving)] = fence.helms.moving()
    assert (helm.epoch, moving.stop_at_s) == (6, clock.monotonic()), "not a second later"
