"""The use cases on cameras. Each asks permissions first, outside any transaction, and answers after the commit."""

import dataclasses
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.decider.facts import SEALED_LEVEL, Action
from services.registry import refusals
from services.registry.change import Change, revised
from services.registry.domain import Camera, Deed, Revision, Source, code_of
from services.registry.kind import Stock, StockPlace
from services.registry.listing import Filter, Query
from services.registry.permission import Ruling, Scope, not_accessible
from services.registry.reclassifying import Reclassifying, verb
from services.registry.store import cameras as camera_store
from services.registry.store import counters, find, revisions, stocks, systems
from services.registry.store.cameras import CameraStore, Stored, fitting
from services.registry.store.search import Order, Search
from services.registry.system.record import LifeState
from services.registry.vault import Vault

_EXPORTED = 500  # cameras in one message


class Permissions(Protocol):
    """What the registry asks of permissions. errors.Unavailable when it is away: nothing is answered unasked."""

    async def decide(self, principal: str, camera: str, action: Action) -> Ruling:
        """Decide on one camera; errors.Denied (CAMERA_NOT_ACCESSIBLE) when it is absent or hidden."""
        ...

    async def scope(self, principal: str, action: Action) -> Scope:
        """Every camera on which the principal may act."""
        ...


class Announce(Protocol):
    """Writes down a fact about a camera."""

    def one(self, verb: str, camera: Camera, deed: Deed) -> Message:
        """`verb` is the past tense of what happened."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Cameras in order, and the token of the next page; empty at the end."""

    cameras: Sequence[Camera]
    next_token: str


@dataclass(frozen=True)
class Registry:
    """Cameras and what may be done with their records."""

    database: Database
    outbox: Outbox
    store: CameraStore
    vault: Vault
    permissions: Permissions
    announce: Announce
    clock: Clock
    reclassifying: Reclassifying

    async def get(self, principal: str, name: str, as_of: datetime | None = None) -> Camera:
        """One camera that the principal may describe, now or at a time; not_accessible for any other name."""
        ruling = await self.permissions.decide(principal, name, Action.DESCRIBE)
        async with self.database.look() if as_of is None else self.database.read() as transaction:
            stored = await self.store.get(transaction, code_of(name))
            if stored is None or not ruling.is_allowed:
                raise not_accessible(name)
            found = stored.camera if as_of is None else await _then(transaction, stored, as_of)
        if found.is_sealed and not await self._may_see_secret(principal, found):
            raise not_accessible(name)
        return found

    async def list(self, principal: str, query: Query) -> Page:
        """A page of what the principal may describe, filtered in the database before anything is counted."""
        words = query.refuse_unless_sound()
        after = query.after()
        scope = await self.permissions.scope(principal, Action.DESCRIBE)
        order = ORDERS[query.order_by]
        search = Search(scope, query.filter.classes, words, query.filter.area, order, after, query.size)
        async with self.database.read() as transaction:
            found = await find.page(transaction, self.store.book, search)
            stored = await self.store.of_ids(transaction, found.ids)
        shown = fitting(stored)
        last = found.last if len(shown) == len(stored) else shown[-1].key(order.key)
        return Page([one.camera for one in shown], query.token(last))

    async def export(self, principal: str, wanted: Filter) -> AsyncIterator[Sequence[Camera]]:
        """Everything that the principal may describe and ``wanted`` holds, by name. Asks anew for each page."""
        query = Query(wanted, page_size=_EXPORTED)
        while True:
            page = await self.list(principal, query)
            if page.cameras:
                yield page.cameras
            if not page.next_token:
                return
            query = dataclasses.replace(query, page_token=page.next_token)

    async def revisions(self, principal: str, name: str, before: int, limit: int) -> Sequence[Revision]:
        """The revisions of a camera that the principal may describe, newest first (Article 22)."""
        camera = await self.get(principal, name)
        sees_secrets = await self._may_see_secret(principal, dataclasses.replace(camera, level=SEALED_LEVEL))
        shown: list[Revision] = []
        async with self.database.read() as transaction:
            stored = await self.store.get(transaction, code_of(name))
            if stored is None:
                return []
            before = min(before, stored.camera.revision + 1)  # PostgreSQL keeps revisions as 32 bits
            while found := await revisions.page(transaction, stored, before, limit):
                shown += [one for one in found if sees_secrets or not one.camera.is_sealed]
                before = found[-1].camera.revision
                if len(shown) >= limit or len(found) < limit:
                    break
        return shown[:limit]

    async def _may_see_secret(self, principal: str, then: Camera) -> bool:
        """Whether a record that says of a state secret may be told: the camera may be none any more (Article 11)."""
        scope = await self.permissions.scope(principal, Action.DESCRIBE)
        return any(found.holds(then) for found in scope.classes)

    async def update(self, deed: Deed, change: Change) -> Camera:
        """Change a record; only its operator may. errors.Aborted (ETAG_STALE) when it changed since it was read."""
        deed = await self._configuring(deed, change.name)
        change.refuse_unless_changeable()
        locked = self.vault.lock(change.name, change.new_source) if change.new_source else None
        given = await self.reclassifying.ask(change.name, change.new_category)
        async with self.database.write() as transaction:
            before = await self._own(transaction, change.name, change.etag)
            after = change.apply(before.camera, deed.principal, self.clock.now())
            after = await self.reclassifying.at_level(transaction, before.camera, after, given)
            await revise(transaction, self.store, before, after, locked)
            await self.reclassifying.written(transaction, before.camera, after)
            await self.outbox.add(transaction, self.announce.one(verb(before.camera, after), after, deed))
        self.outbox.wake()
        self.reclassifying.committed(before.camera, after)
        return after

    async def retire(self, deed: Deed, name: str, etag: str, reason: str) -> Camera:
        """Take a camera out of service for good; only its operator may."""
        deed = await self._configuring(deed, name)
        async with self.database.write() as transaction:
            before = await self._own(transaction, name, etag)
            now = self.clock.now()
            after = revised(before.camera, deed.principal, f"retired: {reason}", now)
            after = dataclasses.replace(after, is_retired=True, state=LifeState.RETIRED)
            await revise(transaction, self.store, before, after)
            await self.outbox.add(transaction, self.announce.one("retired", after, deed))
        self.outbox.wake()
        return after

    async def facts(self, names: Sequence[str]) -> Sequence[Camera]:
        """Those of ``names`` that exist, hidden ones too: for services of the cell."""
        codes = [code for name in names if (code := code_of(name))]
        async with self.database.look() as transaction:
            return [stored.camera for stored in await self.store.of_codes(transaction, codes)]

    async def stocks(self, highest_level: int, after: StockPlace, most: int) -> Sequence[Stock]:
        """How many cameras there are of each stock and operator, hidden ones too: for permissions."""
        async with self.database.look() as transaction:
            return await stocks.page(transaction, highest_level, after, most)

    async def source(self, name: str) -> Source:
        """Where the pictures come from: for the relay that pulls them, through streams."""
        code = code_of(name)
        async with self.database.read() as transaction:
            stored = await self.store.get(transaction, code)
            locked = await camera_store.locked_source(transaction, code)
        if stored is None:
            raise not_accessible(name)
        if locked is None:
            message = f"{name} has no source: its operator must register one with UpdateCamera"
            raise errors.FailedPrecondition("STATE_WRONG", message, state="no source", camera=name)
        return self.vault.unlock(name, locked)

    async def _configuring(self, deed: Deed, name: str) -> Deed:
        """The deed with the rule that lets its principal change this camera; raises the refusal."""
        ruling = await self.permissions.decide(deed.principal, name, Action.CONFIGURE)
        if not ruling.is_allowed:
            raise ruling.refusal(name, Action.CONFIGURE)
        return dataclasses.replace(deed, rule=ruling.rule, article=ruling.article)

    async def _own(self, transaction: AsyncConnection, name: str, etag: str) -> Stored:
        """The camera as it is to be changed. An operator never changes, so the decision made before still holds."""
        await counters.lock(transaction)
        stored = await self.store.get(transaction, code_of(name))
        if stored is None:
            raise not_accessible(name)
        if etag not in ("", stored.camera.etag):
            raise refusals.stale(name, stored.camera.etag)
        if stored.camera.state == LifeState.RETIRED:
            raise refusals.retired(name)
        return stored


ORDERS = {
    "": Order(), "name": Order(), "name desc": Order(is_descending=True), "update_time": Order("change"),
    "update_time desc": Order("change", is_descending=True),
}  # fmt: skip


async def revise(
    transaction: AsyncConnection, store: CameraStore, before: Stored, after: Camera, locked: bytes | None = None
) -> None:
    """Replace a record by its next revision and keep what it said; errors.Aborted when another one was faster."""
    if not await store.replace(transaction, before, after, locked):
        raise refusals.stale(before.camera.name, before.camera.etag)
    await revisions.keep(transaction, before, after.updated_at)


async def _then(transaction: AsyncConnection, stored: Stored, at: datetime) -> Camera:
    """The camera as it was at ``at``, in the state that its system was in; not_accessible before its registration."""
    found = await revisions.as_of(transaction, stored, at)
    if found is None:
        raise not_accessible(stored.camera.name)
    states = [step.state for step in await systems.steps(transaction, stored.camera.system) if step.started_at <= at]
    state = LifeState.RETIRED if found.camera.is_retired else states[-1] if states else LifeState.PLANNED
    return dataclasses.replace(found.camera, state=state)
