"""Acts about an incident: declared, extended, widened; each on record for ever, none changed but by its approver."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.decider.facts import Area, Tier


class ActKind(StrEnum):
    """What an act does. The first of an incident declares it."""

    DECLARED = "declared"
    EXTENDED = "extended"
    WIDENED = "widened"


class Verdict(StrEnum):
    """What became of an act that needed a second approver."""

    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"  # its time for an approval passed, or its incident ended first


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what by which order. What it does not touch is empty.

    area, opens_to    what it opens, and to which agencies beyond those that the acts before it named
    ends_at           the incident's new end
    letter_number     of the letter under which the agencies of ``opens_to`` act, with two certificates (Article 19)
    approve_by        until when a second approver may decide it; None when it needs none
    """

    number: int
    kind: ActKind
    principal: str
    agency: str
    tier: Tier
    at: datetime
    order_number: str
    reason: str = ""
    area: Area = Area()  # noqa: RUF009 - a value, and frozen
    opens_to: frozenset[str] = frozenset()
    ends_at: datetime | None = None
    letter_number: str = ""
    certificates: tuple[str, ...] = ()
    approve_by: datetime | None = None
    verdict: Verdict | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""

    @property
    def is_pending(self) -> bool:
        """It waits for a second approver, and opens nothing."""
        return self.approve_by is not None and self.verdict is None

    @property
    def effective_at(self) -> datetime | None:
        """From when on it opens what it opens, never before somebody said so; None when it does not."""
        if self.approve_by is None:
            return self.at
        return self.decided_at if self.verdict is Verdict.APPROVED else None
