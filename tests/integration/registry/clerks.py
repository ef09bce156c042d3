"""The use cases on cameras over a small city, with everybody allowed everything and facts that say little."""

import asyncio
import itertools
import uuid
from collections.abc import Sequence

from services.chassis.bell import Bell
from services.chassis.clock import ManualClock
from services.chassis.outbox import Message, Outbox
from services.decider.facts import Action
from services.registry.change import Change
from services.registry.domain import Camera, Deed
from services.registry.permission import Ruling, Scope
from services.registry.reclassifying import Reclassifying
from services.registry.service import Registry
from services.registry.store.tables import metadata
from services.registry.vault import Vault
from services.registry.watching import Watching
from tests.integration.registry.city import EVERYTHING, City

_RULING = Ruling(True, "R-1", "Article 14 ¶1", "may", "agencies/metro")
_requests = itertools.count(1)


class AllowsEverything:
    """In the place of permissions."""

    async def decide(self, principal: str, camera: str, action: Action) -> Ruling:
        return _RULING

    async def scope(self, principal: str, action: Action) -> Scope:
        return EVERYTHING

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        return [2 for _ in cameras], 1


class Short:
    """A fact is its verb and its camera."""

    def one(self, verb: str, camera: Camera, deed: Deed) -> Message:
        return Message(str(uuid.uuid4()), f"{verb}.{camera.code}", b"", camera.updated_at)


def registry_of(city: City, clock: ManualClock) -> Registry:
    """One replica's use cases."""
    outbox, permissions = Outbox(city.database, metadata), AllowsEverything()
    reclassifying = Reclassifying(permissions, asyncio.Event())
    kept = city.database, outbox, city.store
    return Registry(*kept, Vault(bytes(32)), permissions, Short(), clock, reclassifying)


def watching_of(city: City, bell: Bell) -> Watching:
    """One replica's streams."""
    return Watching(city.database, city.store, AllowsEverything(), bell)


def deed(principal: str = "principals/keeper") -> Deed:
    """Somebody's next call."""
    return Deed(principal, str(next(_requests)))


def renaming(camera: Camera, to: str, etag: str = "") -> Change:
    """An update of the name alone."""
    draft = Camera(**{name: getattr(camera, name) for name in Camera.__slots__} | {"display_name": to})
    return Change(camera.name, ("display_name",), draft, etag=etag)
