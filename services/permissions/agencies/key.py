"""Keys of an agency: what it signs with them, who may register and revoke them. Pure.

A key serves one agency and one purpose for ever, and whoever registers it shows that its agency holds the private half:
else an agency could register a key of another one, and be taken for the author of what that one signs.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import Principal
from services.permissions.agencies.domain import ARTICLE, is_municipal_police
from services.permissions.fields import Fields, check_reason

PROOF_PURPOSE = "kapok.permissions.agency-key"
MOST_KEYS = 64  # of one agency that are not revoked
KEY_BYTES = 32  # Ed25519 (RFC 8032)


class KeyPurpose(StrEnum):
    """What is signed with a key."""

    TOKENS = "tokens"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class KeyRevocation:
    """Who took a key back, when and why."""

    principal: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AgencyKey:
    """A public key on record. ``key_id`` is the SHA-256 of its 32 bytes, in hex."""

    key_id: str
    agency: str
    purpose: KeyPurpose
    public_key: bytes
    registered_at: datetime
    registered_by: str
    revocation: KeyRevocation | None = None

    @property
    def name(self) -> str:
        """As endings and requests call it."""
        return f"agencyKeys/{self.key_id}"


def proof_payload(agency: str, purpose: KeyPurpose) -> bytes:
    """What the private half signs, under PROOF_PURPOSE, to be registered."""
    return f"{agency}\0{purpose.value}".encode()


def check_key(*, is_sound: bool, is_proved: bool) -> None:
    """Raise InvalidArgument unless the key is one, and its proof is by it."""
    fields = Fields()
    fields.claim(is_sound, "agency_key.public_key", f"must be the {KEY_BYTES} bytes of an Ed25519 key")
    offer = "must be the key's own signature for this agency and purpose: see RegisterAgencyKeyRequest.proof"
    fields.claim(is_proved, "proof", offer)
    fields.settle()


def refuse_others(agency: str, by: Principal) -> None:
    """Raise Denied to others than the agency itself and municipal public security."""
    if by.is_suspended or (by.agency != agency and not is_municipal_police(by)):
        message = "an agency's keys and certificates are for itself and municipal public security (Article 14 ¶2)"
        raise Denied("NOT_PERMITTED", message, article=ARTICLE)


def revoke(key: AgencyKey, by: Principal, reason: str, now: datetime) -> AgencyKey:
    """Take a key back: by its own agency or municipal public security. Final."""
    refuse_others(key.agency, by)
    check_reason(reason)
    if key.revocation is not None:
        raise FailedPrecondition("STATE_WRONG", f"{key.name} is revoked already", state="revoked")
    return replace(key, revocation=KeyRevocation(by.name, now, reason))
