"""Use cases of reading a takeover: as much of it as concerns the caller, and what it has still."""

from dataclasses import replace
from datetime import datetime

from services.permissions import refusals
from services.permissions.ports import Kept, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import takeovers
from services.permissions.takeover import GRANT_LIFETIME
from services.permissions.takeovers.control import held
from services.permissions.takeovers.orders import Order, shown


class TakeoverReads:
    """One read each."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def get(self, principal: str, name: str) -> Order:
        """A takeover, as much of it as concerns the caller; absent to others."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            kept, controls = await shown(transaction, caller, name)
            now = self._ports.clock.now()
            taken = [held(controls[one.takeover.camera], one, now) for one in kept]
            return Order([replace(one, is_fenced=_has_settled(one.kept, now)) for one in taken], {})

    async def taken(self, principal: str, name: str) -> tuple[list[str], str]:
        """The cameras that a takeover of the caller's own agency has still, and what it stands on."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            kept = await takeovers.find(transaction, name)
        if not kept or kept[0].takeover.agency != caller.agency:
            raise refusals.no_resource(name)
        now = self._ports.clock.now()
        cameras = [one.takeover.camera for one in kept if one.is_in_force(now)]
        return cameras, kept[0].takeover.ground


def _has_settled(kept: Kept, now: datetime) -> bool:
    """Whether every grant from before it, or from before its end, has run out."""
    return now - (kept.ended_at or kept.takeover.starts_at) >= GRANT_LIFETIME
