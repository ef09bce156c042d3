"""Commands to cameras, fenced: one at a time per camera, never of an older epoch, never after the grant has run out.

The grant's two seconds are measured on the monotonic clock from its arrival and looked at immediately before the write
to the camera. What remains, for cameras that can't check epochs, is one command already in the socket (Article 18).
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from services.chassis.clock import Clock
from services.chassis.errors import Aborted, Denied, FailedPrecondition

GRANT_LIFETIME_S = 2.0


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions' signed word: who may command which camera under which epoch, until when."""

    camera: str
    principal: str
    epoch: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Velocity:
    """From -1 to 1 each; all zero stops."""

    pan: float
    tilt: float
    zoom: float


@dataclass(frozen=True, slots=True)
class ControlAddress:
    """Where a camera takes commands; the URI's scheme picks the driver. The password is in no repr."""

    uri: str
    username: str = ""
    password: str = field(default="", repr=False)


class Driver(Protocol):
    """How one kind of camera is told to move."""

    async def move(self, where: ControlAddress, velocity: Velocity, epoch: int) -> None:
        """Return once the camera has taken it; errors.Unavailable when it does not answer."""
        ...


class Fence:
    """Knows the highest epoch seen of each camera, and lets nothing older pass."""

    def __init__(self, drivers: Mapping[str, Driver], clock: Clock) -> None:
        self._drivers = drivers
        self._clock = clock
        self._epochs: dict[str, int] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def command(self, grant: Grant, where: ControlAddress, velocity: Velocity) -> None:
        """Have the camera move, or raise: Aborted for a stale epoch, Denied for a grant run out."""
        left_s = (grant.expires_at - self._clock.now()).total_seconds()
        deadline_s = self._clock.monotonic() + min(left_s, GRANT_LIFETIME_S)
        driver = self._drivers.get(urlsplit(where.uri).scheme)
        if driver is None:
            raise FailedPrecondition("STATE_WRONG", f"{grant.camera} can't be pointed: it has no control address")
        self._refuse_stale(grant)
        self._epochs[grant.camera] = grant.epoch
        async with self._turns[grant.camera]:
            self._refuse_stale(grant)
            if self._clock.monotonic() >= deadline_s:
                raise Denied("TOKEN_INVALID", "the grant of control ran out before the camera could be told; ask again")
            await driver.move(where, velocity, grant.epoch)

    async def take(self, epochs: Mapping[str, int]) -> None:
        """Control has passed: nothing of an older epoch goes through. Returns once what was on its way has arrived."""
        for camera, epoch in epochs.items():
            self._epochs[camera] = max(epoch, self._epochs.get(camera, 0))
        for camera in epochs.keys() & self._turns.keys():
            async with self._turns[camera]:
                continue

    def _refuse_stale(self, grant: Grant) -> None:
        current = self._epochs.get(grant.camera, grant.epoch)
        if grant.epoch < current:
            raise Aborted(
                "EPOCH_STALE", f"control has passed on: epoch {grant.epoch} is older than {current}",
                epoch=str(grant.epoch), current=str(current),
            )  # fmt: skip
