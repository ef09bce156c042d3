"""A claim for compensation (Article 18 ¶3): what an operator lost by a takeover of its cameras. Pure.

    filed ──► under review ──► decided ──► settled
       │        │      ▲ │        └── rejected: nothing is settled
       │        ▼      │ │
       │      more asked │
       └────────┴────────┴──► withdrawn

Amounts are whole fen of renminbi. A claim is one of one takeover and one operator, for good: its name says both.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.decider.facts import AgencyKind, Principal
from services.permissions.agencies.enrolment import is_organ

ARTICLE = "Article 18 ¶3"
# The article sets no time. These are the terms of the law on state compensation for what it covers, as far as it goes.
FILED_WITHIN = timedelta(days=730)  # of the takeover's end
DECIDED_WITHIN = timedelta(days=60)  # of the filing; the time in which the agency waits for the operator is not counted
SUPPLEMENTED_WITHIN = timedelta(days=30)  # of the agency's question
SETTLED_WITHIN = timedelta(days=30)  # of the decision
MOST_FEN = 10**12  # of a claim: ten thousand million yuan
MOST_LOSSES = 100
MOST_STEPS = 50  # some forty kilobytes of words


class State(StrEnum):
    """Where a claim is."""

    FILED = "filed"
    UNDER_REVIEW = "under-review"
    MORE_ASKED = "more-asked"
    DECIDED = "decided"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class LossKind(StrEnum):
    """What Article 18 ¶3 compensates."""

    LOSS = "loss"
    EXPENSE = "expense"  # additional: what the operator had to pay


class Verb(StrEnum):
    """What was done to a claim; each is a fact ``claim.{verb}`` too."""

    FILED = "filed"
    TAKEN_UP = "taken_up"
    MORE_ASKED = "more_asked"
    SUPPLEMENTED = "supplemented"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    OVERDUE = "overdue"  # by time


@dataclass(frozen=True, slots=True)
class Loss:
    """One line. ``camera`` is "" when it is of all; ``document_sha256`` is of the bill or report behind it, or ""."""

    kind: LossKind | None  # None: not of the vocabulary, which is refused
    text: str
    amount_fen: int
    camera: str = ""
    document_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What an operator claims, and why."""

    reason: str
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a takeover took of one operator; ``ended_at`` is None while it is in force there."""

    takeover: str
    agency: str
    operator: str
    cameras: frozenset[str]
    ended_at: datetime | None
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, by whom ("" is time), with the words and the SHA-256 of the document given for it."""

    verb: Verb
    by: str
    at: datetime
    text: str = ""
    document_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on record: against ``agency``, which took over ``camera_count`` cameras of ``operator``.

    accepted_fen     of what is claimed, once it is decided
    decide_by        the agency's deadline; answer_by the operator's while more is asked; settle_by the agency's again
    is_sealed        a state secret is among the cameras (Article 11)
    is_late          that the deadline passed is on record
    """

    takeover: str
    operator: str
    agency: str
    statement: Statement
    camera_count: int
    decide_by: datetime
    steps: tuple[Step, ...]
    state: State = State.FILED
    accepted_fen: int = 0
    answer_by: datetime | None = None
    settle_by: datetime | None = None
    payment_reference: str = ""
    is_sealed: bool = False
    is_late: bool = False

    @property
    def name(self) -> str:
        """The resource name: takeovers/…/claims/{agency}."""
        return f"{self.takeover}/claims/{self.operator.removeprefix('agencies/')}"

    @property
    def amount_fen(self) -> int:
        """What is claimed: the sum of its lines."""
        return sum(loss.amount_fen for loss in self.statement.losses)

    @property
    def filed_at(self) -> datetime:
        """When it came."""
        return self.steps[0].at

    @property
    def due_at(self) -> datetime | None:
        """Until when whose turn it is has to act; None when nobody has to any more."""
        if self.state in {State.FILED, State.UNDER_REVIEW}:
            return self.decide_by
        if self.state is State.MORE_ASKED:
            return self.answer_by
        return self.settle_by if self.state is State.DECIDED else None

    def is_overdue(self, now: datetime) -> bool:
        """Whether that time has passed."""
        return self.due_at is not None and now >= self.due_at


def is_shown(claim: Claim, reader: Principal) -> bool:
    """The operator, the agency that took over and the three organs; of state secrets, national security alone of them.

    To others it does not exist.
    """
    if reader.agency in {claim.operator, claim.agency}:
        return True
    is_open = not claim.is_sealed or reader.kind is AgencyKind.NATIONAL_SECURITY
    return is_open and is_organ(reader.kind, reader.tier)
