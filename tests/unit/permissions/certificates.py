"""Certificates as agencies present them: self-signed, since permissions does not ask who issued one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.unit.decider.cast import NOW

_KEY = ec.generate_private_key(ec.SECP256R1())  # one for all: what differs is the serial number


def issued(
    *uris: str,
    starts_at: datetime = NOW - timedelta(days=1),
    ends_at: datetime = NOW + timedelta(days=365),
    others: Sequence[x509.GeneralName] = (),
    form: Encoding = Encoding.PEM,
) -> bytes:
    """A certificate with these URIs among its alternative names, and other names."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an agency")])
    names = [*map(x509.UniformResourceIdentifier, uris), *others]
    draft = (
        x509.CertificateBuilder(name, name, _KEY.public_key(), x509.random_serial_number())
        .not_valid_before(starts_at)
        .not_valid_after(ends_at)
    )
    if names:
        draft = draft.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return draft.sign(_KEY, hashes.SHA256()).public_bytes(form)


def certificate_of(principal: str) -> bytes:
    """A good one for ``principals/…``."""
    return issued(f"kapok://{principal}")
