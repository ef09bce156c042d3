"""The one relay of each camera: it stays as long as that relay serves, and is claimed in the database by one of many.

So every session of a camera is on one relay, and so are its commands, whichever replica of streams places it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from services.chassis import errors
from services.chassis.clock import Clock
from services.streams.domain import Session
from services.streams.limits import Bound, bound_of
from services.streams.placement import Relay
from services.streams.pool import Standing
from services.streams.relocation import KEPT_FOR, TOUCHED_EVERY, Place

PATIENCE_S = 1.5  # that a call waits for a relay to come back, or for another one
_LOOK_EVERY_S = 0.05
_RETRY_AFTER = timedelta(seconds=1)


class Placements(Protocol):
    """Where places are kept."""

    async def find(self, camera: str) -> Place | None: ...

    async def claim(self, place: Place) -> bool:
        """Put the camera there, when it is where ``place.former`` says or nowhere; False when it is not."""
        ...

    async def claim_unwatched(self, place: Place) -> bool:
        """Take it from ``place.former`` there; False when it is not at that one, or has an open session."""
        ...

    async def has_room(self, bound: Bound, viewers: int) -> bool:
        """Whether the relay that is bounded so could have a session for so many viewers more."""
        ...

    async def touch(self, place: Place) -> None:
        """It is used."""
        ...

    async def forget(self, before: datetime) -> None:
        """Those last used before that, of cameras without an open session."""
        ...


class Pool(Protocol):
    """The relays."""

    def standing(self, relay: str) -> Standing: ...

    def find(self, name: str) -> Relay: ...

    def ranked(self, camera: str) -> Sequence[Relay]:
        """Every relay that serves, the one for the camera first."""
        ...


@dataclass(frozen=True)
class Places:
    """Complete once constructed."""

    placements: Placements
    relays: Pool
    clock: Clock
    patience_s: float = PATIENCE_S

    async def of(self, camera: str) -> Relay:
        """The relay of a camera, chosen now when it has none that serves.

        Waits a little for one; errors.Unavailable with the time to come back when none serves.
        """
        deadline_s = self.clock.monotonic() + self.patience_s
        while (relay := await self._now_of(camera)) is None:
            if self.clock.monotonic() >= deadline_s:
                raise errors.Unavailable(
                    "SERVICE_AWAY", "no relay is alive; try again", retry_after=_RETRY_AFTER, service="relay"
                )
            await asyncio.sleep(_LOOK_EVERY_S)
        return relay

    async def elsewhere(self, session: Session) -> Relay | None:
        """A relay with room for a new session whose camera is at one that is full; None when no other can have it.

        A camera that is watched stays where it is: it is pulled once.
        """
        full, viewers = session.relay, session.viewer_limit
        for relay in self.relays.ranked(session.camera):
            if relay.name != full and await self.placements.has_room(bound_of(relay, session), viewers):
                now = self.clock.now()
                is_ours = await self.placements.claim_unwatched(Place(session.camera, relay.name, now, now, full))
                return relay if is_ours else None
        return None

    async def to_command(self, camera: str) -> tuple[Relay, timedelta]:
        """The relay that commands the camera, and how long it must wait: one before it may still be commanding."""
        relay = await self.of(camera)
        place = await self.placements.find(camera)
        return relay, place.commands_wait(self.clock.now()) if place else timedelta()

    async def _now_of(self, camera: str) -> Relay | None:
        place = await self.placements.find(camera)
        standing = self.relays.standing(place.relay) if place else Standing.LOST
        now = self.clock.now()
        if place and standing is Standing.SERVING:
            if now - place.used_at > TOUCHED_EVERY:
                await self.placements.touch(replace(place, used_at=now))
            return self.relays.find(place.relay)
        serving = self.relays.ranked(camera) if standing is not Standing.DOUBTFUL else ()  # that one is back at once
        if not serving:
            return None
        chosen = serving[0]
        is_ours = await self.placements.claim(Place(camera, chosen.name, now, now, place.relay if place else ""))
        return chosen if is_ours else None

    async def forget_unused(self) -> None:
        """Forget the places of cameras that nobody watches or commands: they are chosen anew, by today's loads."""
        await self.placements.forget(self.clock.now() - KEPT_FOR)
