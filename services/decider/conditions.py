"""The facts of the moment as a set of flags, with the time until which each holds.

A condition is one bit. Rows of the policy need conditions by name; the engine's memo is keyed by the bits.
"""

from dataclasses import dataclass
from datetime import datetime

from services.decider.area import covers
from services.decider.facts import Action, Camera, Circumstances, LegalBasis, Principal
from services.decider.holder import holder

CLEARED, PAPERS, INCIDENT, INSPECTION, HOLDS_CONTROL, SUSPENDED, NOT_ACCEPTED, HELD_BY_OTHER, OPERATING, BARRED = (
    1 << n for n in range(10)
)
TRAINED, ON_DUTY = 1 << 10, 1 << 11
STAFFED = TRAINED | ON_DUTY  # an agency's system is nobody's duty: docs/decisions/0017-systems-are-no-staff.md
TIMED = PAPERS | INCIDENT | INSPECTION | HOLDS_CONTROL | STAFFED  # these end by themselves
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
            "incident",
            INCIDENT,
            "18.2",
            "a declared incident in force that covers this camera and names your agency with its letter and"
            " certificates (Article 19): ask emergency command or public security for DeclareIncident",
        ),
        Condition("inspection", INSPECTION, "17", "an open inspection by your agency that covers this camera"),
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
        Condition("held-by-other", HELD_BY_OTHER, "18.1", "the end of the takeover in force, or one of higher rank"),
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
    bits = CLEARED if principal.clearance >= camera.level else 0
    if not principal.is_person:
        bits |= STAFFED
    if principal.is_suspended:
        bits |= SUSPENDED
    if not camera.is_accepted:
        bits |= NOT_ACCEPTED
    if camera.is_operating:
        bits |= OPERATING
    return bits | BARRED if camera.is_barred else bits


def conditions(
    principal: Principal, camera: Camera, action: Action, circumstances: Circumstances, now: datetime
) -> Conditions:
    """Every flag that holds for this request at ``now``."""
    found = Conditions(lasting(principal, camera), {})
    if circumstances.bases and action in PAPER_ACTIONS:
        for basis in circumstances.bases:
            if papers_cover(basis, principal.name, camera, now):
                found.raise_flag(PAPERS, basis.ends_at)
    for incident in circumstances.incidents:
        opens = principal.agency in incident.opens_to or principal.kind in incident.opens_to
        if opens and incident.starts_at <= now < incident.ends_at and covers(incident.area, camera):
            found.raise_flag(INCIDENT, incident.ends_at)
    for inspection in circumstances.inspections:
        opens = inspection.agency == principal.agency and inspection.starts_at <= now < inspection.ends_at
        if opens and covers(inspection.area, camera):
            found.raise_flag(INSPECTION, inspection.ends_at)
    if principal.is_person:
        for bit, records in ((TRAINED, circumstances.trainings), (ON_DUTY, circumstances.shifts)):
            for record in records:
                if record.principal == principal.name and record.starts_at <= now < record.ends_at:
                    found.raise_flag(bit, record.ends_at)
    _control(found, principal, camera, circumstances, now)
    return found


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
