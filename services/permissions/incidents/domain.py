"""A declared incident (Article 18 ¶2): what is on record of it, in which state it is, what it opens to whom from when.

    pending ──► in force ──► ended, expired          a whole district waits for a second approver first
       └──────► refused, lapsed, ended

Everything follows from its acts; incident_rules.py says who may add which.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.decider.facts import AgencyKind, Area, Incident, Principal, Tier
from services.permissions import genesis
from services.permissions.incidents.act import Act, Verdict
from services.permissions.incidents.area import districts_of

LONGEST = timedelta(hours=72)
APPROVAL_WITHIN = timedelta(hours=1)
DECLARERS = frozenset({AgencyKind.EMERGENCY_COMMAND, AgencyKind.PUBLIC_SECURITY})
ORGANS = frozenset(genesis.ORGANS)  # of Article 14 ¶2


class IncidentKind(StrEnum):
    """The four kinds that the article names."""

    NATURAL_DISASTER = "natural-disaster"
    ACCIDENT = "accident"
    PUBLIC_HEALTH = "public-health"
    PUBLIC_SECURITY = "public-security"


class State(StrEnum):
    """Where an incident is. It opens something in force only; the last four are for good."""

    PENDING = "pending"  # waits for a second approver
    IN_FORCE = "in-force"
    ENDED = "ended"  # before its time, by an organ or its declarer
    EXPIRED = "expired"
    REFUSED = "refused"
    LAPSED = "lapsed"  # nobody approved it in time


class Verb(StrEnum):
    """What happened, as the ledger is told."""

    DECLARED = "declared"
    EXTENDED = "extended"
    WIDENED = "widened"
    SUBMITTED = "submitted"  # any of the three, for a second approver
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    ENDED = "ended"
    EXPIRED = "expired"
    CONCERNED = "concerned"  # the operators of its areas were found


@dataclass(frozen=True, slots=True)
class Declared:
    """An incident on record. ``tier`` and ``jurisdiction`` are the declaring agency's.

    operators  agencies that run cameras which its acts name or in its areas, once that was looked up
    sealed_operators  those that run nothing there but state secrets: they read it, and nobody is told of them
    closed_at  when it was ended, refused or lapsed, before its time
    outcome    how it is over, once that is on record
    """

    name: str
    display_name: str
    kind: IncidentKind
    tier: Tier
    jurisdiction: str
    acts: tuple[Act, ...]
    operators: frozenset[str] = frozenset()
    sealed_operators: frozenset[str] = frozenset()
    closed_at: datetime | None = None
    outcome: State | None = None

    @property
    def state(self) -> State:
        """As on record: ``settle`` it first, since time passes unasked."""
        return self.outcome or (State.PENDING if self.acts[0].is_pending else State.IN_FORCE)

    @property
    def starts_at(self) -> datetime | None:
        """When it came into force; None when it never did."""
        return self.acts[0].effective_at

    @property
    def planned_end(self) -> datetime:
        """The latest end of the acts in effect; of the declaration, while none is."""
        return max(act.ends_at for act in (self.acts[0], *self._effective()) if act.ends_at)

    @property
    def ends_at(self) -> datetime:
        """As planned, or the moment when it was closed before that."""
        return min(self.planned_end, self.closed_at or self.planned_end)

    @property
    def pending(self) -> Act | None:
        """The act that waits for a second approver: there is one at most."""
        return next((act for act in self.acts if act.is_pending), None)

    @property
    def openers(self) -> frozenset[str]:
        """Every principal that had a hand in opening it: none of them takes its cameras over."""
        approvers = {act.decided_by for act in self.acts if act.verdict is Verdict.APPROVED}
        return frozenset({*(act.principal for act in self.acts), *approvers})

    @property
    def areas(self) -> tuple[Area, ...]:
        """What is open, act by act."""
        return tuple(act.area for act in self._effective())

    @property
    def unapproved_areas(self) -> tuple[Area, ...]:
        """What is open on one principal's word."""
        return tuple(act.area for act in self._effective() if act.approve_by is None)

    @property
    def opened(self) -> Mapping[str, datetime]:
        """The agencies that it opens to, each since when."""
        since: dict[str, datetime] = {}
        for act in self._effective():
            since |= {agency: act.effective_at for agency in act.opens_to - since.keys() if act.effective_at}
        return since

    @property
    def districts(self) -> frozenset[str]:
        """The districts that its acts may concern."""
        return frozenset().union(*(districts_of(act.area) for act in self.acts))

    def facts(self, agency: str) -> tuple[Incident, ...]:
        """As the decider reads it for one agency: each area from when it was opened to that agency, never before."""
        since = self.opened.get(agency)
        if since is None:
            return ()
        return tuple(
            Incident(self.name, act.area, frozenset({agency}), max(since, act.effective_at), self.ends_at)
            for act in self._effective()
            if act.effective_at and act.area != Area()
        )

    def _effective(self) -> Iterator[Act]:
        return (act for act in self.acts if act.effective_at)


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """Something that happened to an incident; ``by`` is who did it, "" for time."""

    verb: Verb
    by: str


Outcome = tuple[Declared, tuple[IncidentEvent, ...]]


def settle(declared: Declared, now: datetime) -> Outcome:
    """Let time pass: what nobody approved in time lapses, and what has reached its end is over."""
    if declared.outcome:
        return declared, ()
    events: list[IncidentEvent] = []
    act = declared.pending
    if act and act.approve_by and now >= act.approve_by:
        events.append(IncidentEvent(Verb.LAPSED, ""))
        declared = judged(declared, replace(act, verdict=Verdict.LAPSED, decided_at=act.approve_by))
    if declared.state is State.IN_FORCE and now >= declared.ends_at:
        events.append(IncidentEvent(Verb.EXPIRED, ""))
        declared = replace(declared, outcome=State.EXPIRED)
    return declared, tuple(events)


def judged(declared: Declared, act: Act) -> Declared:
    """The incident after the verdict on ``act``: a declaration that is not approved closes it."""
    acts = tuple(act if act.number == one.number else one for one in declared.acts)
    closing = {Verdict.REFUSED: State.REFUSED, Verdict.LAPSED: State.LAPSED}
    if act.number == 1 and act.verdict in closing:
        return replace(declared, acts=acts, closed_at=act.decided_at, outcome=closing[act.verdict])
    return replace(declared, acts=acts)


def is_shown(declared: Declared, principal: Principal) -> bool:
    """Whom an incident concerns: its declarer; the organs and emergency commands of the city and of its districts;
    the agencies that it opened to; the operators of cameras that it names or that lie in its areas. To others it does
    not exist.
    """
    operators = declared.operators | declared.sealed_operators
    if principal.agency in {declared.acts[0].agency, *operators, *declared.opened}:
        return True
    reaches = principal.tier is Tier.MUNICIPAL or principal.jurisdiction in declared.districts
    return principal.kind in DECLARERS | ORGANS and reaches
