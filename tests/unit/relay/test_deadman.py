"""The dead man's stop, on a clock turned by hand and a camera that answers when it is let."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Aborted, Unavailable
from services.chassis.tasks import background
from services.streams.commands import Command, Kind
from services.streams.pointings import Pointing
from services.streams.relay.control import STOP, Fence, Grant, Turn
from services.streams.relay.deadman import DeadMan
from services.streams.relay.helm import ControlAddress
from tests.eventually import eventually

CAMERA = "districts/1/cameras/1"
WHERE = ControlAddress("http://127.0.0.1/ptz/1")
LEFT, RIGHT, THERE = Command(Kind.MOVE, -1), Command(Kind.MOVE, 1), Command(Kind.POINT_TO, 0.5)


@dataclass
class Camera:
    """Notes what it was told with the epoch; refuses while it ``is_away``, having heard it all the same."""

    told: list[tuple[Command, int]] = field(default_factory=list)
    is_away: bool = False

    async def look(self, _where: ControlAddress, _turn: Turn) -> Pointing:
        return Pointing(0.5, 0.0, 0.25)

    async def obey(self, _where: ControlAddress, command: Command, turn: Turn) -> tuple[()]:
        turn.begin_write()
        self.told.append((command, turn.epoch))
        if self.is_away:
            raise Unavailable("SOURCE_AWAY", "it is silent")
        return ()


@dataclass
class Stand:
    """A fence with a dead man behind it."""

    clock: ManualClock = field(default_factory=ManualClock)
    camera: Camera = field(default_factory=Camera)

    def __post_init__(self) -> None:
        self.fence = Fence({"http": self.camera}, self.clock)
        self.dead_man = DeadMan(self.fence, self.clock)

    async def tell(self, command: Command, epoch: int = 5) -> None:
        grant = Grant(CAMERA, "principals/p", epoch, self.clock.now() + timedelta(seconds=2))
        await self.fence.command(grant, WHERE, command)

    def pass_(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    async def told(self, *wanted: tuple[Command, int]) -> None:
        await eventually(lambda: self.camera.told == list(wanted))

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        async with background(self.dead_man.watch_forever()):
            yield


async def test_a_move_that_is_not_told_again_is_stopped_after_a_second() -> None:
    stand = Stand()
    async with stand.watched():
        await stand.tell(LEFT)
        stand.pass_(0.9)
        await stand.tell(LEFT)
        stand.pass_(0.9)
        await stand.tell(RIGHT)
        assert stand.camera.told == [(LEFT, 5), (LEFT, 5), (RIGHT, 5)]
        stand.pass_(1.0)
        await stand.told((LEFT, 5), (LEFT, 5), (RIGHT, 5), (STOP, 5))
    assert not stand.fence.helms.moving()


@pytest.mark.parametrize("ended_by", [STOP, THERE])
async def test_what_was_stopped_or_pointed_elsewhere_is_not_stopped_again(ended_by: Command) -> None:
    stand = Stand()
    await stand.tell(LEFT)
    await stand.tell(ended_by)
    assert not stand.fence.helms.moving()


async def test_storing_where_it_looks_does_not_end_a_move() -> None:
    stand = Stand()
    await stand.tell(LEFT)
    await stand.tell(Command(Kind.STORE_PRESET, preset="gate"))
    assert stand.fence.helms.moving()


async def test_a_move_is_stopped_under_the_new_epoch_once_control_has_passed_on() -> None:
    stand = Stand()
    async with stand.watched():
        await stand.tell(LEFT)
        await stand.fence.take({CAMERA: 6, "districts/1/cameras/2": 1})
        await stand.told((LEFT, 5), (STOP, 6))
        with pytest.raises(Aborted):
            await stand.tell(LEFT)


async def test_a_camera_that_is_silent_in_mid_move_is_told_again_until_it_stops(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stand = Stand()
    async with stand.watched():
        await stand.tell(LEFT)
        stand.camera.is_away = True
        stand.pass_(1.0)
        await eventually(lambda: len(stand.camera.told) >= 3)
        stand.camera.is_away = False
        await eventually(lambda: not stand.fence.helms.moving())
    assert set(stand.camera.told[1:]) == {(STOP, 5)}
    assert "is told again" in caplog.text


async def test_nothing_is_told_after_the_grant_ran_out_and_that_it_may_move_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stand = Stand()
    await stand.tell(LEFT)
    stand.pass_(2.0)
    with caplog.at_level(logging.ERROR):
        async with stand.watched():
            await eventually(lambda: not stand.fence.helms.moving())
    assert stand.camera.told == [(LEFT, 5)]
    assert "may still move" in caplog.text


async def test_a_move_that_was_not_acknowledged_may_have_been_heard_and_is_stopped() -> None:
    stand = Stand()
    stand.camera.is_away = True
    with pytest.raises(Unavailable):
        await stand.tell(LEFT)
    stand.camera.is_away = False
    stand.pass_(1.0)
    async with stand.watched():
        await stand.told((LEFT, 5), (STOP, 5))


async def test_a_move_that_never_left_is_no_move() -> None:
    stand = Stand()
    await stand.tell(STOP, epoch=6)
    with pytest.raises(Aborted):
        await stand.tell(LEFT)
    assert not stand.fence.helms.moving()


async def test_a_relay_about_to_stop_stops_what_moves_and_moves_nothing_more() -> None:
    stand = Stand()
    async with stand.watched():
        await stand.tell(LEFT)
        await asyncio.wait_for(stand.dead_man.drain(), 5)
        assert stand.camera.told == [(LEFT, 5), (STOP, 5)]
        with pytest.raises(Unavailable, match="about to stop"):
            await stand.tell(LEFT)
        await stand.tell(STOP)
