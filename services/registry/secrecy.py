"""Nothing is listed by a newer policy than the one that its state secrets are hidden by (Article 11).

Lists, counts and streams filter by the levels on record, which follow the policy version after version. That takes as
long as their number does, and a camera that became a state secret may not be seen meanwhile. So whoever asks for a
scope is answered when the cameras that the sealed lists up to its policy named are at their level here.
"""

import asyncio

from services.registry.levels import Levels


class Secrecy:
    """One of a process; a replica that comes second finds nothing left to do."""

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._turn = asyncio.Lock()
        self._reached = 0  # every sealed list up to this version is followed here

    async def reach(self, revision: int) -> None:
        """Return when the sealed lists up to ``revision`` are followed; errors.Unavailable when they can't be read."""
        if revision <= self._reached:
            return
        async with self._turn:
            since = max(self._reached, await self._levels.followed())
            while since < revision:
                changes = await self._levels.permissions.level_changes(since)
                if changes.revision <= since:
                    break
                await self._levels.hide(changes)
                since = changes.revision
            self._reached = since
