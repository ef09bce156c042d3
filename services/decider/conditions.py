"""The facts of the moment as a set of flags, with the time until which each holds.

A condition is one bit. Rows of the policy need conditions by name; the engine's memo is keyed by the bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.decider.area import covers
from services.decider.facts import (
    BARRED,
    NOT_ACCEPTED,
    OPERATING,
    Action,
    Camera,
    Circumstances,
    LegalBasis,
    Principal,
)  # fmt: skip
from services.decider.holder import holder

CLEARED, PAPERS, INCIDENT, INSPECTION, HOLDS_CONTROL, SUSPENDED, HELD_BY_OTHER = (1 << n for n in (0, 1, 2, 3, 4, 5, 7))
REVIEWED, TRAINED, ON_DUTY = (1 << n for n in (10, 11, 12))
STAFFED = TRAINED | ON_DUTY  # an agency's system is nobody's duty: docs/decisions/0017-systems-are-no-staff.md
TIMED = PAPERS | REVIEWED | INCIDENT | INSPECTION | HOLDS_CONTROL | STAFFED  # these end by themselves
FOLLOWS = {"reviewed": "papers"}  # which condition can hold only where another one does: who lacks both lacks that one
CHECK_LASTS = timedelta(seconds=60)  # a live check of Article 17: long enough to see that there is a picture
USUAL = OPERATING  # the state of its system that a class of cameras is taken to be in


@dataclass(frozen=True, slots=True)
class Condition:
    """One flag: its name in the policy, the article behind it, and what somebody who lacks it does next."""

    name: str
    bit: int
    article: str
    remedy: str


CONDITIONS = {
    c.name: c
    for c in (
        Condition("cleared", CLEARED, "14.1", "a clearance of at least the camera's level"),
        Condition(
            "papers",
            PAPERS,
            "19",
            "a letter of introduction and the enforcement certificates of two officers that cover this camera now:"
            " register them with RegisterLegalBasis",
        ),
        Condition(
            "reviewed",
            REVIEWED,
            "19",
            "the look of the camera's operator at your papers: they open at its deadline if it says nothing until then"
            " (GetPapersReview), and municipal public security may overrule its refusal",
        ),
        Condition(
            "incident",
            INCIDENT,
            "18.2",
            "a declared incident in force that covers this camera and names your agency with its letter and"
            " certificates (Article 19): ask emergency command or public security for DeclareIncident",
        ),
        Condition(
            "inspection",
            INSPECTION,
            "17",
            "an open inspection by your agency that covers this camera, and"
            " of a live check fewer than three of it there: OpenInspection",
        ),
        Condition("holds-control", HOLDS_CONTROL, "18.1", "control of the camera: RequestTakeover"),
        Condition("suspended", SUSPENDED, "14.1", "a reinstatement of the principal by municipal public security"),
        Condition("not-accepted", NOT_ACCEPTED, "10.1", "an acceptance certificate of the camera's system on record"),
        Condition(
            "operating",
            OPERATING,
            "10.1",
            "a system in service: ask its operator; until then it opens to papers (Article 19) and to a declared"
            " incident (Article 18 ¶2), which its operator's suspension does not bind",
        ),
        Condition(
            "barred",
            BARRED,
            "5.1",
            "an end of the suspension by the public security that ordered it; a retired camera stays closed",
        ),
        Condition(
            "trained",
            TRAINED,
            "23",
            "a training on record that is valid now: municipal public security, which organises it, registers it with"
            " RegisterTraining; an operator's own attestation does not count",
        ),
        Condition(
            "on-duty",
            ON_DUTY,
            "20",
            "a duty shift that has begun: a system of your agency enters it with EnterShift",
        ),
        Condition(
            "held-by-other",
            HELD_BY_OTHER,
            "18.1",
            "the end of the takeover or of the lease in force, or a takeover of higher rank",
        ),
    )
}

# What a letter of introduction opens: to retrieve, copy and view (Article 19), and taking over (Article 18 ¶1).
PAPER_ACTIONS = frozenset({Action.DESCRIBE, Action.LIVE, Action.PLAYBACK, Action.COPY, Action.TAKE_OVER})


@dataclass(slots=True)
class Conditions:
    """The flags that hold, and when the timed ones among them end."""

    bits: int
    until: dict[int, datetime]

    def raise_flag(self, bit: int, until: datetime) -> None:
        """Hold ``bit`` until the latest of the facts that give it."""
        known = self.until.get(bit)
        self.bits |= bit
        if known is None or until > known:
            self.until[bit] = until


def papers_cover(basis: LegalBasis, principal: str, camera: Camera, now: datetime) -> bool:
    """Whether the papers are the principal's, name the camera and are valid at ``now`` (Article 19)."""
    return (
        basis.principal == principal
        and not basis.is_revoked
        and camera.name in basis.cameras
        and basis.starts_at <= now < basis.ends_at
    )


def standing(principal: Principal, level: int) -> int:
    """The flags that need no circumstances: they depend on the principal and the camera's level only."""
    bits = (CLEARED if principal.clearance >= level else 0) | (SUSPENDED if principal.is_suspended else 0)
    return bits if principal.is_person else bits | STAFFED


def lasting(principal: Principal, camera: Camera) -> int:
    """The flags that hold without any circumstances, the operator's control aside; the state of the camera's system is
    among them (Articles 8, 10). Spelt out in one function: it is in the way of every decision.
    """
    level, _, bits = camera.traits
    if principal.clearance >= level:
        bits |= CLEARED
    if not principal.is_person:
        bits |= STAFFED
    return bits | SUSPENDED if principal.is_suspended else bits


def conditions(
    principal: Principal, camera: Camera, action: Action, circumstances: Circumstances, now: datetime
) -> Conditions:
    """Every flag that holds for this request at ``now``."""
    found = Conditions(lasting(principal, camera), {})
    if circumstances.bases and action in PAPER_ACTIONS:
        for basis in circumstances.bases:
            if papers_cover(basis, principal.name, camera, now):
                found.raise_flag(PAPERS, basis.ends_at)
                if camera.name not in basis.held:
                    found.raise_flag(REVIEWED, basis.ends_at)
    for incident in circumstances.incidents:
        opens = principal.agency in incident.opens_to or principal.kind in incident.opens_to
        if opens and incident.starts_at <= now < incident.ends_at and covers(incident.area, camera):
            found.raise_flag(INCIDENT, incident.ends_at)
    for ends_at in _inspecting(principal, camera, action, circumstances, now):
        found.raise_flag(INSPECTION, ends_at)
    for bit, ends_at in staffed(principal, circumstances, now):
        found.raise_flag(bit, ends_at)
    if action is Action.CONTROL and circumstances.leases:
        _leased(found, principal, camera, circumstances, now)
    else:
        _control(found, principal, camera, circumstances, now)
    return found


def staffed(principal: Principal, circumstances: Circumstances, now: datetime) -> Iterator[tuple[int, datetime]]:
    """The flags that a person's trainings and shifts give (Articles 20, 23), each with its end."""
    if principal.is_person:
        for bit, records in ((TRAINED, circumstances.trainings), (ON_DUTY, circumstances.shifts)):
            for record in records:
                if record.principal == principal.name and record.starts_at <= now < record.ends_at:
                    yield bit, record.ends_at


def _inspecting(
    principal: Principal, camera: Camera, action: Action, circumstances: Circumstances, now: datetime
) -> list[datetime]:
    """When what inspections open at this camera ends: a live check after a minute, and it may be spent."""
    mine = [i for i in circumstances.inspections if i.agency == principal.agency and i.starts_at <= now < i.ends_at]
    ends = [inspection.ends_at for inspection in mine if covers(inspection.area, camera)]
    if action is not Action.LIVE_CHECK:
        return ends
    if any(camera.name in inspection.spent for inspection in mine):
        return []
    return [min(ends_at, now + CHECK_LASTS) for ends_at in ends]


def _control(
    found: Conditions, principal: Principal, camera: Camera, circumstances: Circumstances, now: datetime
) -> None:
    """With nothing in force the operator holds control (Article 18)."""
    if not circumstances.takeovers:
        found.bits |= HOLDS_CONTROL if principal.agency == camera.operator else 0
        return
    holding = holder(camera, circumstances.takeovers, now)
    if holding.agency != principal.agency:
        found.bits |= HELD_BY_OTHER if holding.takeover else 0
    elif holding.until:
        found.raise_flag(HOLDS_CONTROL, holding.until)
    else:
        found.bits |= HOLDS_CONTROL


def _leased(
    found: Conditions, principal: Principal, camera: Camera, circumstances: Circumstances, now: datetime
) -> None:
    """The same where somebody commands without a takeover. A lease opens nothing by itself: whoever has one stands on
    the row that let it command, and has to be let each time. It keeps off whom it precedes, never the operator.
    """
    holding = holder(camera, circumstances.takeovers, now, circumstances.leases)
    if holding.lease is None or principal.agency == camera.operator:
        _control(found, principal, camera, circumstances, now)
    elif holding.agency != principal.agency:
        found.bits |= HELD_BY_OTHER
