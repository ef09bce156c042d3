"""A certificate names one principal or none; it is valid between its two dates."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.gateway import certificate

_START = datetime(2026, 1, 1, tzinfo=UTC)


def made(*uris: str) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "any")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_START)
        .not_valid_after(_START + timedelta(days=1))
    )
    if uris:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256())


def test_its_principal_and_fingerprint_are_read_alike_from_der_and_pem() -> None:
    whole = made("https://example.org", "kapok://principals/police-yuexiu")
    read = certificate.from_der(whole.public_bytes(serialization.Encoding.DER))
    assert read == certificate.from_pem(whole.public_bytes(serialization.Encoding.PEM))
    assert (read.principal, read.sha256) == ("principals/police-yuexiu", whole.fingerprint(hashes.SHA256()).hex())
    assert read.bearer == read.principal


@pytest.mark.parametrize(
    "uris",
    [(), ("kapok://agencies/x",), ("kapok://principals/A",), ("kapok://principals/a", "kapok://principals/b")],
)
def test_without_exactly_one_principal_it_stands_for_itself(uris: tuple[str, ...]) -> None:
    read = certificate.from_der(made(*uris).public_bytes(serialization.Encoding.DER))
    assert read.principal == ""
    assert read.bearer == read.sha256


def test_it_ends() -> None:
    read = certificate.from_der(made().public_bytes(serialization.Encoding.DER))
    assert read.is_valid_at(_START + timedelta(hours=24))
    assert not read.is_valid_at(_START - timedelta(seconds=1))
    assert not read.is_valid_at(_START + timedelta(hours=24, seconds=1))
