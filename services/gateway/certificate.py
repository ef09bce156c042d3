"""What an agency's certificate says: the principal it names, its fingerprint, its end. Pure.

The chain and its signature were checked by TLS before; here is only what stands in the certificate (RFC 5280).
"""

import base64
import functools
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

_KEPT = 4096  # certificates parsed and remembered: about 100 µs saved a call, some 8 MB at most
_PRINCIPAL = re.compile(r"kapok://(principals/[a-z0-9][a-z0-9-]{0,62})")


@dataclass(frozen=True, slots=True)
class Certificate:
    """One client certificate. ``principal`` is empty unless just one URI names one; ``sha256`` is hex, of the DER."""

    principal: str
    sha256: str
    not_before: datetime
    not_after: datetime

    @property
    def bearer(self) -> str:
        """Whom limits are counted for: the principal, or the certificate itself when it names none."""
        return self.principal or self.sha256

    def is_valid_at(self, now: datetime) -> bool:
        """Whether ``now`` lies in its validity: a connection may outlive the certificate that opened it."""
        return self.not_before <= now <= self.not_after


@functools.lru_cache(_KEPT)
def from_der(der: bytes) -> Certificate:
    """Read a certificate that TLS has already verified."""
    parsed = x509.load_der_x509_certificate(der)
    named = [match[1] for uri in _uris(parsed) if (match := _PRINCIPAL.fullmatch(uri))]
    return Certificate(
        principal=named[0] if len(named) == 1 else "",
        sha256=hashlib.sha256(der).hexdigest(),
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
    )


@functools.lru_cache(_KEPT)
def from_pem(pem: bytes) -> Certificate:
    """The same from PEM with one certificate, as gRPC hands it over (RFC 7468)."""
    body = b"".join(line for line in pem.splitlines() if not line.startswith(b"-----"))
    return from_der(base64.b64decode(body))


def _uris(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)
