"""Use cases of sealed lists: drawn up and read by national security; other organs know count and hash (Article 11)."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from services.chassis.errors import Exhausted
from services.permissions import refusals
from services.permissions.joint import proposal as states
from services.permissions.joint.sealed import SealedList, may_read, refuse_unless_keeper, refuse_unless_sound
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import endings
from services.permissions.store import sealed_lists as store

MOST_WAITING = 100
_HOUR = timedelta(hours=1)


class SealedLists:
    """``salt`` draws 32 random bytes."""

    def __init__(self, ports: Ports, salt: Callable[[], bytes]) -> None:
        self._ports = ports
        self._salt = salt

    async def draw_up(self, principal: str, levels: Mapping[str, int]) -> SealedList:
        """Keep a list, for municipal public security to propose by its name. Whether cameras exist is not looked at."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            refuse_unless_keeper(await in_good_standing(transaction, ports, principal))
            refuse_unless_sound(levels)
            await endings.lock(transaction)
            if await store.count_waiting(transaction) >= MOST_WAITING:
                message = f"{MOST_WAITING} sealed lists wait to be proposed: propose one of them"
                raise Exhausted("LIMIT_REACHED", message, retry_after=_HOUR, limit="sealed-lists")
            drawn = SealedList(f"sealedLevels/{ports.new_id()}", self._salt(), dict(levels), principal, now)
            await store.insert(transaction, drawn)
            told = Change("sealedLevels.drawn_up", principal, now, drawn, article="Article 11", is_sealed=True)
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        return drawn

    async def get(self, principal: str, name: str) -> tuple[SealedList, bool]:
        """A list, for the organs; and whether this one may see what it names."""
        ports = self._ports
        async with ports.database.read() as transaction:
            asking = await in_good_standing(transaction, ports, principal)
            states.organ_of(asking)
            found = await store.find(transaction, name)
        if found is None:
            raise refusals.no_resource(name)
        return found, may_read(asking)
