"""Inspections of Article 17: public security supervises systems in its charge, by order, for days, and leaves a report.

    open ──► closed, with its report
      └────► expired ──► closed, when the report is there

While it is open, its agency inspects the cameras of its area, and looks at each for a minute (a live check), three
times at most. An agency that owes a report opens no other inspection.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import AgencyKind, Area, Inspection, Principal
from services.permissions.agencies.domain import is_municipal_police
from services.permissions.fields import Fields
from services.permissions.incidents.area import bounded, check_area
from services.permissions.papers.letter import Officer, check_officers

ARTICLE = "Article 17"
LONGEST = timedelta(days=7)
MOST_CHECKS = 3  # of one camera, by one agency's open inspections
MOST_OPERATORS = 100
MOST_SYSTEMS = 100
_LONGEST_REPORT = 10_000


class State(StrEnum):
    """Where an inspection is; it opens something only in the first."""

    OPEN = "open"
    EXPIRED = "expired"  # its report is owed
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Mandate:
    """What is opened: by which order, what for, by whom, where, until when."""

    order_number: str
    purpose: str
    officers: tuple[Officer, ...]
    area: Area
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What an inspection leaves: in words, with the SHA-256 of its document or ""."""

    text: str
    document_sha256: str = ""
    filed_by: str = ""
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inspecting:
    """An inspection on record. ``operators`` run cameras in its area, ``closed_at`` is its end before its time."""

    name: str
    principal: str
    agency: str
    mandate: Mandate
    starts_at: datetime
    operators: frozenset[str] = frozenset()
    closed_at: datetime | None = None
    report: Report | None = None
    checks: int = 0
    is_over: bool = False

    @property
    def ends_at(self) -> datetime:
        """As planned, or when it was closed before that."""
        return min(self.mandate.ends_at, self.closed_at or self.mandate.ends_at)

    @property
    def state(self) -> State:
        """As on record: ``settle`` it first, since time passes unasked."""
        if self.report:
            return State.CLOSED
        return State.EXPIRED if self.is_over else State.OPEN

    def fact(self, spent: frozenset[str] = frozenset()) -> Inspection:
        """As the decider reads it; no live check is left at ``spent``."""
        return Inspection(self.name, self.agency, self.mandate.area, self.starts_at, self.ends_at, spent)


def open_(name: str, mandate: Mandate, principal: Principal, now: datetime) -> Inspecting:
    """Open an inspection from ``now`` on, within the principal's own tier and jurisdiction (Articles 4, 5).

    Raises Denied to all but public security, InvalidArgument that names every wrong field.
    """
    if principal.kind is not AgencyKind.PUBLIC_SECURITY:
        raise _denied("open", "is opened by public security, for systems in its charge")
    fields = _fields("open")
    fields.text("inspection.order_number", mandate.order_number, most=100)
    fields.text("inspection.purpose", mandate.purpose, most=500)
    fields.span("inspection.end_time", now, mandate.ends_at, most=LONGEST)
    pair = "must be exactly two officers with a certificate each"
    check_officers(fields, "inspection.officers", mandate, pair, until="the inspection's end")
    is_somewhere = mandate.area != Area()
    fields.claim(is_somewhere, "inspection.area", "must have points, or name districts, operators, systems or cameras")
    is_short = len(mandate.area.operators) <= MOST_OPERATORS
    fields.claim(is_short, "inspection.operators", f"must name at most {MOST_OPERATORS} operators")
    is_short = len(mandate.area.systems) <= MOST_SYSTEMS
    fields.claim(is_short, "inspection.systems", f"must name at most {MOST_SYSTEMS} camera systems")
    check_area(fields, "inspection.", mandate.area, principal)
    fields.settle()
    named = mandate.area
    area = replace(bounded(named, principal), operators=named.operators, systems=named.systems)
    return Inspecting(name, principal.name, principal.agency, replace(mandate, area=area), now)


def close(found: Inspecting, report: Report, principal: Principal, now: datetime) -> Inspecting:
    """End it with its report, or file the report of one that time has ended. By its own agency."""
    if principal.agency != found.agency:
        raise _denied("close", f"is closed by {found.agency}, which opened it")
    fields = _fields("close")
    is_said = len(report.text.strip()) > 0 and len(report.text) <= _LONGEST_REPORT
    fields.claim(is_said, "report", f"must say what was found, in 1 to {_LONGEST_REPORT} characters")
    is_hash = report.document_sha256 == "" or (
        len(report.document_sha256) == 64 and set(report.document_sha256) <= set("0123456789abcdef")
    )
    fields.claim(is_hash, "report_sha256", "must be 64 small hexadecimal digits, or absent")
    fields.settle()
    if found.report:
        raise FailedPrecondition("STATE_WRONG", f"{found.name} is closed and has its report", state=State.CLOSED)
    filed = replace(report, filed_by=principal.name, filed_at=now)
    return replace(found, report=filed, closed_at=min(now, found.mandate.ends_at), is_over=True)


def settle(found: Inspecting, now: datetime) -> Inspecting:
    """Let time pass."""
    return replace(found, is_over=found.is_over or now >= found.ends_at)


def refuse_while_owing(owed: str) -> None:
    """Raise FailedPrecondition when the agency has an inspection that ended without its report; "" is none."""
    if owed:
        message = f"{owed} has ended and its report is owed ({ARTICLE}): close it with its report first"
        raise FailedPrecondition("STATE_WRONG", message, state=State.EXPIRED)


def is_shown(found: Inspecting, principal: Principal) -> bool:
    """Its own agency, the operators that it concerns, municipal public security. To others it does not exist."""
    return principal.agency in {found.agency, *found.operators} or is_municipal_police(principal)


def _fields(verb: str) -> Fields:
    return Fields(about={"rule": f"art17-inspection-{verb}", "article": ARTICLE})


def _denied(verb: str, sentence: str) -> Denied:
    message = f"an inspection ({ARTICLE}) {sentence}"
    return Denied("NOT_PERMITTED", message, rule=f"art17-inspection-{verb}", article=ARTICLE)
