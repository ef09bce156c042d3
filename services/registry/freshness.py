"""Basic data goes stale, and duties stay owed: confirmation by operators, and the round that tells findings.

A round reads every system once, compares what it owes with what was told, and tells the difference (Articles 16, 24
to 29).
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.decider.facts import SEALED_LEVEL, Action
from services.registry import duties, finding, refusals
from services.registry.domain import Camera, Deed, camera_name, code_of, operator_of
from services.registry.finding import Finding, Subject
from services.registry.kind import Kind
from services.registry.permission import Scope, not_accessible
from services.registry.standing import FINANCE, is_secret
from services.registry.store import classes, counters, notes, systems
from services.registry.store.cameras import CameraStore
from services.registry.system import CameraSystem, LifeState, Operator

_MOST_CONFIRMED = 1000
_PAGE = 500
_NAMED = 20_000  # codes of stale cameras read for one round; a finding names a thousand at most


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

    def many(self, verb: str, cameras: Sequence[Camera], deed: Deed, at: datetime) -> Iterator[Message]: ...

    def system(self, verb: str, system: CameraSystem, deed: Deed, *, is_sealed: bool) -> Message: ...

    def finding(self, finding: Finding, at: datetime) -> Message: ...


@dataclass(frozen=True)
class Freshness:
    """``term`` is how old basic data may get."""

    database: Database
    outbox: Outbox
    store: CameraStore
    permissions: Permissions
    announce: Announce
    clock: Clock
    term: timedelta

    async def confirm(self, deed: Deed, names: Sequence[str], system: str) -> tuple[int, datetime]:
        """The basic data of these cameras, or of a whole system, is right: how many, and when. All or none."""
        scope = await self.permissions.scope(deed.principal, Action.CONFIGURE)
        if bool(names) == bool(system) or len(names) > _MOST_CONFIRMED:
            advice = f"name 1 to {_MOST_CONFIRMED} cameras, or one system"
            raise errors.InvalidArgument(errors.Violation("names", advice))
        now = self.clock.now()
        confirmed = await (
            self._confirm_system(deed, scope, system, now) if system else self._confirm(deed, scope, names, now)
        )
        self.outbox.wake()
        return confirmed, now

    async def _confirm(self, deed: Deed, scope: Scope, names: Sequence[str], now: datetime) -> int:
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            found = {s.camera.name: s for s in await self.store.of_codes(transaction, [code_of(n) for n in names])}
            for name in names:
                if name not in found or not any(one.holds(found[name].camera) for one in scope.classes):
                    raise not_accessible(name)
            await self.store.confirm(transaction, [stored.id for stored in found.values()], now)
            cameras = [dataclasses.replace(stored.camera, confirmed_at=now) for stored in found.values()]
            await self.outbox.add(transaction, *self.announce.many("confirmed", cameras, deed, now))
        return len(found)

    async def _confirm_system(self, deed: Deed, scope: Scope, name: str, now: datetime) -> int:
        if not scope.of_operator(operator_of(name)):
            raise refusals.no_resource(name)
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            stored = await systems.get(transaction, name)
            if stored is None:
                raise refusals.no_resource(name)
            kinds = await classes.of_system(transaction, name)
            count = await self.store.confirm_classes(transaction, list(kinds), now)
            is_sealed = is_secret(kind.level for kind, n in kinds.values() if n)
            fact = self.announce.system("confirmed", stored.system, deed, is_sealed=is_sealed)
            await self.outbox.add(transaction, fact)
        return count

    async def round(self) -> int:
        """Look at every operator and system once; tell what is new. Returns how many findings were told."""
        now, police = self.clock.now(), await self.permissions.municipal_police()
        async with self.database.read() as transaction:
            stale = _Stale(*await notes.stale(transaction, now - self.term, _NAMED))
        look = _Look(now, police, stale)
        told, after = 0, ""
        while True:
            async with self.database.read() as transaction:
                page = await systems.page(transaction, "", None, after, _PAGE)
            for stored in page:
                told += await self._tell_system(stored.system, look)
            if len(page) < _PAGE:
                break
            after = page[-1].system.name
        for operator in sorted(look.levels):
            told += await self._tell_operator(operator, look)
        return told

    async def _tell_system(self, system: CameraSystem, look: "_Look") -> int:
        async with self.database.read() as transaction:
            kinds = await classes.of_system(transaction, system.name)
        present = _told_of({number: kind for number, (kind, count) in kinds.items() if count})
        living = [number for number, kind in present.items() if kind.state != LifeState.RETIRED]
        look.levels.setdefault(system.operator, set()).update(kind.level for kind, count in kinds.values() if count)
        count, named = look.stale.of(living)
        owed = list(duties.owed(system, look.now, _has_finance(present), look.police))
        if count and system.state not in (LifeState.PLANNED, LifeState.RETIRED):
            owed.append(finding.stale(system, count, self.term.days))
        return await self._tell(_subject(system, present), owed, {finding.FRESHNESS: (count, named)}, look.now)

    async def _tell_operator(self, agency: str, look: "_Look") -> int:
        """Sealed when all its cameras are: nobody else may know that it runs any (Article 11)."""
        name = f"operators/{agency.removeprefix('agencies/')}"
        async with self.database.read() as transaction:
            record = await systems.operator(transaction, name)
        owed = duties.owed_by_operator(record or Operator(name, "", look.now))
        is_sealed = is_secret(look.levels[agency])
        return await self._tell(Subject(name, agency, is_sealed=is_sealed), owed, {}, look.now)

    async def _tell(
        self,
        subject: Subject,
        owed: Sequence[duties.Duty],
        counts: Mapping[str, tuple[int, tuple[str, ...]]],
        now: datetime,
    ) -> int:
        async with self.database.read() as transaction:
            known = await notes.told(transaction, subject.name)
        if not list(finding.news(subject, owed, known, counts, now)):
            return 0
        async with self.database.write() as transaction:
            await counters.lock(transaction)  # two replicas tell nothing twice
            known = await notes.told(transaction, subject.name)
            news = list(finding.news(subject, owed, known, counts, now))
            for one in news:
                await notes.tell(transaction, one, now)
                await self.outbox.add(transaction, self.announce.finding(one, now))
        self.outbox.wake()
        return len(news)


@dataclass(frozen=True)
class _Stale:
    """Cameras whose basic data is older than its term: how many by class, and some of their codes."""

    counts: Mapping[int, int]
    codes: Mapping[int, Sequence[str]]

    def of(self, class_ids: Sequence[int]) -> tuple[int, tuple[str, ...]]:
        """How many in these classes, and the names of some."""
        named = tuple(camera_name(code) for number in class_ids for code in self.codes.get(number, ()))
        return sum(self.counts.get(number, 0) for number in class_ids), named


@dataclass(frozen=True)
class _Look:
    """What one round goes by, and the levels of each operator's cameras as it comes upon them."""

    now: datetime
    police: frozenset[str]
    stale: _Stale
    levels: dict[str, set[int]] = field(default_factory=dict)


def _told_of(kinds: Mapping[int, Kind]) -> Mapping[int, Kind]:
    """The classes that findings of their system may be about: beside open cameras state secrets are not told of."""
    shown = {number: kind for number, kind in kinds.items() if kind.level != SEALED_LEVEL}
    return shown or kinds


def _has_finance(kinds: Mapping[int, Kind]) -> bool:
    return any(kind.category == FINANCE for kind in kinds.values())


def _subject(system: CameraSystem, kinds: Mapping[int, Kind]) -> Subject:
    districts = tuple(sorted({kind.district for kind in kinds.values()}))
    is_sealed = is_secret(kind.level for kind in kinds.values())
    return Subject(system.name, system.operator, districts, is_sealed)
