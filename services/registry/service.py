"""The use cases of the registry. Each asks permissions first, outside any transaction, and answers after the commit."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import IntegrityError

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.decider.facts import Action
from services.registry import listing, store
from services.registry.change import Change
from services.registry.domain import Camera, Deed, Source
from services.registry.permission import Ruling, Scope, not_accessible
from services.registry.soundness import refuse_unless_sound
from services.registry.vault import Vault


class Permissions(Protocol):
    """What the registry asks of permissions. errors.Unavailable when it is away: nothing is answered unasked."""

    async def decide(self, principal: str, camera: str, action: Action) -> Ruling:
        """Decide on one camera; errors.Denied (CAMERA_NOT_ACCESSIBLE) when it is absent or hidden."""
        ...

    async def scope(self, principal: str, action: Action) -> Scope:
        """Every camera on which the principal may act."""
        ...

    async def assign_level(self, camera: str, category: int) -> int:
        """The level of a new camera; always the same for the same one."""
        ...


class Announce(Protocol):
    """Writes down a fact about a camera."""

    def __call__(self, verb: str, camera: Camera, deed: Deed) -> Message: ...


@dataclass(frozen=True)
class Registry:
    """Cameras and what may be done with their records."""

    database: Database
    outbox: Outbox
    vault: Vault
    permissions: Permissions
    announce: Announce
    clock: Clock

    async def create(self, deed: Deed, draft: Camera, source: Source | None) -> Camera:
        """Register ``draft``; only its operator may (Article 7), and nowhere private (Article 6 ¶2)."""
        scope = await self.permissions.scope(deed.principal, Action.CONFIGURE)
        own = scope.of_operator(draft.operator)
        if not own:
            raise _not_the_operator(draft.name)
        refuse_unless_sound(draft, source, level_is_claimed=bool(draft.level))
        level = await self.permissions.assign_level(draft.name, draft.category)
        camera = dataclasses.replace(draft, level=level)
        rule = next((found.rule for found in own if found.holds(camera)), None)
        if rule is None:
            raise _code_not_assigned(camera)
        locked = self.vault.lock(camera.name, source) if source else None
        try:
            async with self.database.write() as transaction:
                await store.insert(transaction, camera, locked)
                fact = self.announce("created", camera, dataclasses.replace(deed, rule=rule))
                await self.outbox.add(transaction, fact)
        except IntegrityError:
            raise await self._taken(camera) from None
        self.outbox.wake()
        return camera

    async def _taken(self, camera: Camera) -> errors.Error:
        async with self.database.read() as transaction:
            found = await store.get(transaction, camera.name)
        if found is not None and found.operator == camera.operator:
            message = f"{camera.name} is registered: change it with UpdateCamera"
            return errors.AlreadyExists("RESOURCE_EXISTS", message, name=camera.name)
        return _code_not_assigned(camera)

    async def get(self, principal: str, name: str) -> Camera:
        """One camera that the principal may describe; not_accessible for any other name."""
        ruling = await self.permissions.decide(principal, name, Action.DESCRIBE)
        async with self.database.read() as transaction:
            camera = await store.get(transaction, name)
        if camera is None or not ruling.is_allowed:
            raise not_accessible(name)
        return camera

    async def list(self, principal: str, query: listing.Query) -> listing.Page:
        """A page of what the principal may describe, filtered in the database before anything is counted."""
        query.refuse_unless_sound()
        after = query.after()
        scope = await self.permissions.scope(principal, Action.DESCRIBE)
        wanted = store.Filter(query.district, query.category, query.box)
        async with self.database.read() as transaction:
            candidates = await store.page(transaction, scope, wanted, after, query.scan)
        return listing.cut(query, candidates)

    async def update(self, deed: Deed, change: Change) -> Camera:
        """Change a record; only its operator may. errors.Aborted (ETAG_STALE) when it changed since it was read."""
        ruling = await self.permissions.decide(deed.principal, change.name, Action.CONFIGURE)
        if not ruling.is_allowed:
            raise ruling.refusal(change.name, Action.CONFIGURE)
        change.refuse_unless_changeable()
        deed = dataclasses.replace(deed, rule=ruling.rule, article=ruling.article)
        async with self.database.write() as transaction:
            current = await store.get(transaction, change.name)
            if current is None:
                raise not_accessible(change.name)
            if current.operator != ruling.agency:
                raise _not_the_operator(change.name)
            changed = change.apply(current, self.clock.now())
            locked = self.vault.lock(change.name, change.new_source) if change.new_source else None
            is_newest = change.etag in {"", current.etag} and await store.replace(transaction, changed, locked)
            if not is_newest:
                message = f"{change.name} changed since you read it: read it again"
                raise errors.Aborted("ETAG_STALE", message, etag=current.etag)
            await self.outbox.add(transaction, self.announce("updated", changed, deed))
        self.outbox.wake()
        return changed

    async def facts(self, names: Sequence[str]) -> Sequence[Camera]:
        """Those of ``names`` that exist, hidden ones too: for services of the cell."""
        async with self.database.read() as transaction:
            return await store.get_many(transaction, names)

    async def source(self, name: str) -> Source:
        """Where the pictures come from: for the relay that pulls them, through streams."""
        async with self.database.read() as transaction:
            camera = await store.get(transaction, name)
            locked = await store.locked_source(transaction, name)
        if camera is None:
            raise not_accessible(name)
        if locked is None:
            message = f"{name} has no source: its operator must register one with UpdateCamera"
            raise errors.FailedPrecondition("STATE_WRONG", message, state="no source", camera=name)
        return self.vault.unlock(name, locked)


def _not_the_operator(camera: str) -> errors.Denied:
    message = "only the agency that runs a camera registers and changes it: name your own as its operator (Article 7)"
    return errors.Denied("NOT_PERMITTED", message, article="Article 7", camera=camera, action=Action.CONFIGURE.value)


def _code_not_assigned(camera: Camera) -> errors.Denied:
    # One answer for every camera that is not the caller's own, whatever its level, and it never says "taken": an
    # operator sees no other operator's camera, so it can't tell a state secret from a bus stop by it (Article 11).
    # Nor does it repeat the code: the refusal goes on record, and who reads the ledger and knows every camera up to
    # level 4 would learn from it which code hides a fifth.
    message = f"this code is not one for {camera.operator}: use one that was assigned to you"
    return errors.Denied("NOT_PERMITTED", message, action=Action.CONFIGURE.value)
