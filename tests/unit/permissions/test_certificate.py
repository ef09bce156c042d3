"""A certificate goes on record when it names its principal, once, and is valid; anything else is refused by field."""

import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import InvalidArgument
from services.permissions.agencies.certificate import MAX_BYTES, read
from tests.unit.decider.cast import NOW
from tests.unit.permissions.certificates import issued

NAME = "principals/urban-yuexiu"
URI = f"kapok://{NAME}"
GOOD = issued(URI, form=Encoding.DER)


def test_pem_and_der_are_the_same_certificate() -> None:
    der = issued(URI, form=Encoding.DER)
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    found = read(der, NAME, NOW)
    assert found == read(pem, NAME, NOW) == read(b"\n " + pem, NAME, NOW)
    assert (found.sha256, found.uri, found.principal) == (hashlib.sha256(der).hexdigest(), URI, NAME)
    assert found.ends_at == NOW + timedelta(days=365)


def test_other_names_beside_ours_are_nobodys_business() -> None:
    others = [x509.DNSName("agency.example"), x509.UniformResourceIdentifier("https://agency.example/")]
    assert read(issued(URI, others=others), NAME, NOW).uri == URI


@pytest.mark.parametrize(
    ("document", "described"),
    [
        (b"", "at most"),
        (b"x" * (MAX_BYTES + 1), "at most"),
        (b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", "can't be read"),
        (b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "can't be read"),
        (b"\x30\x82", "can't be read"),
        (issued(URI) + issued(URI), "can't be read"),
        (issued(URI, form=Encoding.DER) + b"x", "can't be read"),
        (issued(), "must have the one URI"),
        (issued("kapok://principals/other"), "must have the one URI"),
        (issued(URI, "kapok://principals/other"), "must have the one URI"),
        (issued(URI, URI), "must have the one URI"),
        (issued(URI + "/x"), "must have the one URI"),
        (issued(URI.upper()), "must have the one URI"),
        (issued(f"https://{NAME}"), "must have the one URI"),
        (issued(URI, ends_at=NOW), "ended"),
        (issued(URI, starts_at=NOW + timedelta(hours=1)), "not valid before"),
    ],
)
def test_what_is_no_certificate_of_the_principal_is_refused(document: bytes, described: str) -> None:
    with pytest.raises(InvalidArgument, match=described) as refused:
        read(document, NAME, NOW)
    assert [violation.field for violation in refused.value.violations] == ["certificate"]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(noise: bytes) -> None:
    with pytest.raises(InvalidArgument):
        read(noise, NAME, NOW)


@given(st.data())
def test_a_certificate_with_a_byte_changed_is_refused_or_another_one(data: st.DataObject) -> None:
    der = GOOD
    place = data.draw(st.integers(0, len(der) - 1))
    changed = der[:place] + bytes([der[place] ^ data.draw(st.integers(1, 255))]) + der[place + 1 :]
    try:
        found = read(changed, NAME, NOW)
    except InvalidArgument:
        return
    assert found.uri == URI
    assert found.sha256 != hashlib.sha256(der).hexdigest()
