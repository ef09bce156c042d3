"""Use case of the policy as relays follow it: each version is said at once, and kept for whoever was away."""

import asyncio
from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tasks import stop_if_cancelled
from services.decider.facts import SEALED_LEVEL
from services.decider.replica import Edition
from services.permissions.joint.change import PolicyChange
from services.permissions.joint.version import name_of
from services.permissions.ports import Ports
from services.permissions.store import endings, policies

MOST_KEPT = 64  # a relay that missed more of them waits for streams


class Editions:
    """``has_new`` is set by each version that was said: it may not be kept yet."""

    def __init__(self, ports: Ports, change_of: Callable[[bytes], PolicyChange]) -> None:
        """``change_of`` reads the change in a version's document."""
        self._ports = ports
        self._change_of = change_of
        self._kept = 0  # every version up to it
        self.has_new = asyncio.Event()

    async def proclaim(self, revision: int) -> None:
        """Tell relays of the version just adopted."""
        self.has_new.set()
        async with self._ports.database.read() as transaction:
            found = await self._find(transaction, revision)
        assert found is not None, "it was adopted"
        await self._ports.voice.proclaim(found)

    async def keep_once(self) -> None:
        """Keep what may not be kept yet, oldest first: versions of other replicas, and of runs before this one, too."""
        async with self._ports.database.read() as transaction:
            newest = await policies.revision(transaction)
        for revision in range(max(self._kept + 1, newest - MOST_KEPT + 1), newest + 1):
            stop_if_cancelled()
            async with self._ports.database.read() as transaction:
                found = await self._find(transaction, revision)
            if found is not None:
                await self._ports.voice.keep_edition(found)
            self._kept = revision

    async def _find(self, transaction: AsyncConnection, revision: int) -> Edition | None:
        found = await policies.version(transaction, revision)
        if found is None:
            return None
        version, document = found
        number = await endings.last_of(transaction, name_of(revision))
        if not version.proposal:  # the genesis: nothing was known before it
            return Edition(revision, version.policy, number=number, leases=version.leases, marks=version.marks)
        change = self._change_of(document)
        levels = change.category_levels, _open(change.camera_levels)
        return Edition(revision, version.policy, *levels, number, version.leases, version.marks)


def _open(levels: Mapping[str, int]) -> dict[str, int]:
    """No state secret is named to a relay: what runs on it ends by its own ending (Article 11)."""
    return {code: level for code, level in levels.items() if level < SEALED_LEVEL}
