"""The use cases on operators and camera systems: their records, and the steps of the life cycle (Articles 7 to 13).

Seen by its operator, and by whoever may describe one of its cameras: such a caller gets a count of those cameras only.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.decider.facts import Action
from services.registry import duties, lifecycle, refusals, system
from services.registry.domain import Camera, Deed, operator_of
from services.registry.duties import Duty
from services.registry.lifecycle import Authority
from services.registry.permission import Scope
from services.registry.standing import is_secret
from services.registry.store import classes, counters
from services.registry.store import systems as store
from services.registry.store.cameras import CameraStore
from services.registry.store.systems import Step, StoredSystem
from services.registry.system import CameraSystem, LifeState, Operator

_MOVED = 1000  # cameras brought into a new state with one statement


class Permissions(Protocol):
    """What these ask of permissions."""

    async def scope(self, principal: str, action: Action) -> Scope:
        """Every camera on which the principal may act."""
        ...

    async def municipal_police(self) -> frozenset[str]:
        """The agencies of municipal public security, whose training counts (Article 23)."""
        ...


class Announce(Protocol):
    """Writes down facts."""

    def system(self, verb: str, system: CameraSystem, deed: Deed, *, is_sealed: bool) -> Message: ...

    def operator(self, operator: Operator, deed: Deed, *, is_sealed: bool) -> Message: ...

    def many(self, verb: str, cameras: Sequence[Camera], deed: Deed, at: datetime) -> Iterator[Message]: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A system as one caller may see it. ``owed`` is empty for whoever neither runs nor supervises it."""

    system: CameraSystem
    camera_count: int
    owed: tuple[Duty, ...] = ()


@dataclass(frozen=True)
class Systems:
    """Operators and systems."""

    database: Database
    outbox: Outbox
    cameras: CameraStore
    permissions: Permissions
    announce: Announce
    clock: Clock

    async def enter(self, deed: Deed, draft: Operator, etag: str) -> Operator:
        """Put an operator's responsible entities on record (Article 7); only itself may."""
        await self._refuse_unless_own(deed, draft.name)
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            before = await store.operator(transaction, draft.name)
            if etag and (before is None or before.etag != etag):
                raise refusals.stale(draft.name, before.etag if before else "")
            after = system.renewed(before, draft, self.clock.now())
            await store.put_operator(transaction, after)
            is_sealed = is_secret(await classes.levels_of(transaction, after.agency))
            await self.outbox.add(transaction, self.announce.operator(after, deed, is_sealed=is_sealed))
        self.outbox.wake()
        return after

    async def operator(self, principal: str, name: str) -> Operator:
        """One operator's record; no_resource unless the caller is it or may describe a camera of its."""
        is_own, names = await self._visible(principal, name)
        async with self.database.read() as transaction:
            found = await store.operator(transaction, name)
        if found is None or not (is_own or names):
            raise refusals.no_resource(name)
        return found

    async def create(self, deed: Deed, parent: str, draft: CameraSystem) -> Shown:
        """Register a system as planned; only its operator may."""
        await self._refuse_unless_own(deed, parent)
        planned = system.planned(draft.name, draft, self.clock.now())
        try:
            async with self.database.write() as transaction:
                await store.insert(transaction, planned)
                step = Step(planned.state, planned.created_at, deed.principal, "registered")
                await store.add_step(transaction, planned.name, step)
                await self.outbox.add(transaction, self.announce.system("created", planned, deed, is_sealed=True))
        except IntegrityError:
            message = f"{draft.name} is registered: change it with UpdateCameraSystem"
            raise errors.AlreadyExists("RESOURCE_EXISTS", message, name=draft.name) from None
        self.outbox.wake()
        return await self._close(StoredSystem(0, planned, 0, has_finance=False), 0)

    async def get(self, principal: str, name: str) -> Shown:
        """One system; no_resource unless it is the caller's or the caller may describe a camera of it."""
        is_own, counts = await self._visible(principal, name)
        async with self.database.read() as transaction:
            found = await store.get(transaction, name)
        if found is None or not (is_own or name in counts):
            raise refusals.no_resource(name)
        count = found.camera_count if is_own else counts[name]
        is_close = is_own or await self._supervises(principal, name)
        return await self._close(found, count) if is_close else _afar(found, count)

    async def list(self, principal: str, parent: str, after: str, limit: int) -> Sequence[Shown]:
        """Systems by name, as ``get`` would show them but without what they owe; ``parent`` "" for every operator."""
        scope = await self.permissions.scope(principal, Action.CONFIGURE)
        own = {found.operator for found in scope.classes if found.operator and not found.is_operator_excluded}
        _, counts = await self._visible(principal, parent)
        async with self.database.read() as transaction:
            if parent and operator_of(parent) in own:
                found = await store.page(transaction, operator_of(parent), None, after, limit)
            else:
                named = {*counts} if parent else {*counts, *await store.names_of(transaction, own)}
                found = await store.page(transaction, operator_of(parent), named, after, limit)
        return [
            _afar(one, one.camera_count if one.system.operator in own else counts[one.system.name]) for one in found
        ]

    async def update(self, deed: Deed, draft: CameraSystem, mask: Sequence[str], etag: str) -> Shown:
        """Change a system's record; only its operator may."""
        await self._refuse_unless_own(deed, draft.name)
        async with self.database.write() as transaction:
            before = await self._locked(transaction, draft.name, etag)
            after = system.apply(before.system, mask, draft, self.clock.now())
            await self._replace(transaction, before, after)
            is_sealed = await self._is_sealed(transaction, draft.name)
            await self.outbox.add(transaction, self.announce.system("updated", after, deed, is_sealed=is_sealed))
        self.outbox.wake()
        return await self._close(dataclasses.replace(before, system=after), before.camera_count)

    async def transition(self, deed: Deed, name: str, step: tuple[LifeState, str], etag: str) -> Shown:
        """Move a system and its cameras to ``step`` (state, reason); raises with everything that is missing for it."""
        to, reason = step
        by = await self._authority(deed, name)
        now = self.clock.now()
        async with self.database.write() as transaction:
            before = await self._locked(transaction, name, etag)
            missing = lifecycle.missing_for(before.system, to, before.has_finance, now)
            after = lifecycle.transition(before.system, to, by, missing).revised(now)
            await self._replace(transaction, before, after)
            await store.add_step(transaction, name, Step(to, now, deed.principal, reason))
            is_sealed = await self._is_sealed(transaction, name)
            await self.outbox.add(transaction, self.announce.system("transitioned", after, deed, is_sealed=is_sealed))
            await self._move_cameras(transaction, deed, name, to, now)
        self.outbox.wake()
        return await self._close(dataclasses.replace(before, system=after), before.camera_count)

    async def _move_cameras(
        self, transaction: AsyncConnection, deed: Deed, name: str, to: LifeState, now: datetime
    ) -> None:
        """Those that are not retired by themselves follow, a thousand at a time, each told in a fact."""
        kinds = await classes.of_system(transaction, name)
        following = [number for number, (kind, count) in kinds.items() if count and kind.state != to]
        after = -1
        while True:
            page = await self.cameras.of_classes(transaction, following, after, _MOVED)
            moves = [(s, dataclasses.replace(s.camera, state=to)) for s in page if not s.camera.is_retired]
            await self.cameras.move(transaction, moves, tells=True)
            facts = list(self.announce.many("transitioned", [camera for _, camera in moves], deed, now))
            if facts:
                await self.outbox.add(transaction, *facts)
            if len(page) < _MOVED:
                return
            after = page[-1].id

    async def _authority(self, deed: Deed, name: str) -> Authority:
        """As whom the principal moves the system; no_resource when it may not know of it."""
        is_own, counts = await self._visible(deed.principal, name)
        if is_own:
            return Authority.OPERATOR
        if name not in counts:
            raise refusals.no_resource(name)
        if not await self._supervises(deed.principal, name):
            message = (
                f"{name} is moved by its operator, and suspended by the public security of the district where all of"
                " its cameras are, or of the municipality (Articles 5, 22)"
            )
            raise errors.Denied("NOT_PERMITTED", message, article="Articles 5, 22", action=Action.SUPERVISE.value)
        return Authority.PUBLIC_SECURITY

    async def _supervises(self, principal: str, name: str) -> bool:
        """Whether every camera of the system is in the principal's scope of supervision."""
        scope = await self.permissions.scope(principal, Action.SUPERVISE)
        async with self.database.read() as transaction:
            known = await self.cameras.book.refresh(transaction)
            filled = {n for n, (_, count) in (await classes.of_system(transaction, name)).items() if count}
        return bool(filled) and filled <= known.ids(known.permitted(scope))

    async def _visible(self, principal: str, name: str) -> tuple[bool, dict[str, int]]:
        """Whether the operator that ``name`` begins with is the caller's own; and the systems it may know otherwise.

        A system is known by the cameras that may be described, and has as many as those.
        """
        own = await self.permissions.scope(principal, Action.CONFIGURE)
        scope = await self.permissions.scope(principal, Action.DESCRIBE)
        async with self.database.read() as transaction:
            counts = await self.cameras.book.counts(transaction)
            known = self.cameras.book.known  # before anything is awaited: another one may learn of more
        mask = known.permitted(scope) & (counts > 0)
        visible = known.by_system(mask, np.where(mask, counts, 0))
        parent = "/".join(name.split("/")[:2])
        within = {system: n for system, n in visible.items() if not name or system.startswith(f"{parent}/")}
        return bool(name) and bool(own.of_operator(operator_of(name))), within

    async def _refuse_unless_own(self, deed: Deed, name: str) -> None:
        scope = await self.permissions.scope(deed.principal, Action.CONFIGURE)
        if not scope.of_operator(operator_of(name)):
            message = f"only the operator itself keeps its systems' records: {name} is not yours (Article 7)"
            raise errors.Denied("NOT_PERMITTED", message, article="Article 7", action=Action.CONFIGURE.value)

    async def _locked(self, transaction: AsyncConnection, name: str, etag: str) -> StoredSystem:
        await counters.lock(transaction)
        found = await store.get(transaction, name)
        if found is None:
            raise refusals.no_resource(name)
        if etag not in ("", found.system.etag):
            raise refusals.stale(name, found.system.etag)
        return found

    async def _replace(self, transaction: AsyncConnection, before: StoredSystem, after: CameraSystem) -> None:
        if not await store.replace(transaction, before, after):
            raise refusals.stale(after.name, before.system.etag)

    async def _is_sealed(self, transaction: AsyncConnection, name: str) -> bool:
        kinds = (await classes.of_system(transaction, name)).values()
        return is_secret(kind.level for kind, count in kinds if count)

    async def _close(self, found: StoredSystem, camera_count: int) -> Shown:
        """For its operator and for who supervises it: with what it owes today."""
        police = await self.permissions.municipal_police()
        owed = duties.owed(found.system, self.clock.now(), found.has_finance, police)
        return Shown(found.system, camera_count, owed)


def _afar(found: StoredSystem, camera_count: int) -> Shown:
    """For everybody else: neither its staff nor what it owes."""
    return Shown(dataclasses.replace(found.system, staff=()), camera_count)
