"""Onboarding step by step: nothing is half done, what was cut off goes on, the private key stays where it was made."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from services.cell.authority import Authority
from tests.integration.cli.desk import Clerk, home, kapok

_ONBOARD = (
    "agencies", "onboard", "lake", "--kind", "urban-management", "--tier", "district", "--jurisdiction", "440106",
    "--name", "东湖", "--clearance", "2",
)  # fmt: skip


async def _run(
    folder: Path, *more: str, clerk: Clerk | None = None, at_hand: bool = True
) -> tuple[int, str, list[Any]]:
    """The exit code, what it complained of, and what it asked."""
    clerk = clerk or Clerk()
    place = folder / "cell"
    place.mkdir(exist_ok=True)
    async with home(place, clerk=clerk):
        key = place / "certs" / "ca.key"
        hidden = key.rename(place / "elsewhere") if not at_hand else key
        code, _, err = await kapok(place, *_ONBOARD, "--folder", str(folder / "lake"), *more)
        hidden.rename(key)
    return code, err, clerk.requests


def _request(key: Any, name: str = "anything") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    draft = x509.CertificateSigningRequestBuilder(subject)
    names = [x509.UniformResourceIdentifier("kapok://principals/police-guangzhou")]
    draft = draft.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return draft.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)


def _uris(pem: bytes) -> list[str]:
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return names.value.get_values_for_type(x509.UniformResourceIdentifier)


async def test_one_command_registers_and_writes_the_folder(tmp_path: Path) -> None:
    code, err, asked = await _run(tmp_path)
    assert (code, err) == (0, "")
    [request] = asked
    made = tmp_path / "lake"
    agency = request.agency
    assert (agency.name, agency.display_name, agency.kind) == ("agencies/lake", "东湖", "urban-management")
    assert (agency.tier, agency.jurisdiction) == ("district", "440106")
    assert (request.principal.name, request.principal.clearance) == ("principals/lake", 2)
    assert request.certificate == (made / "certificate.pem").read_bytes()
    assert _uris(request.certificate) == ["kapok://principals/lake"]
    key = (made / "key.pem").read_bytes()
    assert (made / "key.pem").stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE KEY" in key
    assert b"PRIVATE KEY" not in request.SerializeToString()
    told = json.loads((made / "endpoints.json").read_text())
    assert told["principals"]["lake"]["key"] == "key.pem", "the folder may be moved"
    assert told["ca"] == "ca.pem"


async def test_a_run_that_was_cut_off_is_taken_up_with_the_same_key_and_certificate(tmp_path: Path) -> None:
    _, _, first = await _run(tmp_path)
    made = tmp_path / "lake"
    (made / "endpoints.json").unlink()
    key = (made / "key.pem").read_bytes()
    code, _, again = await _run(tmp_path)
    assert (code, again) == (0, first)
    assert (made / "key.pem").read_bytes() == key
    assert (made / "endpoints.json").exists()


async def test_without_the_authoritys_key_it_leaves_a_request_and_asks_nothing_of_the_cell(tmp_path: Path) -> None:
    code, err, asked = await _run(tmp_path, at_hand=False)
    made = tmp_path / "lake"
    assert (code, asked) == (1, [])
    assert "--certificate" in err
    assert not (made / "certificate.pem").exists()
    request = x509.load_pem_x509_csr((made / "request.csr").read_bytes())
    assert request.is_signature_valid
    authority = Authority.open(tmp_path / "cell" / "certs", datetime.now(UTC))
    (tmp_path / "signed.pem").write_bytes(authority.certify("lake", (made / "request.csr").read_bytes()))
    code, err, asked = await _run(tmp_path, "--certificate", str(tmp_path / "signed.pem"), at_hand=False)
    assert (code, err, len(asked)) == (0, "", 1)
    assert (made / "certificate.pem").read_bytes() == (tmp_path / "signed.pem").read_bytes()


async def test_a_certificate_of_another_key_is_refused_before_the_cell_hears_of_it(tmp_path: Path) -> None:
    await _run(tmp_path, at_hand=False)
    authority = Authority.open(tmp_path / "cell" / "certs", datetime.now(UTC))
    foreign = authority.certify("lake", _request(ec.generate_private_key(ec.SECP256R1())))
    (tmp_path / "foreign.pem").write_bytes(foreign)
    code, err, asked = await _run(tmp_path, "--certificate", str(tmp_path / "foreign.pem"))
    assert (code, asked) == (1, [])
    assert "is not for the key" in err


async def test_an_agency_that_sends_its_own_request_keeps_its_own_key(tmp_path: Path) -> None:
    (tmp_path / "own.csr").write_bytes(_request(ec.generate_private_key(ec.SECP384R1())))
    code, err, asked = await _run(tmp_path, "--csr", str(tmp_path / "own.csr"))
    assert (code, err) == (0, "")
    [request] = asked
    assert _uris(request.certificate) == ["kapok://principals/lake"], "what the request calls itself is not taken"
    assert not (tmp_path / "lake" / "key.pem").exists()


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: b"",
        lambda: b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        lambda: _request(rsa.generate_private_key(65537, 1024)),
        lambda: _request(ec.generate_private_key(ec.SECP192R1())),
        lambda: _request(ed25519.Ed25519PrivateKey.generate()),
    ],
)
async def test_a_request_that_is_none_or_weak_is_not_signed(tmp_path: Path, request_of: Any) -> None:
    (tmp_path / "own.csr").write_bytes(request_of())
    code, err, asked = await _run(tmp_path, "--csr", str(tmp_path / "own.csr"))
    assert (code, asked) == (1, [])
    assert "can't be signed" in err
    assert not (tmp_path / "lake" / "endpoints.json").exists()


def test_a_request_that_its_key_did_not_sign_is_not_signed(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, datetime.now(UTC))
    der = x509.load_pem_x509_csr(_request(ec.generate_private_key(ec.SECP256R1()))).public_bytes(
        serialization.Encoding.DER
    )
    forged = x509.load_der_x509_csr(der.replace(b"anything", b"nothing!"))
    with pytest.raises(ValueError, match="its own key"):
        authority.certify("lake", forged.public_bytes(serialization.Encoding.PEM))


def test_a_certificate_lives_as_long_as_one_that_the_home_makes_itself(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    authority = Authority.open(tmp_path, now)
    made = x509.load_pem_x509_certificate(authority.certify("lake", _request(ec.generate_private_key(ec.SECP256R1()))))
    assert made.not_valid_after_utc > now + timedelta(days=300)
    made.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.own.certificate.read_bytes()))
