"""How long sessions may outlast a silent bus: a value of the policy for each class of session. Pure.

Standing live viewing and everything else: some seconds. Whoever controls the camera by a takeover (Article 18): as long
as the three organs say, since its emergency is not over when a cable is cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from services.decider.facts import Camera, Circumstances, Principal, Takeover
from services.decider.holder import holder


class SessionClass(StrEnum):
    """Which lease a session has."""

    STANDING = "standing"  # every session
    TAKEOVER_HOLDER = "takeover-holder"  # of the agency that controls the camera by a takeover in force


USUAL_S = {SessionClass.STANDING: 10, SessionClass.TAKEOVER_HOLDER: 10}
BOUNDS_S = {SessionClass.STANDING: range(5, 11), SessionClass.TAKEOVER_HOLDER: range(10, 301)}  # whole seconds


@dataclass(frozen=True, slots=True)
class Leases:
    """Those in force. A holder's session never has less than the others."""

    standing: timedelta = timedelta(seconds=USUAL_S[SessionClass.STANDING])
    holder: timedelta = timedelta(seconds=USUAL_S[SessionClass.TAKEOVER_HOLDER])

    @classmethod
    def of(cls, seconds: Mapping[str, int]) -> Self:
        """By class; what is not named is as usual. Nothing longer than the bounds is believed, whoever says it."""
        standing, holding = (
            timedelta(seconds=max(0, min(seconds.get(one, USUAL_S[one]), BOUNDS_S[one][-1]))) for one in SessionClass
        )
        return cls(standing, max(standing, holding))

    @property
    def seconds(self) -> dict[str, int]:
        """By class, as ``of`` reads them."""
        found = {SessionClass.STANDING: self.standing, SessionClass.TAKEOVER_HOLDER: self.holder}
        return {one.value: int(lease.total_seconds()) for one, lease in found.items()}


USUAL = Leases()


def held_by_takeover(
    principal: Principal, camera: Camera, circumstances: Circumstances, now: datetime
) -> Takeover | None:
    """The takeover by which the principal's agency controls the camera; None when it does not, or needs none."""
    if not circumstances.takeovers:
        return None
    holding = holder(camera, circumstances.takeovers, now)
    return holding.takeover if holding.agency == principal.agency else None
