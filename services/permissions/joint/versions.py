"""Use cases of looking back: the versions of the policy, for the organs, and for services that follow them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import CATEGORIES
from services.permissions import refusals
from services.permissions.joint import proposal as states
from services.permissions.joint.change import PolicyChange
from services.permissions.joint.version import Version, name_of
from services.permissions.ports import Ports
from services.permissions.question import in_good_standing
from services.permissions.store import policies as store
from services.permissions.store import sealed_lists


@dataclass(frozen=True, slots=True)
class LevelChanges:
    """What a version set: the levels of these place categories, and of these cameras by code, secrets among them."""

    revision: int
    categories: Sequence[int] = ()
    codes: Sequence[str] = ()
    sealed: Sequence[str] = ()  # those of them that a sealed list named


@asynccontextmanager
async def reading(ports: Ports, principal: str) -> AsyncIterator[AsyncConnection]:
    """What one of the three organs may read; Denied to others."""
    async with ports.database.read() as transaction:
        states.organ_of(await in_good_standing(transaction, ports, principal))
        yield transaction


class Versions:
    """Answers; writes nothing. ``change_of`` reads the change in a version's document."""

    def __init__(self, ports: Ports, change_of: Callable[[bytes], PolicyChange]) -> None:
        self._ports = ports
        self._change_of = change_of

    async def get(self, principal: str, revision: int) -> tuple[Version, PolicyChange | None]:
        """A version and what it changed, None for the genesis."""
        async with reading(self._ports, principal) as transaction:
            found = await store.version(transaction, revision)
        if found is None:
            raise refusals.no_resource(name_of(revision))
        version, document = found
        return version, self._change_of(document) if version.proposal else None

    async def history(self, principal: str, before: int, most: int) -> Sequence[Version]:
        """The newest below ``before``."""
        async with reading(self._ports, principal) as transaction:
            return await store.versions(transaction, before, most)

    async def level_changes(self, since: int) -> LevelChanges:
        """Of the version after ``since``, for services of the cell; of ``since`` itself, with nothing, if none is.

        Versions that were lost with a database may have set any level: behind a gap everything is to be looked at.
        """
        async with self._ports.database.read() as transaction:
            found = await store.next_version(transaction, since)
            secret = await sealed_lists.codes_set_by(transaction, since + 1)
        if found is None:
            return LevelChanges(since)
        version, document = found
        if since and version.revision > since + 1:
            return LevelChanges(version.revision, sorted(CATEGORIES))
        if not version.proposal:
            return LevelChanges(version.revision)
        change = self._change_of(document)
        codes = sorted({*change.camera_levels, *secret})
        return LevelChanges(version.revision, sorted(change.category_levels), codes, sorted(secret))
