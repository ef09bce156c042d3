"""A camera whose place category changes is at that category's level from then on, as a new one is (Article 14 ¶2).

Permissions gives the level before the transaction; the change is made under it, or refused when levels changed since.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import CATEGORIES, SEALED_LEVEL
from services.registry import refusals
from services.registry.domain import Camera, code_of
from services.registry.store import counters, notes, systems


@dataclass(frozen=True, slots=True)
class Given:
    """The level of a camera in a place category, by a revision of the policy."""

    level: int
    revision: int


class Permissions(Protocol):
    """What this asks of permissions."""

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        """The levels in force of cameras by code and place category, and the policy's revision."""
        ...


@dataclass(frozen=True)
class Reclassifying:
    """``secrecy_changed`` is set when findings may be told to others than before."""

    permissions: Permissions
    secrecy_changed: asyncio.Event

    async def ask(self, name: str, category: int | None) -> Given | None:
        """The level that the camera would have in that category; None where it stays, or there is no such category."""
        if category is None or category not in CATEGORIES:
            return None
        [level], revision = await self.permissions.levels([(code_of(name), category)])
        return Given(level, revision)

    async def at_level(
        self, transaction: AsyncConnection, before: Camera, after: Camera, given: Given | None
    ) -> Camera:
        """``after`` at its level, not written yet. Raises Aborted when levels changed since they were given.

        FailedPrecondition when a state secret and others would share a system (Article 11).
        """
        if after.category == before.category:
            return after
        if given is None or given.revision < await counters.last(transaction, "levels"):
            raise refusals.levels_changed(after)
        after = replace(after, level=given.level)
        if before.is_sealed != after.is_sealed:
            others = (await systems.standings(transaction, {before.system}))[before.system]
            others.leave(is_sealed=before.is_sealed)
            others.refuse_mixed(is_sealed=after.is_sealed)
        return after

    async def written(self, transaction: AsyncConnection, before: Camera, after: Camera) -> None:
        """It is: findings of its system and its operator are told anew, to others than before."""
        if before.is_sealed != after.is_sealed:
            await notes.tell_again(transaction, [before.system, before.system.partition("/systems/")[0]])

    def committed(self, before: Camera, after: Camera) -> None:
        """It is on record."""
        if before.is_sealed != after.is_sealed:
            self.secrecy_changed.set()


def is_of_secret(camera: Camera, given: Given | None) -> bool:
    """Whether what is said of such a change belongs into the sealed book, made or not."""
    return camera.is_sealed or (given is not None and given.level == SEALED_LEVEL)


def verb(before: Camera, after: Camera) -> str:
    """What happened to it, for the fact: whoever may see it may be others by now, or as before."""
    return "updated" if after.category == before.category else "reclassified"
