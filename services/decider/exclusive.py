"""Whose view of a camera an exclusive takeover suspends (Article 18): one pure function.

Permissions asks it where it decides, and a relay as long as a session runs, so that both say the same.
"""

from dataclasses import dataclass
from datetime import datetime

from services.decider.facts import Action, Camera, Circumstances, Principal, Takeover
from services.decider.holder import RANK, holder, in_force

ARTICLE = "Article 18"
SUSPENDED = frozenset({Action.LIVE, Action.COPY})  # to see its pictures now; an inspector's live check never is


@dataclass(frozen=True, slots=True)
class Suspension:
    """Nothing is seen until ``until``, or until the takeover ends; ``agency`` holds the camera by it."""

    takeover: str
    agency: str
    until: datetime

    @property
    def metadata(self) -> dict[str, str]:
        """What a refusal carries."""
        return {"holder": self.agency, "until": self.until.isoformat(timespec="seconds"), "article": ARTICLE}

    def said_of(self, camera: str) -> str:
        """What who is refused meanwhile is told."""
        until = self.until.isoformat(timespec="seconds")
        return f"{camera} is held exclusively by {self.agency} ({ARTICLE}) until {until}: try again once it ends"


def suspension(
    principal: Principal, camera: Camera, action: Action, circumstances: Circumstances, now: datetime
) -> Suspension | None:
    """The exclusive takeover that suspends the principal's view of the camera; None when none does.

    It binds while its agency holds the camera, and only kinds of agency that rank below it: those of the same kind see
    on, whatever their tier. What the operator sees of its own cameras live is its duty view.
    """
    if not circumstances.takeovers or action not in SUSPENDED:
        return None
    holding = holder(camera, circumstances.takeovers, now)
    top = holding.takeover
    if top is None or top.agency == principal.agency or not _is_below(principal, top):
        return None
    is_duty = principal.agency == camera.operator and action is Action.LIVE
    binding = [
        one
        for one in circumstances.takeovers
        if one.agency == top.agency and one.camera == camera.name and in_force(one, now)
        and one.is_exclusive and (one.suspends_duty or not is_duty)
    ]  # fmt: skip
    if not binding:
        return None
    longest = max(binding, key=lambda one: (one.ends_at, one.number))
    return Suspension(longest.name, longest.agency, longest.ends_at)


def _is_below(principal: Principal, takeover: Takeover) -> bool:
    """Whether its kind of agency ranks below; a kind that takes nothing over is below every one that does."""
    lowest = len(RANK)
    return RANK.get(principal.kind, lowest) > RANK.get(takeover.kind, lowest)
