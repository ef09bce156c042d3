"""Who controls a camera: a pure function of the takeovers in force, so that preemption, falling back to the earlier
lawful holder and return to the operator need no code of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.decider.facts import AgencyKind, Camera, Takeover, Tier

RANK = {
    AgencyKind.NATIONAL_SECURITY: 0,
    AgencyKind.PUBLIC_SECURITY: 1,
    AgencyKind.EMERGENCY_COMMAND: 2,
}  # who precedes whom; the only kinds that Article 18 lets take over


@dataclass(frozen=True, slots=True)
class Holder:
    """An agency in control, by which takeover and until when; both None when it is the operator by default."""

    agency: str
    takeover: Takeover | None = None

    @property
    def until(self) -> datetime | None:
        return self.takeover.ends_at if self.takeover else None


def holder(camera: Camera, takeovers: Iterable[Takeover], now: datetime) -> Holder:
    """Highest rank in force, municipal before district, then the database's number: never wall time (Article 18)."""
    first = None
    for takeover in takeovers:
        if takeover.camera == camera.name and in_force(takeover, now):
            first = takeover if first is None else min(first, takeover, key=precedence)
    return Holder(first.agency, first) if first else Holder(camera.operator)


def in_force(takeover: Takeover, now: datetime) -> bool:
    """From its start up to, not including, its end."""
    return takeover.starts_at <= now < takeover.ends_at


def precedence(takeover: Takeover) -> tuple[int, bool, int]:
    """Smaller precedes. A kind that may not take over ranks behind all that may."""
    return RANK.get(takeover.kind, len(RANK)), takeover.tier is not Tier.MUNICIPAL, takeover.number
