"""Bringing cameras back to where they looked before a takeover commanded them (Article 18): durable, on record.

    first command of a takeover    the relay asks the camera where it looks ─► kept, with the command ─► the command
    each second                    permissions says which takeovers are over ─► owed ─► ordered on record ─► the relay
                                   tells the camera under the holder's epoch, unless the holder pointed it first

What is owed survives a restart, is tried for five minutes after the end, and then given up on record.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.outbox import Message
from services.chassis.tasks import stop_if_cancelled
from services.streams.kept_pointings import (
    TRIED_FOR,
    Change,
    Due,
    KeptPointings,
    Over,
    on_command,
    on_dropped,
    on_ends,
    on_given_up,
    on_order,
    on_restored,
)
from services.streams.placement import Relay
from services.streams.places import Places
from services.streams.pointings import Pointing
from services.streams.ports import ControlPermit, Registry

log = logging.getLogger(__name__)
_EVERY_S = 1.0
_CAMERAS_OWN = {"SOURCE_AWAY", "SOURCE_REFUSED", "SOURCE_AUTHENTICATION_REFUSED"}  # failures of the camera itself
_TOGETHER = 16  # cameras that are told at a time: a silent one keeps no other waiting for long


@dataclass(frozen=True, slots=True)
class RestoringPermit:
    """Permissions' grant to the platform itself: signed for the relay, under the epoch of whoever holds the camera."""

    signed_grant: bytes
    epoch: int
    is_sealed: bool


class Stacks(Protocol):
    """Where pointings are kept; a change commits with its facts or not at all."""

    async def find(self, camera: str) -> KeptPointings: ...

    async def change(self, camera: str, rule: Callable[[KeptPointings], Change], *facts: Message) -> KeptPointings: ...

    async def waiting(self, after: str) -> Sequence[KeptPointings]: ...

    async def due(self) -> Sequence[KeptPointings]: ...


class Record(Protocol):
    """Where facts go."""

    async def record(self, fact: Message) -> None: ...


class Permissions(Protocol):
    """What is asked of permissions."""

    async def over(self, asked: Mapping[str, Sequence[str]]) -> Sequence[Over]:
        """Those of these takeovers, by camera, that are over, in the order of their ends."""
        ...

    async def grant_restoring(self, camera: str, takeover: str) -> RestoringPermit:
        """The grant to restore after that takeover."""
        ...


class Relays(Protocol):
    """The relays, as cameras are brought back through them."""

    def processes(self) -> Set[str]: ...

    async def restore(self, relay: Relay, permit: RestoringPermit, pointing: Pointing, sealed_source: bytes) -> None:
        """Have the camera look there; errors.Aborted STATE_WRONG when its holder pointed it under that epoch."""
        ...


@dataclass(frozen=True)
class Restoring:
    """Complete once constructed; ``work_forever`` must run. ``places`` is asked without patience."""

    stacks: Stacks
    record: Record
    permissions: Permissions
    places: Places
    registry: Registry
    relays: Relays
    clock: Clock

    async def before(
        self, camera: str, permit: ControlPermit, look: Callable[[], Awaitable[Pointing]], fact: Message
    ) -> None:
        """Put ``fact``, the holder's command, on record; before a takeover's first one also where the camera looks.

        A camera that can't say where it looks keeps nobody from commanding it.
        """
        kept = await self.stacks.find(camera)
        if not kept.is_changed_by(permit.takeover):
            await self.record.record(fact)
            return
        if kept.stack.entries and kept.top != permit.takeover:
            kept = await self._settled(kept)  # who is over is told before the one who commands now
        seen = await _seen(camera, look) if permit.takeover and not kept.has(permit.takeover) else None
        rule = partial(on_command, takeover=permit.takeover, seen=seen, is_sealed=permit.is_sealed)
        await self.stacks.change(camera, rule, fact)

    async def work_forever(self) -> None:
        """Once a second, for as long as the service lives."""
        while True:
            stop_if_cancelled()
            try:
                await self.work_once()
            except errors.Error as away:
                log.warning("pointings wait to be restored: %s", away.message)
            await asyncio.sleep(_EVERY_S)

    async def work_once(self) -> None:
        """Take note of the takeovers that are over, and bring back the cameras that are owed it."""
        after = ""
        while waiting := await self.stacks.waiting(after):
            await self._settle(waiting)
            after = waiting[-1].camera
        due = await self.stacks.due()
        places = asyncio.Semaphore(_TOGETHER)
        await asyncio.gather(*(self._brought_back(kept, kept.due, places) for kept in due if kept.due))

    async def _settled(self, kept: KeptPointings) -> KeptPointings:
        await self._settle([kept])
        return await self.stacks.find(kept.camera)

    async def _settle(self, waiting: Sequence[KeptPointings]) -> None:
        asked = {kept.camera: [entry.takeover for entry in kept.stack.entries] for kept in waiting}
        ends: dict[str, list[Over]] = {}
        for over in await self.permissions.over(asked):
            ends.setdefault(over.camera, []).append(over)
        for camera, those in ends.items():
            await self.stacks.change(camera, partial(on_ends, ends=those))

    async def _brought_back(self, kept: KeptPointings, due: Due, places: asyncio.Semaphore) -> None:
        """One try; what fails is tried again in a second, until it is too late."""
        async with places:
            if self.clock.now() - due.at > TRIED_FOR:
                reason = f"the camera could not be brought back within {TRIED_FOR.seconds // 60} minutes"
                await self.stacks.change(kept.camera, partial(on_given_up, due=due, reason=reason))
                return
            try:
                await self._try(kept.camera, due)
            except errors.Error as refusal:
                log.info("%s is brought back later: %s", kept.camera, refusal.message)

    async def _try(self, camera: str, due: Due) -> None:
        known = self.relays.processes()
        permit = await self.permissions.grant_restoring(camera, due.takeover)
        relay, wait = await self.places.to_command(camera)
        if wait or relay.process not in known:
            return  # another relay may still be commanding it, or nobody fenced this one: the next try is soon
        sealed_source = await self.registry.seal_source(camera, relay)
        order = partial(on_order, due=due, epoch=permit.epoch, is_sealed=permit.is_sealed)
        kept = await self.stacks.change(camera, order)
        if kept.due != due or kept.stack.owed is None:
            return  # its holder has come first
        try:
            await self.relays.restore(relay, permit, kept.stack.owed, sealed_source)
        except errors.Aborted as refusal:
            if refusal.reason != "STATE_WRONG":
                raise  # control has passed on meanwhile
            await self.stacks.change(camera, partial(on_dropped, due=due))
        else:
            await self.stacks.change(camera, partial(on_restored, due=due, epoch=permit.epoch))


async def _seen(camera: str, look: Callable[[], Awaitable[Pointing]]) -> Pointing | None:
    """Where it looks; None when the camera does not say so. Whatever else fails would fail the command too."""
    try:
        return await look()
    except errors.Error as failure:
        if failure.reason not in _CAMERAS_OWN:
            raise
        log.info("%s can't be brought back later, for it does not say where it looks: %s", camera, failure.message)
        return None
