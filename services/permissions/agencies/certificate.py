"""A certificate as it is put on record: its fingerprint, the principal that it names, its validity. Pure.

Who issued it is for the connection to check: a certificate of another authority opens none.
"""

import hashlib
import re
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from services.chassis.errors import InvalidArgument, Violation

MAX_BYTES = 16 * 1024
SOON = timedelta(days=30)  # before its end, when it is time to replace one
_URI = re.compile(r"kapok://(principals/[a-z0-9][a-z0-9-]{0,62})")
_FIELD = "certificate"
_UNREADABLE = (ValueError, Warning, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


@dataclass(frozen=True, slots=True)
class Voidance:
    """Who revoked a certificate, when and why."""

    principal: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """``sha256`` is of its DER form, in hex; ``uri`` the one name of ours in it. Both must fit when it is shown.

    One that came with the genesis was registered by nobody, and only its fingerprint is on record.
    """

    sha256: str
    principal: str
    uri: str = ""
    ends_at: datetime | None = None
    registered_at: datetime | None = None
    registered_by: str = ""
    voidance: Voidance | None = None

    @property
    def name(self) -> str:
        """As endings and requests call it."""
        return f"certificates/{self.sha256}"


def read(document: bytes, principal: str, now: datetime) -> Certificate:
    """The certificate of ``principal`` in PEM or DER; InvalidArgument says what is wrong with it."""
    if not 0 < len(document) <= MAX_BYTES:
        raise _wrong(f"must be one X.509 certificate of at most {MAX_BYTES} bytes, as PEM or DER")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what the library will not take any more some day, we don't begin to take
            parsed = _parsed(document)
            uris = _uris(parsed)
    except _UNREADABLE as error:
        raise _wrong("can't be read: send one X.509 certificate as PEM or DER") from error
    ours = [uri for uri in uris if _URI.fullmatch(uri)]
    wanted = f"kapok://{principal}"
    if ours != [wanted]:
        raise _wrong(f"must have the one URI {wanted} among its alternative names: have it issued so")
    if not parsed.not_valid_before_utc <= now + timedelta(minutes=5):
        raise _wrong(f"is not valid before {parsed.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
    if parsed.not_valid_after_utc <= now:
        raise _wrong(f"ended {parsed.not_valid_after_utc:%Y-%m-%d %H:%M} UTC: have a new one issued")
    digest = hashlib.sha256(parsed.public_bytes(Encoding.DER)).hexdigest()
    return Certificate(digest, principal, wanted, parsed.not_valid_after_utc, now)


def _parsed(document: bytes) -> x509.Certificate:
    if document.lstrip().startswith(b"-----BEGIN"):
        [one] = x509.load_pem_x509_certificates(document)  # ValueError for more than one
        return one
    return x509.load_der_x509_certificate(document)


def _uris(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def _wrong(description: str) -> InvalidArgument:
    return InvalidArgument(Violation(_FIELD, description))
