"""Use case of cameras whose sessions end whatever they stand on: closed to everybody, or of another place category.

What is closed ends for good (Articles 5 ¶1, 10). With its place category a camera's level and rows change (Article 14
¶2): everybody asks anew, and who may not know of what is a secret now has no takeover of it left (Article 11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from services.permissions.ending import Cause, Ending
from services.permissions.ports import Ports
from services.permissions.store import claims, closures, endings, takeover_writes, takeovers
from services.permissions.takeover import of_secret
from services.permissions.takeovers.control import Act, end

REMEMBERED = timedelta(days=1)  # how late the same fact may come again without ending anything twice


@dataclass(frozen=True, slots=True)
class Closure:
    """What a fact of the registry ends. ``fact`` tells one fact from another: 64 digits.

    ``categories`` are those of cameras that have another one now, ``by`` whom; ``is_sealed``: of a state secret.
    """

    fact: str
    cameras: tuple[str, ...]
    categories: Mapping[str, int] = field(default_factory=dict)
    by: str = ""
    is_sealed: bool = False


class Closures:
    """Each once, by whichever replica."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def end(self, closure: Closure) -> None:
        """End what stands on these cameras. The same fact may come again: it ends nothing twice."""
        ended = await self._end(closure)
        self._ports.journal.wake()
        await self._ports.voice.tell(*ended)

    async def _end(self, closure: Closure) -> list[Ending]:
        """One ending for each camera, on record; none when this fact was acted on before."""
        now = self._ports.clock.now()
        async with self._ports.database.write() as transaction:
            if closure.categories:
                await takeovers.lock(transaction)  # first, as whatever changes control does
            await endings.lock(transaction)
            await closures.forget(transaction, now - REMEMBERED)
            if not await closures.remember(transaction, closure.fact, now):
                return []
            await takeover_writes.recategorise(transaction, closure.categories)
            act = Act(closure.by, now)
            await end(transaction, self._ports, closure.categories, lambda control: of_secret(control, now), act)
            if closure.is_sealed:
                await claims.seal(transaction, closure.categories)
            cameras = list(dict.fromkeys(closure.cameras))
            cause, is_sealed = Cause.CAMERA_CHANGED, closure.is_sealed
            return await endings.append_each(transaction, cause, cameras, now, is_sealed=is_sealed)
