"""Commands to cameras, fenced: one at a time per camera, never of an older epoch, never after the grant has run out.

The grant's two seconds are measured on the monotonic clock from its arrival and looked at immediately before each write
to the camera. What remains, for cameras that can't check epochs, is one command already in the socket (Article 18).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from services.chassis.clock import Clock
from services.chassis.errors import Aborted, Denied, Exhausted, FailedPrecondition, Unavailable
from services.streams.commands import Command, Kind
from services.streams.pointings import Pointing
from services.streams.relay.helm import ControlAddress, Helm, Helms, Motion, motion
from services.streams.relay.presets import KeptPreset

GRANT_LIFETIME_S = 2.0
STOP = Command(Kind.MOVE)
LOOK_S = 0.5  # that a camera may take to say where it looks: most of a grant is left for the command behind it
_TRY_S = 0.4  # that one stop may take: a camera that is silent is told again


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions' signed word: who may command which camera under which epoch, until when.

    One that ``restores`` is the platform's own: it has the camera look somewhere, unless the holder pointed it before.
    """

    camera: str
    principal: str
    epoch: int
    expires_at: datetime
    restores: bool = False


@dataclass(slots=True)
class Turn:
    """One command's turn at its camera: nothing is written there but what ``begin_write`` let through just before."""

    clock: Clock
    camera: str
    helm: Helm
    epoch: int
    deadline_s: float
    written_s: float | None = None

    @property
    def left_s(self) -> float:
        """Seconds until nothing more may be written."""
        return self.deadline_s - self.clock.monotonic()

    def check(self) -> None:
        """Aborted for an epoch that is stale by now, Denied when the grant has run out."""
        self.helm.refuse_stale(self.epoch)
        if self.left_s <= 0:
            raise Denied("TOKEN_INVALID", "the grant of control ran out before the camera could be told; ask again")

    def begin_write(self) -> None:
        """Immediately before each write to the camera; raises as ``check`` does, and then nothing may be written."""
        self.check()
        self.written_s = self.clock.monotonic()


class Driver(Protocol):
    """How one kind of camera is told. Whatever it answers is hostile."""

    async def obey(self, where: ControlAddress, command: Command, turn: Turn) -> tuple[KeptPreset, ...]:
        """Return once the camera has taken it: the presets asked for, or the one stored.

        Raises errors.Unavailable when the camera does not take it before the turn is over.
        """
        ...

    async def look(self, where: ControlAddress, turn: Turn) -> Pointing:
        """Where the camera looks, by its own word; errors.Error when it can't say. Commands nothing."""
        ...


class Fence:
    """Knows the highest epoch seen of each camera, and lets nothing older pass."""

    def __init__(self, drivers: Mapping[str, Driver], clock: Clock, helms: Helms | None = None) -> None:
        self.helms = helms or Helms()
        self.is_draining = False
        self.epoch_refusals = 0  # commands of a holder that was
        self._drivers = drivers
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # of commands under way

    async def command(self, grant: Grant, where: ControlAddress, command: Command) -> tuple[KeptPreset, ...]:
        """Tell the camera, or raise: Aborted for a stale epoch, Denied for a grant run out."""
        try:
            return await self._fenced(grant, where, command)
        except Aborted as refusal:
            self.epoch_refusals += refusal.reason == "EPOCH_STALE"
            raise

    async def _fenced(self, grant: Grant, where: ControlAddress, command: Command) -> tuple[KeptPreset, ...]:
        driver, turn = self._begun(grant, where, GRANT_LIFETIME_S)
        async with self._lock(grant.camera):
            turn.check()
            self._refuse_motion(command)
            _settle_who_points(turn.helm, grant, command)
            is_done = False
            try:
                answer = await driver.obey(where, command, turn)
                is_done = True
            finally:  # a move that was not acknowledged may have been heard: it is stopped like any other
                self._note(where, command, turn, is_done=is_done)
            return answer

    async def look(self, grant: Grant, where: ControlAddress) -> Pointing:
        """Where the camera looks before the holder commands it; errors.Error when it can't say that soon."""
        driver, turn = self._begun(grant, where, LOOK_S)
        try:
            async with asyncio.timeout(LOOK_S), self._lock(grant.camera):
                turn.check()
                return await driver.look(where, turn)
        except TimeoutError:
            raise Unavailable("SOURCE_AWAY", "the camera does not say in time where it looks") from None

    async def take(self, epochs: Mapping[str, int]) -> None:
        """Control has passed: nothing of an older epoch goes through, and what moves under one is stopped.

        Returns once what was on its way has arrived. Raises Exhausted when it can't keep them all; none of what it
        knows is behind for that.
        """
        now_s, full = self._clock.monotonic(), None
        for camera, epoch in epochs.items():
            try:
                self.helms.take(camera, epoch, now_s)
            except Aborted:
                continue  # it knows of a newer one
            except Exhausted as refusal:
                full = refusal
        for turn in [turn for camera in epochs if (turn := self._turns.get(camera)) is not None]:
            async with turn:
                continue
        if full is not None:
            raise full

    async def halt(self, camera: str, helm: Helm, moving: Motion) -> bool:
        """Tell a camera once to stop, under the epoch of now; False when another command came first."""
        async with self._lock(camera):
            if helm.motion is not moving:
                return False
            deadline_s = min(self._clock.monotonic() + _TRY_S, moving.until_s)
            turn = Turn(self._clock, camera, helm, helm.epoch, deadline_s)
            turn.check()
            await self._driver(camera, moving.where).obey(moving.where, STOP, turn)
            self.helms.stands(camera)
            return True

    def _begun(self, grant: Grant, where: ControlAddress, most_s: float) -> tuple[Driver, Turn]:
        left_s = (grant.expires_at - self._clock.now()).total_seconds()
        now_s = self._clock.monotonic()
        driver = self._driver(grant.camera, where)
        helm = self.helms.take(grant.camera, grant.epoch, now_s)
        return driver, Turn(self._clock, grant.camera, helm, grant.epoch, now_s + min(left_s, most_s))

    def _driver(self, camera: str, where: ControlAddress) -> Driver:
        driver = self._drivers.get(urlsplit(where.uri).scheme)
        if driver is None:
            raise FailedPrecondition("STATE_WRONG", f"{camera} can't be pointed: it has no control address")
        return driver

    def _lock(self, camera: str) -> asyncio.Lock:
        return self._turns.setdefault(camera, asyncio.Lock())

    def _refuse_motion(self, command: Command) -> None:
        if self.is_draining and command.is_motion:
            raise Unavailable("SERVICE_AWAY", "this relay is about to stop and moves no camera; try again")

    def _note(self, where: ControlAddress, command: Command, turn: Turn, *, is_done: bool) -> None:
        """What moves now, after a command that was written, acknowledged or not."""
        if turn.written_s is not None and command.is_motion:
            moving = motion(where, turn.written_s, turn.deadline_s)
            if turn.epoch < turn.helm.epoch:  # control passed on while it was on its way: it is stopped at once
                moving.stop_at_s = turn.written_s
            self.helms.moves(turn.camera, moving)
        elif command.ends_motion and is_done:
            self.helms.stands(turn.camera)


def _settle_who_points(helm: Helm, grant: Grant, command: Command) -> None:
    """Let the platform bring the camera back only where its holder has not pointed it under this epoch."""
    if not grant.restores:
        helm.is_pointed = helm.is_pointed or command.points
        return
    if command.kind is not Kind.POINT_TO:
        raise Denied("TOKEN_INVALID", "this grant is for bringing a camera back to where it looked, and no more")
    helm.refuse_pointed()
