"""Levels follow the policy: each version that the three organs signed changes records here (Article 14 ¶2).

permissions decides by its own levels from the moment that a version is in force; what this brings up to date is what
lists filter by, words are found by, and histories tell. Versions are followed one after the other, in small
transactions; doing one twice changes nothing.
"""

import asyncio
import dataclasses
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.registry.change import revised
from services.registry.domain import Camera, Deed
from services.registry.service import revise
from services.registry.store import counters, notes
from services.registry.store.cameras import CameraStore, Stored
from services.registry.units import ClassFilter

log = logging.getLogger(__name__)
_BATCH = 200  # cameras of one transaction: writers wait for it
_BY = "principals/kapok-policy"
_ARTICLE = "Article 14 ¶2"


@dataclass(frozen=True, slots=True)
class LevelChanges:
    """What a version of the policy set: the levels of these place categories, and of these cameras (by code)."""

    revision: int
    categories: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()  # those of them that a sealed list named


class Permissions(Protocol):
    """What following asks of permissions."""

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        """The levels in force of cameras by code and place category, and the policy's revision."""
        ...

    async def level_changes(self, since: int) -> LevelChanges:
        """Of the version after ``since``; of ``since`` itself, with nothing, when there is none."""
        ...


class Announce(Protocol):
    """Writes down facts."""

    def many(self, verb: str, cameras: Sequence[Camera], deed: Deed, at: datetime) -> Iterator[Message]: ...


@dataclass(frozen=True)
class Levels:
    """Brings records to the levels in force."""

    database: Database
    outbox: Outbox
    store: CameraStore
    permissions: Permissions
    announce: Announce
    clock: Clock
    secrecy_changed: asyncio.Event  # set when cameras became state secrets, or are none any more

    async def followed(self) -> int:
        """The version that records are at."""
        async with self.database.look() as connection:
            return await counters.last(connection, "levels")

    async def hide(self, changes: LevelChanges) -> None:
        """Bring the cameras that a sealed list named, ahead of everything else that the version sets."""
        async for batch in self._named(changes.sealed):
            await self._bring(batch, changes.revision)

    async def follow(self) -> None:
        """Every version that is not followed yet."""
        since = await self.followed()
        while (changes := await self.permissions.level_changes(since)).revision > since:
            moved = 0
            async for batch in self._concerned(changes):
                moved += await self._bring(batch, changes.revision)
            async with self.database.write() as transaction:
                await counters.lock(transaction)
                await counters.set_to(transaction, "levels", changes.revision)
            log.info("%d cameras follow policyVersions/%d", moved, changes.revision)
            since = changes.revision

    async def _named(self, codes: Sequence[str]) -> AsyncIterator[list[Stored]]:
        for start in range(0, len(codes), _BATCH):
            async with self.database.read() as transaction:
                found = await self.store.of_codes(transaction, codes[start : start + _BATCH])
            yield found

    async def _concerned(self, changes: LevelChanges) -> AsyncIterator[list[Stored]]:
        async for found in self._named(changes.codes):
            yield found
        after = 0
        while changes.categories:
            async with self.database.read() as transaction:
                known = await self.store.book.refresh(transaction)
                wanted = known.filtered(ClassFilter(categories=frozenset(changes.categories)))
                found = await self.store.of_classes(transaction, sorted(known.ids(wanted)), after, _BATCH)
            if not found:
                return
            after = found[-1].id
            yield found

    async def _bring(self, found: Sequence[Stored], revision: int) -> int:
        """Those of ``found`` that are at another level; how many they were."""
        if not found:
            return 0
        levels, _ = await self.permissions.levels([(one.camera.code, one.camera.category) for one in found])
        wanted = {one.camera.code: (one.camera.category, level) for one, level in zip(found, levels, strict=True)}
        now, brought, crossed = self.clock.now(), list[Camera](), set[str]()
        again = list[Stored]()  # of another place category by now
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            for before in await self.store.of_codes(transaction, list(wanted)):
                category, level = wanted[before.camera.code]
                if category != before.camera.category:
                    again.append(before)
                elif level != before.camera.level:
                    cause = _cause(before.camera, level, revision)
                    after = dataclasses.replace(
                        revised(before.camera, _BY, cause, now), level=level, confirmed_at=before.camera.confirmed_at
                    )
                    await revise(transaction, self.store, before, after)
                    brought.append(after)
                    if before.camera.is_sealed != after.is_sealed:
                        crossed |= {after.system, after.system.partition("/systems/")[0]}
            if brought:
                deed = Deed("", "", article=_ARTICLE)
                await self.outbox.add(transaction, *self.announce.many("levelled", brought, deed, now))
            if crossed:  # whose findings may be told to others than before
                await notes.tell_again(transaction, sorted(crossed))
        if brought:
            self.outbox.wake()
        if crossed:
            self.secrecy_changed.set()
        return len(brought) + await self._bring(again, revision)


def _cause(before: Camera, level: int, revision: int) -> str:
    """Why the record says another level. That a camera was a state secret is told to nobody (Article 11)."""
    was = "the level" if before.is_sealed else f"level {before.level}"
    return f"{was} became {level} by policyVersions/{revision} ({_ARTICLE})"
