"""Who does what to an incident, and when (Article 18 ¶2): declared, approved, extended, widened, ended.

    (incident, command, principal, now) → (incident, events)

What opens a whole district waits for a second approver, and so does what keeps one open or opens it to more agencies.
"""

from dataclasses import replace
from datetime import datetime

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import Area, Principal, Tier
from services.permissions.agencies.certificates import are_two
from services.permissions.fields import Fields, check_reason
from services.permissions.incidents.act import Act, ActKind, Verdict
from services.permissions.incidents.area import MAX_CAMERAS, MAX_POINTS, bounded, check_area, is_whole
from services.permissions.incidents.commands import Declaration, Extension, Ruling, Widening
from services.permissions.incidents.domain import (
    APPROVAL_WITHIN,
    DECLARERS,
    LONGEST,
    ORGANS,
    Declared,
    IncidentEvent,
    Outcome,
    State,
    Verb,
    judged,
    settle,
)

MAX_AGENCIES = 100
MAX_ACTS = 100  # of one incident: an extension each hour for four days
ARTICLE = "Article 18 ¶2"


def declare(name: str, declaration: Declaration, principal: Principal, now: datetime) -> Outcome:
    """Declare an incident from ``now`` on. Raises Denied to others than its two organs, InvalidArgument by field.

    A district agency's incident never reaches beyond its district, whatever polygon it draws (Articles 4, 5).
    """
    _check_kind(principal, "declare")
    fields = _fields("declare")
    fields.text("incident.display_name", declaration.display_name, most=200)
    fields.text("incident.order_number", declaration.order_number, most=100)
    fields.span("incident.end_time", now, declaration.ends_at, most=LONGEST)
    _check_papers(fields, "incident.", declaration.letter_number, declaration.certificates)
    _check_agencies(fields, "incident.agencies", declaration.opens_to)
    is_somewhere = declaration.area != Area()
    fields.claim(is_somewhere, "incident.area", "must have points, or name districts or cameras")
    check_area(fields, "incident.", declaration.area, principal)
    fields.settle()
    area = bounded(declaration.area, principal)
    act = replace(
        _act(1, ActKind.DECLARED, principal, now, declaration.order_number),
        area=area,
        opens_to=declaration.opens_to,
        ends_at=declaration.ends_at,
        letter_number=declaration.letter_number,
        certificates=declaration.certificates,
    )
    kind, tier, jurisdiction = declaration.kind, principal.tier, principal.jurisdiction
    declared = Declared(name, declaration.display_name, kind, tier, jurisdiction, acts=())
    return _submitted(declared, act, (), is_whole([area]))


def extend(declared: Declared, extension: Extension, principal: Principal, now: datetime) -> Outcome:
    """Give it a later end, at most 72 hours from now. Raises InvalidArgument for an earlier one: no end moves back.

    Raises FailedPrecondition when it is not in force: what is over is declared anew.
    """
    declared, events = _acting_on(declared, principal, "extend", now)
    fields = _fields("extend")
    _check_order(fields, extension.order_number, extension.reason)
    present = declared.ends_at.isoformat(timespec="seconds")
    offer = f"must be later than the present end {present}: EndIncident ends it sooner, nothing shortens it ({ARTICLE})"
    fields.claim(extension.ends_at > declared.ends_at, "end_time", offer)
    offer = "must lie at most 72 h ahead: extend it again before it ends"
    fields.claim(extension.ends_at <= now + LONGEST, "end_time", offer)
    fields.settle()
    act = _act(len(declared.acts) + 1, ActKind.EXTENDED, principal, now, extension.order_number)
    act = replace(act, reason=extension.reason, ends_at=extension.ends_at)
    return _submitted(declared, act, events, is_whole(declared.areas))


def widen(declared: Declared, widening: Widening, principal: Principal, now: datetime) -> Outcome:
    """Open more, from now on. What is open stays open; what was not open before was not open then.

    Raises FailedPrecondition when it is not in force.
    """
    declared, events = _acting_on(declared, principal, "widen", now)
    added = widening.opens_to - declared.opened.keys()
    fields = _fields("widen")
    _check_order(fields, widening.order_number, widening.reason)
    check_area(fields, "", widening.area, principal)
    fields.claim(
        bool(added) or widening.area != Area(), "area", "adds nothing: give points, districts, cameras or agencies"
    )
    areas = [widening.area, *(act.area for act in declared.acts)]
    named, drawn = (sum(map(len, parts)) for parts in ([a.cameras for a in areas], [a.polygon for a in areas]))
    fields.claim(named <= MAX_CAMERAS, "cameras", f"the acts of an incident name {MAX_CAMERAS} at most: draw a polygon")
    fields.claim(
        drawn <= MAX_POINTS, "area", f"the acts of an incident have {MAX_POINTS} points at most: declare one anew"
    )
    if added:
        _check_agencies(fields, "agencies", added | declared.opened.keys())
        _check_papers(fields, "", widening.letter_number, widening.certificates)
    fields.settle()
    area = bounded(widening.area, principal) if widening.area != Area() else Area()
    act = replace(
        _act(len(declared.acts) + 1, ActKind.WIDENED, principal, now, widening.order_number),
        reason=widening.reason,
        area=area,
        opens_to=added,
        letter_number=widening.letter_number,
        certificates=widening.certificates,
    )
    is_larger = area != Area() and is_whole((*declared.unapproved_areas, area))
    return _submitted(declared, act, events, is_larger or bool(added and is_whole((*declared.areas, area))))


def decide(declared: Declared, ruling: Ruling, principal: Principal, now: datetime) -> Outcome:
    """Approve or refuse the act that waits, as a second approver. Approved, it opens what it opens from now on.

    Raises Denied to whoever could not have acted, and to who did; FailedPrecondition when the act does not wait.
    """
    _check_kind(principal, "approve")
    declared, events = settle(declared, now)
    act = next((one for one in declared.acts if one.number == ruling.number), None)
    if act is None:
        message = f"{declared.name} has no act {ruling.number}: read it again (GetIncident)"
        raise FailedPrecondition("STATE_WRONG", message, state=declared.state)
    if act.principal == principal.name:
        raise _denied("approve", "a second approver is another principal than the one who acted: ask one of them")
    is_lower = principal.tier is Tier.DISTRICT and act.tier is Tier.MUNICIPAL
    if is_lower or (principal.tier is Tier.DISTRICT and declared.districts - {principal.jurisdiction}):
        raise _denied("approve", "is approved by an organ of the same or a higher tier that reaches all of it: ask it")
    if not act.is_pending:
        message = f"act {act.number} of {declared.name} does not wait for an approval: read it again (GetIncident)"
        raise FailedPrecondition("STATE_WRONG", message, state=act.verdict or "in effect")
    check_reason(ruling.reason, rule=_rule("approve"), article=ARTICLE)
    verdict, verb = (Verdict.APPROVED, Verb.APPROVED) if ruling.is_approved else (Verdict.REFUSED, Verb.REFUSED)
    decided = replace(act, verdict=verdict, decided_by=principal.name, decided_at=now, decision_reason=ruling.reason)
    return judged(declared, decided), (*events, IncidentEvent(verb, principal.name))


def end(declared: Declared, principal: Principal, now: datetime) -> Outcome:
    """Close it before its time, pending or in force: by the declaring agency, by an organ of Article 14 ¶2 of the city,
    or by one of the district when it concerns no other. Raises Denied, or FailedPrecondition when it is over already.
    """
    reaches = principal.tier is Tier.MUNICIPAL or declared.districts <= {principal.jurisdiction}
    if principal.agency != declared.acts[0].agency and not (principal.kind in ORGANS and reaches):
        raise _denied("end", "is ended by its declarer or an organ of Article 14 ¶2 that reaches it: ask one of them")
    declared, events = settle(declared, now)
    _check_open(declared)
    if act := declared.pending:
        declared = judged(declared, replace(act, verdict=Verdict.LAPSED, decided_by=principal.name, decided_at=now))
    closed = replace(declared, closed_at=now, outcome=State.ENDED)
    return closed, (*events, IncidentEvent(Verb.ENDED, principal.name))


def _acting_on(declared: Declared, principal: Principal, verb: str, now: datetime) -> Outcome:
    """The incident as ``verb`` finds it: in force, and the principal's to change."""
    _check_kind(principal, verb)
    if principal.agency != declared.acts[0].agency and principal.tier is not Tier.MUNICIPAL:
        raise _denied(verb, "is changed by the declaring agency, or emergency command or public security of the city")
    declared, events = settle(declared, now)
    _check_open(declared)
    if declared.state is State.PENDING:
        message = f"{declared.name} waits for its second approver: approve it, or end it and declare it anew"
        raise FailedPrecondition("STATE_WRONG", message, state=declared.state)
    if len(declared.acts) >= MAX_ACTS:
        message = f"{declared.name} has {MAX_ACTS} acts: end it and declare it anew"
        raise FailedPrecondition("STATE_WRONG", message, state=declared.state)
    return declared, events


def _submitted(declared: Declared, act: Act, events: tuple[IncidentEvent, ...], needs_second: bool) -> Outcome:
    """Put the act on record: in effect at once, or waiting for a second approver."""
    verb = Verb(act.kind)
    if needs_second:
        if waiting := declared.pending:
            message = f"act {waiting.number} of {declared.name} waits for a second approver: have it decided first"
            raise FailedPrecondition("STATE_WRONG", message, state=State.PENDING)
        last = declared.ends_at if declared.acts else act.ends_at
        latest = act.at + APPROVAL_WITHIN
        act, verb = replace(act, approve_by=min(latest, last or latest)), Verb.SUBMITTED
    return replace(declared, acts=(*declared.acts, act)), (*events, IncidentEvent(verb, act.principal))


def _act(number: int, kind: ActKind, principal: Principal, now: datetime, order_number: str) -> Act:
    return Act(number, kind, principal.name, principal.agency, principal.tier, now, order_number)


def _check_kind(principal: Principal, verb: str) -> None:
    if principal.kind not in DECLARERS:
        raise _denied(verb, "is for emergency command and public security: ask one of them")


def _check_open(declared: Declared) -> None:
    if declared.outcome:
        message = f"{declared.name} has ended ({declared.outcome}) and stays so: declare a new one"
        raise FailedPrecondition("STATE_WRONG", message, state=declared.outcome)


def _check_order(fields: Fields, order_number: str, reason: str) -> None:
    fields.text("order_number", order_number, most=100)
    fields.text("reason", reason, most=500)


def _check_agencies(fields: Fields, path: str, agencies: frozenset[str]) -> None:
    is_open = 0 < len(agencies) <= MAX_AGENCIES and all(agencies)
    fields.claim(is_open, path, f"must name the 1 to {MAX_AGENCIES} agencies that it opens to")


def _check_papers(fields: Fields, prefix: str, letter_number: str, certificates: tuple[str, ...]) -> None:
    """The departments' letter, and the certificates of two officers (Article 19)."""
    fields.text(f"{prefix}letter_number", letter_number, most=100)
    is_pair = are_two(certificates) and all(c.strip() and len(c) <= 100 and c.isprintable() for c in certificates)
    fields.claim(is_pair, f"{prefix}officer_certificates", "must name two different certificates (Article 19)")


def _fields(verb: str) -> Fields:
    return Fields(about={"rule": _rule(verb), "article": ARTICLE})


def _denied(verb: str, sentence: str) -> Denied:
    return Denied("NOT_PERMITTED", f"an incident ({ARTICLE}): {sentence}", rule=_rule(verb), article=ARTICLE)


def _rule(verb: str) -> str:
    return f"art18-incident-{verb}"
