"""What a person's token says, and whether it may: a JWT (RFC 7519) by a key that the person's agency registered. Pure.

    header   alg EdDSA, kid = SHA-256 of the public key in hex
    claims   sub principals/…, aud this cell, iat, exp (at most ten minutes later), nbf if wanted,
             cnf {"x5t#S256"} = SHA-256 of the certificate that the connection shows (RFC 8705)

One algorithm, so none can be confused with another. Refusals name the claim and never repeat the token.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.chassis.errors import Unauthenticated

MAX_BYTES = 4096
LIFETIME_S = 600
SKEW_S = 2
_ALGORITHM = "EdDSA"
_SCHEME = "bearer "
_KEY = re.compile(r"[0-9a-f]{64}")
_PERSON = re.compile(r"principals/[a-z0-9-]{1,89}")
_FAULTS = (jwt.PyJWTError, ValueError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a token says of itself before anything is checked: enough to find its key."""

    person: str
    key_id: str

    @property
    def agency_key(self) -> str:
        """As permissions calls it."""
        return f"agencyKeys/{self.key_id}"


@dataclass(frozen=True, slots=True)
class Expected:
    """This cell, the certificate that the connection shows (SHA-256, hex), and the time (aware UTC)."""

    audience: str
    certificate_sha256: str
    now: datetime


def of_headers(values: Sequence[str]) -> str:
    """The token out of the Authorization headers, "" without any; Unauthenticated for anything else."""
    if not values:
        return ""
    if len(values) > 1:
        raise _refused("authorization", "must be given once")
    if values[0][: len(_SCHEME)].lower() != _SCHEME:
        raise _refused("authorization", "must be Bearer and the token; a system needs none, its certificate is enough")
    text = values[0][len(_SCHEME) :].strip()
    if not 0 < len(text) <= MAX_BYTES or not text.isascii():
        raise _refused("authorization", f"must hold a token of at most {MAX_BYTES} bytes")
    return text


def claimed(text: str) -> Claimed:
    """Whose it claims to be, and by which key. Unauthenticated for what is no such token at all."""
    try:
        header = jwt.get_unverified_header(text)
        body = jwt.decode(text, options={"verify_signature": False})
    except _FAULTS:
        raise _refused("token", "can't be read as a signed JWT (RFC 7519)") from None
    if header.get("alg") != _ALGORITHM:
        raise _refused("alg", f"must be {_ALGORITHM} (Ed25519)")
    kid, subject = header.get("kid"), body.get("sub")
    if not isinstance(kid, str) or not _KEY.fullmatch(kid):
        raise _refused("kid", "must be the SHA-256 of the agency's public key, in small hexadecimal digits")
    if not isinstance(subject, str) or not _PERSON.fullmatch(subject):
        raise _refused("sub", "must be the person, principals/…")
    return Claimed(subject, kid)


def verify(text: str, public_key: bytes, expected: Expected) -> None:
    """Return when the token is by the key, for this cell, now, over this certificate; else Unauthenticated says why."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        body = jwt.decode(text, key, algorithms=[_ALGORITHM], options=_SIGNATURE_ONLY)
    except _FAULTS:
        raise _refused("signature", "is not by the key that kid names") from None
    if body.get("aud") != expected.audience:
        raise _refused("aud", f"must be {expected.audience}")
    _check_times(body, expected.now.timestamp())
    thumbprint = base64.urlsafe_b64encode(bytes.fromhex(expected.certificate_sha256)).rstrip(b"=").decode()
    confirmation = body.get("cnf")
    if not isinstance(confirmation, Mapping) or confirmation.get("x5t#S256") != thumbprint:
        raise _refused("cnf", "must hold the x5t#S256 of the certificate that this connection shows (RFC 8705)")


_SIGNATURE_ONLY: Any = {
    f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
}  # by our own clock and words below


def _check_times(body: Mapping[str, Any], now_s: float) -> None:
    issued_s, expires_s, starts_s = (_seconds(body, name) for name in ("iat", "exp", "nbf"))
    if issued_s is None or expires_s is None:
        raise _refused("exp" if expires_s is None else "iat", "must be given, in whole seconds")
    if not 0 < expires_s - issued_s <= LIFETIME_S:
        raise _refused("exp", f"must lie after iat, by at most {LIFETIME_S} s")
    if expires_s <= now_s - SKEW_S:
        raise _refused("exp", "is past: sign a new token")
    if issued_s > now_s + SKEW_S or (starts_s is not None and starts_s > now_s + SKEW_S):
        raise _refused("iat" if issued_s > now_s + SKEW_S else "nbf", "is to come: set the clock of who signs")


def _seconds(body: Mapping[str, Any], claim: str) -> int | None:
    found = body.get(claim)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int):
        raise _refused(claim, "must be whole seconds since 1970")
    return found


def _refused(claim: str, why: str) -> Unauthenticated:
    return Unauthenticated("PERSON_TOKEN_INVALID", f"{claim}: {why}", claim=claim)
