"""Incidents and their acts as rows, and back."""

import json
from typing import Any

from services.decider.facts import Area, Tier
from services.permissions.incidents.act import Act, ActKind, Verdict
from services.permissions.incidents.domain import Declared, IncidentKind, State


def of_standing(incident: Declared) -> dict[str, object]:
    """What moves; without a moment in force while it waits, so that the release before opens nothing on it."""
    ends_at = incident.planned_end
    outcome = incident.outcome.value if incident.outcome else None
    starts_at = incident.starts_at or ends_at
    return {"starts_at": starts_at, "ends_at": ends_at, "closed_at": incident.closed_at, "outcome": outcome}


def of_verdict(act: Act) -> dict[str, object]:
    """What a second approver, or time, adds to an act."""
    return {
        "verdict": act.verdict.value if act.verdict else None,
        "decided_by": act.decided_by,
        "decided_at": act.decided_at,
        "decision_reason": act.decision_reason,
    }


def of_act(name: str, act: Act) -> dict[str, object]:
    """An act of the incident called ``name``."""
    return {
        "incident": name,
        "number": act.number,
        "kind": act.kind.value,
        "principal": act.principal,
        "agency": act.agency,
        "tier": act.tier.value,
        "acted_at": act.at,
        "order_number": act.order_number,
        "reason": act.reason,
        "area": area_text(act.area),
        "agencies": json.dumps(sorted(act.opens_to)),
        "ends_at": act.ends_at,
        "letter_number": act.letter_number,
        "officer_certificates": json.dumps(act.certificates, ensure_ascii=False),
        "approve_by": act.approve_by,
        **of_verdict(act),
    }


def read_act(row: Any) -> Act:
    """An act on record."""
    return Act(
        number=row.number,
        kind=ActKind(row.kind),
        principal=row.principal,
        agency=row.agency,
        tier=Tier(row.tier),
        at=row.acted_at,
        order_number=row.order_number,
        reason=row.reason,
        area=area(row.area),
        opens_to=frozenset(json.loads(row.agencies)),
        ends_at=row.ends_at,
        letter_number=row.letter_number,
        certificates=tuple(json.loads(row.officer_certificates)),
        approve_by=row.approve_by,
        verdict=Verdict(row.verdict) if row.verdict else None,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )


def read_first(row: Any, opens_to: frozenset[str]) -> Act:
    """The declaration as the release before kept it: in the incident's own row."""
    return Act(
        number=1,
        kind=ActKind.DECLARED,
        principal=row.principal,
        agency=row.agency,
        tier=Tier(row.tier),
        at=row.starts_at,
        order_number=row.order_number,
        area=area(row.area),
        opens_to=opens_to,
        ends_at=row.ends_at,
        letter_number=row.letter_number,
        certificates=tuple(json.loads(row.officer_certificates)),
    )


def read(row: Any, acts: list[Act]) -> Declared:
    """An incident with its acts; its operators are kept apart."""
    outcome = State(row.outcome) if row.outcome else State.ENDED if row.closed_at else None
    return Declared(
        name=row.name,
        display_name=row.display_name,
        kind=IncidentKind(row.kind),
        tier=Tier(row.tier),
        jurisdiction=row.jurisdiction,
        acts=tuple(acts),
        closed_at=row.closed_at,
        outcome=outcome,
    )


def area_text(area: Area) -> str:
    """An area as JSON."""
    parts = {"polygon": area.polygon, "districts": sorted(area.districts), "cameras": sorted(area.cameras)}
    return json.dumps({**parts, "bound": area.bound})


def area(text: str) -> Area:
    """The area; the release before kept a polygon and its bound only."""
    kept = json.loads(text)
    polygon = tuple((latitude, longitude) for latitude, longitude in kept["polygon"])
    return Area(polygon, frozenset(kept.get("districts", ())), frozenset(kept.get("cameras", ())), kept["bound"])
