"""A right that ended: what the relays act on. Numbered without gaps, so that one who missed some knows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.decider.facts import Takeover


class Cause(StrEnum):
    """Why. These are what this cell writes; later ones join them."""

    PRINCIPAL_REVOKED = "principal-revoked"
    INCIDENT_ENDED = "incident-ended"
    CAMERA_CHANGED = "camera-changed"
    POLICY_CHANGED = "policy-changed"
    LEGAL_BASIS_REVOKED = "legal-basis-revoked"
    INSPECTION_ENDED = "inspection-ended"
    AGENCY_KEY_REVOKED = "agency-key-revoked"
    CERTIFICATE_REVOKED = "certificate-revoked"
    AGENCY_SUSPENDED = "agency-suspended"
    TRAINING_REVOKED = "training-revoked"
    SHIFT_ENDED = "shift-ended"
    ROLES_CHANGED = "roles-changed"
    CONTROL_PASSED = "control-passed"  # the subject is the takeover that holds no more: given back, or preceded
    CONTROL_TAKEN = "control-taken"  # nothing ended: cameras of the subject are held exclusively, by whom is in takings


@dataclass(frozen=True, slots=True)
class Ending:
    """Whatever stands on ``subject`` (a resource name) ended at ``occurred_at``."""

    number: int
    cause: Cause
    subject: str
    occurred_at: datetime
    is_sealed: bool = False  # of a state secret: what is recorded of it goes to the sealed book (Article 11)
    takings: tuple[Takeover, ...] = ()  # of CONTROL_TAKEN: all takeovers in force of its cameras


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Where permissions is: the highest number in its database, and the policy in force."""

    committed_number: int
    policy_revision: int
    at: datetime
