"""An operator's review of papers before they open its cameras (Article 19): optional, with a deadline. Pure.

    pending ──► accepted
       ├─────► lapsed        the operator said nothing until the deadline: the papers open
       └─────► refused ──► overruled

While it is pending, or refused and not overruled, the papers open none of the operator's cameras.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import AgencyKind, Principal, Tier
from services.permissions.fields import Fields, check_reason
from services.permissions.papers.letter import ARTICLE

MOST_HOURS = 24


class State(StrEnum):
    """Where a review is."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    OVERRULED = "overruled"


class Objection(StrEnum):
    """Why papers may be refused: there is no other reason."""

    FORGED = "forged"
    SCOPE = "scope"  # they do not cover these cameras, or this time
    OFFICERS = "officers"  # those who came are not those whom they name


@dataclass(frozen=True, slots=True)
class Terms:
    """Whether an operator looks at papers first, and how long that may take: 0 hours is no review."""

    operator: str
    deadline_hours: int
    set_by: str
    set_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """Of the papers called ``basis``, by ``operator``; ``note`` and ``overrule_reason`` are in people's words."""

    basis: str
    operator: str
    requested_at: datetime
    deadline: datetime
    state: State = State.PENDING
    objection: Objection | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""
    overruled_by: str = ""
    overruled_at: datetime | None = None
    overrule_reason: str = ""
    change: int = 0

    @property
    def name(self) -> str:
        """The resource name: legalBases/…/reviews/{agency}."""
        return f"{self.basis}/reviews/{self.operator.removeprefix('agencies/')}"


@dataclass(frozen=True, slots=True)
class Word:
    """What an operator's duty officer says of papers."""

    is_accepted: bool
    objection: Objection | None
    note: str


def set_terms(caller: Principal, deadline_hours: int, reason: str, now: datetime) -> Terms:
    """What the caller's agency asks of papers for the cameras that it runs, from now on."""
    fields = Fields(about={"rule": "art19-review-terms", "article": ARTICLE})
    offer = f"must be 1 to {MOST_HOURS} hours, or 0 for no review"
    fields.claim(0 <= deadline_hours <= MOST_HOURS, "terms.deadline_hours", offer)
    fields.text("terms.reason", reason, most=500)
    fields.settle()
    return Terms(caller.agency, deadline_hours, caller.name, now, reason)


def requested(basis: str, terms: Terms, now: datetime) -> Review:
    """The review that registered papers wait for."""
    return Review(basis, terms.operator, now, now + timedelta(hours=terms.deadline_hours))


def settle(review: Review, now: datetime) -> Review:
    """Let time pass: at its deadline a silent operator has let the papers pass."""
    if review.state is State.PENDING and now >= review.deadline:
        return replace(review, state=State.LAPSED)
    return review


def decide(review: Review, word: Word, caller: Principal, now: datetime) -> Review:
    """The operator's word. Raises Denied to others, FailedPrecondition once it is decided or its deadline is past."""
    if caller.agency != review.operator:
        raise _denied("decide", f"is for {review.operator}, which runs the cameras")
    fields = Fields(about={"rule": "art19-review-decide", "article": ARTICLE})
    offer = f"must be one of {', '.join(Objection)} when the papers are refused, and absent when they are accepted"
    fields.claim(word.is_accepted == (word.objection is None), "objection", offer)
    if word.note or not word.is_accepted:
        fields.text("note", word.note, most=500)
    fields.settle()
    review = settle(review, now)
    if review.state is not State.PENDING:
        message = f"{review.name} is {review.state} and stays so: a refusal is overruled, never taken back"
        raise FailedPrecondition("STATE_WRONG", message, state=review.state)
    state = State.ACCEPTED if word.is_accepted else State.REFUSED
    return replace(
        review, state=state, objection=word.objection, decided_by=caller.name, decided_at=now, note=word.note
    )


def overrule(review: Review, issuer_kind: AgencyKind, caller: Principal, reason: str, now: datetime) -> Review:
    """Let refused papers pass: municipal public security, or national security of the city for papers of its kind.

    Who refuses is not asked again; who registered the papers does not overrule what is said of them.
    """
    of = AgencyKind.NATIONAL_SECURITY if issuer_kind is AgencyKind.NATIONAL_SECURITY else AgencyKind.PUBLIC_SECURITY
    if caller.kind is not of or caller.tier is not Tier.MUNICIPAL:
        raise _denied("overrule", f"is for {of} of the city: ask it")
    check_reason(reason, rule="art19-review-overrule", article=ARTICLE)
    if review.state is not State.REFUSED:
        raise FailedPrecondition(
            "STATE_WRONG", f"{review.name} is {review.state}: nothing to overrule", state=review.state
        )
    return replace(review, state=State.OVERRULED, overruled_by=caller.name, overruled_at=now, overrule_reason=reason)


def _denied(verb: str, sentence: str) -> Denied:
    message = f"a review of papers ({ARTICLE}) {sentence}"
    return Denied("NOT_PERMITTED", message, rule=f"art19-review-{verb}", article=ARTICLE)
