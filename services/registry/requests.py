"""The use cases of change control: operators ask, public security of the district decides (Article 22)."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.decider.facts import Action
from services.registry import change_request, refusals
from services.registry.change import revised
from services.registry.change_request import CameraChange
from services.registry.domain import Camera, Deed, code_of
from services.registry.permission import Ruling, Scope, not_accessible
from services.registry.reclassifying import Given, Reclassifying, is_of_secret, verb
from services.registry.service import revise
from services.registry.soundness import refuse_unless_sound
from services.registry.store import counters, requests, systems
from services.registry.store.cameras import CameraStore, Stored
from services.registry.store.requests import StoredRequest
from services.registry.system.record import LifeState


class Permissions(Protocol):
    """What these ask of permissions."""

    async def decide(self, principal: str, camera: str, action: Action) -> Ruling:
        """Decide on one camera; errors.Denied (CAMERA_NOT_ACCESSIBLE) when it is absent or hidden."""
        ...

    async def scope(self, principal: str, action: Action) -> Scope:
        """Every camera on which the principal may act."""
        ...


class Announce(Protocol):
    """Writes down facts."""

    def one(self, verb: str, camera: Camera, deed: Deed) -> Message: ...

    def change(self, verb: str, change: CameraChange, deed: Deed, *, is_sealed: bool) -> Message: ...


@dataclass(frozen=True)
class Requests:
    """Change requests."""

    database: Database
    outbox: Outbox
    store: CameraStore
    permissions: Permissions
    announce: Announce
    clock: Clock
    reclassifying: Reclassifying

    async def request(self, deed: Deed, change: CameraChange) -> CameraChange:
        """Ask for a change of place or purpose; only the camera's operator may."""
        ruling = await self.permissions.decide(deed.principal, change.camera, Action.CONFIGURE)
        if not ruling.is_allowed:
            raise ruling.refusal(change.camera, Action.CONFIGURE)
        change_request.refuse_unless_sound(change)
        deed = dataclasses.replace(deed, rule=ruling.rule, article="Article 22")
        given = await self.reclassifying.ask(change.camera, change.category)
        async with self.database.write() as transaction:
            camera = await self._camera(transaction, change.camera)
            # What could never be approved is refused now.
            await self._applied(transaction, camera.camera, change, given)
            # Out of the numbers of all changes: were requests counted by themselves, a gap would tell of a hidden one.
            [number] = await counters.take(transaction, "change")
            await requests.insert(transaction, camera.id, StoredRequest(number, ruling.agency, change))
            is_sealed = is_of_secret(camera.camera, given)
            fact = self.announce.change("requested", change, deed, is_sealed=is_sealed)
            await self.outbox.add(transaction, fact)
        self.outbox.wake()
        return change

    async def decide(self, deed: Deed, name: str, *, is_approved: bool, reason: str) -> CameraChange:
        """Approve or reject; public security that supervises the camera may. What is approved is applied here."""
        found = await self._known(deed.principal, name)
        ruling = await self.permissions.decide(deed.principal, found.change.camera, Action.SUPERVISE)
        if not ruling.is_allowed:
            raise ruling.refusal(found.change.camera, Action.SUPERVISE)
        change_request.refuse_own_decision(found.agency, ruling.agency)
        deed = dataclasses.replace(deed, rule=ruling.rule, article="Article 22")
        now = self.clock.now()
        given = await self.reclassifying.ask(found.change.camera, found.change.category)
        async with self.database.write() as transaction:
            camera = await self._camera(transaction, found.change.camera)
            before = after = camera.camera
            found = await self._open(transaction, name)
            change = change_request.decide(found.change, deed.principal, is_approved, reason, now)
            await requests.decide(transaction, found.number, change)
            facts = []
            if is_approved:
                applied = await self._applied(transaction, before, change, given)
                after = revised(applied, change.requested_by, name, now)
                await revise(transaction, self.store, camera, after)
                await self.reclassifying.written(transaction, before, after)
                facts.append(self.announce.one(verb(before, after), after, deed))
            is_sealed = is_of_secret(before, given)
            decision = "approved" if is_approved else "rejected"
            await self.outbox.add(
                transaction, self.announce.change(decision, change, deed, is_sealed=is_sealed), *facts
            )  # fmt: skip
        self.outbox.wake()
        self.reclassifying.committed(before, after)
        return change

    async def withdraw(self, deed: Deed, name: str) -> CameraChange:
        """Take back one's own request before it is decided."""
        found = await self._known(deed.principal, name)
        ruling = await self.permissions.decide(deed.principal, found.change.camera, Action.CONFIGURE)
        if not ruling.is_allowed:
            raise ruling.refusal(found.change.camera, Action.CONFIGURE)
        given = await self.reclassifying.ask(found.change.camera, found.change.category)
        async with self.database.write() as transaction:
            camera = await self._camera(transaction, found.change.camera)
            found = await self._open(transaction, name)
            change = change_request.withdraw(found.change, deed.principal, self.clock.now())
            await requests.decide(transaction, found.number, change)
            is_sealed = is_of_secret(camera.camera, given)
            fact = self.announce.change("withdrawn", change, deed, is_sealed=is_sealed)
            await self.outbox.add(transaction, fact)
        self.outbox.wake()
        return change

    async def list(self, principal: str, about: tuple[str, int], before: int, limit: int) -> Sequence[StoredRequest]:
        """Requests about cameras that the principal runs or supervises, newest first; ``about``: camera, state."""
        own = await self.permissions.scope(principal, Action.CONFIGURE)
        supervised = await self.permissions.scope(principal, Action.SUPERVISE)
        async with self.database.read() as transaction:
            known = await self.store.book.refresh(transaction)
            within = sorted(known.ids(known.permitted(own) | known.permitted(supervised)))
            code = code_of(about[0]) if about[0] else ""
            return await requests.page(transaction, within, (code, about[1]), before, limit)

    async def _known(self, principal: str, name: str) -> StoredRequest:
        """A request about a camera that the principal may describe; no_resource for any other name."""
        async with self.database.read() as transaction:
            found = await requests.get(transaction, name)
        if found is None:
            raise refusals.no_resource(name)
        try:
            ruling = await self.permissions.decide(principal, found.change.camera, Action.DESCRIBE)
        except errors.Denied:  # hidden: as if there were no such request
            raise refusals.no_resource(name) from None
        if not ruling.is_allowed:
            raise refusals.no_resource(name)
        return found

    async def _open(self, transaction: AsyncConnection, name: str) -> StoredRequest:
        """The request as it stands under the lock."""
        found = await requests.get(transaction, name)
        if found is None:
            raise refusals.no_resource(name)
        return found

    async def _camera(self, transaction: AsyncConnection, name: str) -> Stored:
        await counters.lock(transaction)
        stored = await self.store.get(transaction, code_of(name))
        if stored is None:
            raise not_accessible(name)
        return stored

    async def _applied(
        self, transaction: AsyncConnection, camera: Camera, change: CameraChange, given: Given | None
    ) -> Camera:
        """The record that an approval makes; raises when it would not be sound, or its system not fit for it."""
        if camera.state == LifeState.RETIRED:
            raise refusals.retired(camera.name)
        changes: dict[str, object] = dict(change.changes)
        after: Camera = dataclasses.replace(camera, **changes)  # type: ignore[arg-type] # fields by name, checked by the request
        refuse_unless_sound(after, None)
        after = await self.reclassifying.at_level(transaction, camera, after, given)
        if camera.state == LifeState.IN_SERVICE:  # as if it joined it: Article 6 ¶3 asks for an exclusion of passwords
            standing = (await systems.standings(transaction, {camera.system}))[camera.system]
            standing.refuse_unless_open(after.category, standing.count + 1)
        return after
