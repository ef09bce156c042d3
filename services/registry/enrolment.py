"""Registration of cameras, one or a thousand at a time: judged caller by caller, written together.

    1 whose cameras may the caller register (permissions)      3 levels from the approved policy, for all at once
    2 every rule on every camera, every violation told          4 one transaction: free codes, records, index, fact

What waits while a transaction runs goes into the next one (`chassis.gathering`), so a sync is shared by all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.gathering import Gathering
from services.chassis.outbox import Message, Outbox
from services.chassis.tasks import sliced
from services.decider.facts import SEALED_LEVEL, Action
from services.registry import refusals
from services.registry.domain import Camera, Deed, Source, operator_of
from services.registry.permission import Scope, ScopeClass
from services.registry.soundness import refuse_unless_sound
from services.registry.standing import Standing
from services.registry.store import counters, systems
from services.registry.store.cameras import CameraStore, New, Stored
from services.registry.system import is_system_name
from services.registry.vault import Vault

MOST = 1000  # cameras in one call
MOST_IN_SYSTEM = 100_000
_SYSTEM_EXAMPLE = "operators/metro-guangzhou/systems/line-1"


@dataclass(frozen=True, slots=True)
class Draft:
    """A camera as it was sent."""

    camera: Camera
    source: Source | None = None
    level_is_claimed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a draft: a camera that is new or was there with the same content, or the refusal."""

    camera: Camera | None = None
    is_new: bool = False
    refusal: errors.Error | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """A draft that passed every rule that one camera alone can break; ``deed`` has the policy's rule."""

    camera: Camera
    level: int
    revision: int  # of the policy that gave the level
    locked_source: bytes | None
    indexed: Sequence[int]
    deed: Deed
    batch: int  # drafts of one call share their fact


class Permissions(Protocol):
    """What registration asks of permissions."""

    async def scope(self, principal: str, action: Action) -> Scope:
        """Every camera on which the principal may act."""
        ...

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        """The levels of new cameras by code and place category, and the revision of the approved policy."""
        ...


class Announce(Protocol):
    """Writes down facts about cameras."""

    def one(self, verb: str, camera: Camera, deed: Deed) -> Message:
        """About a single one."""
        ...

    def many(self, verb: str, cameras: Sequence[Camera], deed: Deed, at: datetime) -> Iterator[Message]:
        """About several, as few facts as they fit in; those of state secrets apart."""
        ...


@dataclass
class Enrolment:
    """Registers cameras."""

    database: Database
    outbox: Outbox
    store: CameraStore
    vault: Vault
    permissions: Permissions
    announce: Announce
    clock: Clock
    _batches: int = 0
    gathering: "Gathering[_Judged, Outcome]" = field(init=False)

    def __post_init__(self) -> None:
        self.gathering = Gathering(self._write, MOST)

    async def one(self, deed: Deed, draft: Draft) -> Camera:
        """Register one camera; raises what is wrong with it."""
        [outcome] = await self.many(deed, [draft])
        if outcome.refusal is not None:
            raise outcome.refusal
        assert outcome.camera is not None
        if not outcome.is_new:
            raise refusals.exists(outcome.camera)
        return outcome.camera

    async def many(self, deed: Deed, drafts: Sequence[Draft], *, is_dry_run: bool = False) -> Sequence[Outcome]:
        """Register at most `MOST` cameras; each has an outcome of its own, in the same order."""
        scope = await self.permissions.scope(deed.principal, Action.CONFIGURE)
        own = {system: scope.of_operator(operator_of(system)) for system in {d.camera.system for d in drafts}}
        checked = await sliced(lambda draft: _checked(draft, own[draft.camera.system]), drafts)
        sound = [one for one in checked if isinstance(one, Camera)]
        asked = [(one.code, one.category) for one in sound]  # a code may stand twice, with another category
        given, revision = await self.permissions.levels(asked) if asked else ((), 0)
        levels = dict(zip(asked, given, strict=True))
        self._batches += 1
        batch = self._batches

        def judge(at: int) -> _Judged | errors.Error:
            one = checked[at]
            if isinstance(one, errors.Error):
                return one
            return self._judged(drafts[at], (levels[one.code, one.category], revision), own, deed, batch)

        judged = await sliced(judge, range(len(drafts)))
        passing = [one for one in judged if isinstance(one, _Judged)]
        written = iter(await (self._try(passing) if is_dry_run else self.gathering.submit(passing)) if passing else ())
        return [next(written) if isinstance(one, _Judged) else Outcome(refusal=one) for one in judged]

    def _judged(
        self, draft: Draft, given: tuple[int, int], own: Mapping[str, Sequence[ScopeClass]], deed: Deed, batch: int
    ) -> "_Judged | errors.Error":
        """Under the rule by which the operator registers cameras of the level given, by a revision of the policy."""
        camera, (level, revision) = draft.camera, given
        rule = next((found.rule for found in own[camera.system] if found.admits(camera, level)), None)
        if rule is None:
            return refusals.code_not_assigned(camera)
        locked = self.vault.lock(camera.name, draft.source) if draft.source else None
        indexed = self.store.indexed(camera, level)  # here, where it overlaps with the transaction before
        return _Judged(camera, level, revision, locked, indexed, deed.under(rule), batch)

    async def _try(self, judged: Sequence[_Judged]) -> Sequence[Outcome]:
        async with self.database.read() as transaction:
            return await self._placed(transaction, judged)

    async def _write(self, judged: Sequence[_Judged]) -> Sequence[Outcome]:
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            outcomes = await self._placed(transaction, judged)
            news = [(one, o.camera) for one, o in zip(judged, outcomes, strict=True) if o.is_new and o.camera]
            await self.store.insert(transaction, [New(camera, one.locked_source, one.indexed) for one, camera in news])
            if messages := list(self._facts(news)):
                await self.outbox.add(transaction, *messages)
        self.outbox.wake()
        return outcomes

    async def _placed(self, transaction: AsyncConnection, judged: Sequence[_Judged]) -> Sequence[Outcome]:
        """Each camera in its system as that stands now, with what the database knows of its code."""
        there = {s.camera.code: s for s in await self.store.of_codes(transaction, [j.camera.code for j in judged])}
        standings = await systems.standings(transaction, {one.camera.system for one in judged})
        followed = await counters.last(transaction, "levels")
        taken: dict[str, _Judged] = {}
        outcomes = []
        for one in judged:
            code, standing = one.camera.code, standings.get(one.camera.system)
            before = taken.get(code)
            outcome = _beside(one, before) if before else _outcome(one, there.get(code), standing)
            if outcome.is_new and one.revision < followed:
                outcome = Outcome(refusal=refusals.levels_changed(one.camera))
            if outcome.is_new:
                taken[code] = one
            outcomes.append(outcome)
        return outcomes

    def _facts(self, news: Sequence[tuple[_Judged, Camera]]) -> Iterator[Message]:
        """One for each camera that came alone, one for a thousand that came together."""
        batches: dict[tuple[int, Deed], list[Camera]] = {}
        for one, camera in news:
            batches.setdefault((one.batch, one.deed), []).append(camera)
        for (_, deed), cameras in batches.items():
            if len(cameras) == 1:
                yield self.announce.one("created", cameras[0], deed)
            else:
                yield from self.announce.many("imported", cameras, deed, cameras[0].created_at)


def _beside(one: _Judged, first: _Judged) -> Outcome:
    """For a code that another draft takes in this very transaction: its own call's, or a stranger's."""
    if first.camera.operator != one.camera.operator:
        return Outcome(refusal=refusals.code_not_assigned(one.camera))
    is_same_call = first.batch == one.batch
    return Outcome(refusal=refusals.duplicate(one.camera) if is_same_call else refusals.exists(one.camera))


def _checked(draft: Draft, own: Sequence[ScopeClass]) -> Camera | errors.Error:
    """The camera as it was sent, or why no camera of its operator's can be like it."""
    try:
        if not own:
            raise refusals.not_the_operator(draft.camera)
        if not is_system_name(draft.camera.system):
            raise errors.InvalidArgument(errors.Violation("camera.system", f"must look like {_SYSTEM_EXAMPLE}"))
        refuse_unless_sound(draft.camera, draft.source, level_is_claimed=draft.level_is_claimed)
    except errors.Error as refusal:
        return refusal
    return draft.camera


def _outcome(one: _Judged, there: Stored | None, standing: Standing | None) -> Outcome:
    camera, is_sealed = one.camera, one.level == SEALED_LEVEL
    if there is not None and there.camera.operator != camera.operator:
        return Outcome(refusal=refusals.code_not_assigned(camera))
    if there is not None:
        is_same = _content(there.camera) == _content(camera)
        return Outcome(there.camera) if is_same else Outcome(refusal=refusals.exists(camera))
    try:
        if standing is None:
            raise refusals.no_system(camera.system)
        standing.refuse_mixed(is_sealed=is_sealed)
        standing.refuse_unless_open(camera.category, MOST_IN_SYSTEM)
    except errors.Error as refusal:
        return Outcome(refusal=refusal)
    standing.join(is_sealed=is_sealed)
    return Outcome(camera.placed(one.level, standing.state), is_new=True)


def _content(camera: Camera) -> tuple[object, ...]:
    """What an operator sends: a repeated import finds it unchanged. A source is not compared: it is locked."""
    return (
        camera.system, camera.display_name, camera.display_name_en, camera.category, camera.premises, camera.place,
        camera.latitude, camera.longitude, camera.purpose, camera.direction, camera.mounting,
    )  # fmt: skip
