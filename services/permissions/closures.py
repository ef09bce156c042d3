"""Use case of cameras closed to everybody: sessions on them end, whatever they stand on (Articles 5 ¶1, 10).

The registry's facts are heard at once and written one after the other, so that hearing never waits for the database.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.tasks import stop_if_cancelled
from services.permissions.ending import Cause, Ending
from services.permissions.ports import Ports
from services.permissions.store import closures, endings

REMEMBERED = timedelta(days=1)  # how late the same fact may come again without ending anything twice


@dataclass(frozen=True, slots=True)
class Closure:
    """Cameras that public security suspended, or that are retired. ``fact`` tells one fact from another: 64 digits."""

    fact: str
    cameras: tuple[str, ...]


class Closures:
    """Bounded by what the registry says: a fact speaks of 1,000 cameras at most. ``has_waiting`` is set by each."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._waiting: deque[Closure] = deque()
        self.has_waiting = asyncio.Event()

    def hear(self, closure: Closure) -> None:
        """Have what stands on these cameras ended soon. The same fact may be heard again."""
        self._waiting.append(closure)
        self.has_waiting.set()

    async def end_once(self) -> None:
        """End what waits, in the order heard; one that the database does not take now stays for the next round."""
        while self._waiting:
            stop_if_cancelled()
            ended = await self._end(self._waiting[0])
            self._waiting.popleft()
            await self._ports.voice.tell(*ended)

    async def _end(self, closure: Closure) -> list[Ending]:
        """One ending for each camera, on record; none when this fact was acted on before, by whichever replica."""
        now = self._ports.clock.now()
        async with self._ports.database.write() as transaction:
            await endings.lock(transaction)
            await closures.forget(transaction, now - REMEMBERED)
            if not await closures.remember(transaction, closure.fact, now):
                return []
            cameras = list(dict.fromkeys(closure.cameras))
            return await endings.append_each(transaction, Cause.CAMERA_CHANGED, cameras, now)
