"""Steering cameras: each command is granted, put on record, then given to the relay that commands the camera.

1 permissions grants control, or names the holder; 2 the camera's relay is chosen, and one that took over from another
waits until that one's grants have run out; 3 registry seals the motors' address to it; 4 the command is on record,
and before a takeover's first one where the camera looks; 5 the relay tells the camera, behind its fence.
"""

import asyncio
from collections.abc import Set
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from services.chassis.outbox import Message
from services.streams import commands
from services.streams.commands import Command, Obeyed
from services.streams.placement import Relay
from services.streams.places import Places
from services.streams.pointings import Pointing
from services.streams.ports import ControlPermit, Permissions, Registry, Sessions
from services.streams.restoring import Restoring


class Commanders(Protocol):
    """The relays, as commands reach them."""

    def processes(self) -> Set[str]:
        """Every process that speaks, or spoke last, as one of them."""
        ...

    async def control(self, relay: Relay, permit: ControlPermit, command: Command, sealed_source: bytes) -> Obeyed:
        """Have the relay tell the camera."""
        ...

    async def look(self, relay: Relay, permit: ControlPermit, sealed_source: bytes) -> Pointing:
        """Where the camera looks, by its own word."""
        ...


class CommandFacts(Protocol):
    """Facts as the outbox takes them."""

    def move_ordered(self, principal: str, camera: str, command: Command, permit: ControlPermit) -> Message: ...


@dataclass(frozen=True)
class Steering:
    """Complete once constructed."""

    permissions: Permissions
    places: Places
    registry: Registry
    record: Sessions
    facts: CommandFacts
    relays: Commanders
    restoring: Restoring

    async def command(self, principal: str, camera: str, command: Command) -> Obeyed:
        """Tell a camera that the principal controls; it is on record before the camera is told."""
        command = commands.checked(camera, command)
        known = self.relays.processes()
        permit = await self.permissions.grant_control(principal, camera)
        relay, wait = await self.places.to_command(camera)
        await asyncio.sleep(wait.total_seconds())
        if wait or relay.process not in known:  # nobody fenced a relay that came after the grant
            permit = await self.permissions.grant_control(principal, camera)
        sealed_source = await self.registry.seal_source(camera, relay)
        fact = self.facts.move_ordered(principal, camera, command, permit)
        if command.points:
            await self.restoring.before(camera, permit, partial(self.relays.look, relay, permit, sealed_source), fact)
        else:
            await self.record.record(fact)
        return await self.relays.control(relay, permit, command, sealed_source)
