"""Trainings and duty shifts: who puts which on record for whom, and who takes it back (Articles 20, 23). Pure.

A training is what municipal public security organised and attests; a shift is what an agency says of its own people,
before it begins. Neither is changed afterwards: each ends at its time, or earlier by an act on record.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import Principal
from services.permissions.agencies.domain import is_municipal_police
from services.permissions.fields import Fields, check_reason

LONGEST_TRAINING = timedelta(days=3 * 366)
LONGEST_SHIFT = timedelta(hours=24)
FURTHEST_SHIFT = timedelta(days=92)  # how long ahead a roster may be entered
SKEW = timedelta(seconds=2)  # of the clock of who enters a shift that begins now


class StaffKind(StrEnum):
    """What is on record. The value is the collection of its name."""

    TRAINING = "trainings"
    SHIFT = "shifts"


ARTICLES = {StaffKind.TRAINING: "Article 23", StaffKind.SHIFT: "Article 20"}


@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """Who ended it before its time, when and why."""

    principal: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """A training or a shift of ``person``. ``number`` is of a training's certificate; a shift has none."""

    name: str
    kind: StaffKind
    person: str
    number: str
    starts_at: datetime
    ends_at: datetime
    entered_at: datetime
    entered_by: str
    early_end: EarlyEnd | None = None

    def is_running(self, now: datetime) -> bool:
        """Whether it opens anything at ``now``."""
        return self.early_end is None and self.starts_at <= now < self.ends_at


def train(entry: StaffEntry, by: Principal, now: datetime) -> StaffEntry:
    """Put a training on record. Raises Denied to others than municipal public security, InvalidArgument by field."""
    refuse_unless_training(by)
    fields = Fields(about={"article": ARTICLES[entry.kind]})
    fields.text("training.certificate_number", entry.number, most=100)
    fields.span("training.end_time", entry.starts_at, entry.ends_at, most=LONGEST_TRAINING)
    fields.claim(entry.ends_at > now, "training.end_time", "is past: register a training that is still valid")
    fields.settle()
    return entry


def enter(entry: StaffEntry, by: Principal, agency: str, now: datetime) -> StaffEntry:
    """Enter a shift of a person of ``agency``: by a system of that agency, before the shift begins or as it does."""
    refuse_unless_entering(by, agency)
    fields = Fields(about={"article": ARTICLES[entry.kind]})
    starts_at = max(entry.starts_at, now) if entry.starts_at >= now - SKEW else entry.starts_at
    fields.claim(starts_at >= now, "shift.start_time", "is past: a shift is entered before it begins, never afterwards")
    is_near = starts_at <= now + FURTHEST_SHIFT
    fields.claim(is_near, "shift.start_time", f"must be within {FURTHEST_SHIFT.days} days")
    fields.span("shift.end_time", starts_at, entry.ends_at, most=LONGEST_SHIFT)
    fields.settle()
    return replace(entry, starts_at=starts_at)


def end(entry: StaffEntry, by: Principal, reason: str, now: datetime) -> StaffEntry:
    """End it before its time. Who may was asked before."""
    check_reason(reason)
    if entry.early_end is not None or entry.ends_at <= now:
        raise FailedPrecondition("STATE_WRONG", f"{entry.name} is over already: nothing is left to end", state="over")
    return replace(entry, early_end=EarlyEnd(by.name, now, reason))


def refuse_unless_training(by: Principal) -> None:
    """Raise Denied to others than municipal public security, which organises training (Article 23)."""
    if not is_municipal_police(by):
        message = (
            "training is organised and put on record by municipal public security (Article 23): an operator's own"
            " attestation does not count"
        )
        raise Denied("NOT_PERMITTED", message, article="Article 23")


def refuse_unless_entering(by: Principal, agency: str) -> None:
    """Raise Denied to others than a system of the person's agency: nobody puts itself on duty."""
    if by.is_suspended or by.is_person or by.agency != agency:
        message = "a person's shifts are entered by a system of its own agency (Article 20): ask who keeps the roster"
        raise Denied("NOT_PERMITTED", message, article="Article 20")


def refuse_unless_ending(by: Principal, agency: str) -> None:
    """Raise Denied to others than a system of the person's agency and municipal public security."""
    if not is_municipal_police(by):
        refuse_unless_entering(by, agency)
