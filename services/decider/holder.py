"""Who controls a camera: a pure function of the takeovers and leases in force, so that preemption, falling back to the
earlier lawful holder and return to the operator need no code of their own. There is no other arbiter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.decider.facts import AgencyKind, Camera, ControlLease, Takeover, Tier

RANK = {
    AgencyKind.NATIONAL_SECURITY: 0,
    AgencyKind.PUBLIC_SECURITY: 1,
    AgencyKind.EMERGENCY_COMMAND: 2,
}  # who precedes whom; the only kinds that Article 18 lets take over


@dataclass(frozen=True, slots=True)
class Holder:
    """An agency in control, by which takeover or lease; both None when it is the operator by default."""

    agency: str
    takeover: Takeover | None = None
    lease: ControlLease | None = None

    @property
    def until(self) -> datetime | None:
        """When what it holds by ends; None when that is nothing."""
        held = self.takeover or self.lease
        return held.ends_at if held else None


def holder(camera: Camera, takeovers: Iterable[Takeover], now: datetime, leases: Iterable[ControlLease] = ()) -> Holder:
    """Highest rank in force, municipal before district, then the database's number: never wall time (Article 18).

    Below every takeover stand the leases of ordinary control: the operator's, then the first of another agency.
    """
    first = None
    for takeover in takeovers:
        if takeover.camera == camera.name and in_force(takeover, now):
            first = takeover if first is None else min(first, takeover, key=precedence)
    if first is not None:
        return Holder(first.agency, first)
    running = [lease for lease in leases if lease.camera == camera.name and in_force(lease, now)]
    if not running:
        return Holder(camera.operator)
    lease = min(running, key=lambda one: (one.agency != camera.operator, one.number))
    return Holder(lease.agency, lease=lease)


def in_force(held: Takeover | ControlLease, now: datetime) -> bool:
    """Up to, not including, its end. Whoever knows of it knows that it began, even where a clock is behind the one of
    whoever granted it, or was set back: who holds control is never a question of when (``precedence``).
    """
    return now < held.ends_at


def precedence(takeover: Takeover) -> tuple[int, bool, int]:
    """Smaller precedes. A kind that may not take over ranks behind all that may."""
    return RANK.get(takeover.kind, len(RANK)), takeover.tier is not Tier.MUNICIPAL, takeover.number
