"""The development authority issues once, keeps what it issued, and renews what nears its end."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from services.cell.authority import AUTHORITY_LIFETIME, SERVER_LIFETIME, Authority, Credential

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def certificate(credential: Credential) -> x509.Certificate:
    return x509.load_pem_x509_certificate(credential.certificate.read_bytes())


def test_a_client_certificate_names_its_principal_and_says_that_it_is_for_development(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, NOW)
    client = certificate(authority.client("police-yuexiu"))
    names = client.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["kapok://principals/police-yuexiu"]
    assert "development" in client.subject.rfc4514_string()
    client.verify_directly_issued_by(certificate(authority.own))


def test_a_relay_has_a_certificate_of_its_own_to_serve_with(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, NOW)
    shown = authority.relay("relay-1")
    uses = certificate(shown).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [use.dotted_string for use in uses] == [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH.dotted_string]
    assert shown.fingerprint() not in (authority.relay("relay-2").fingerprint(), authority.server().fingerprint())
    assert authority.relay("relay-1").fingerprint() == shown.fingerprint()


def test_what_was_issued_is_kept(tmp_path: Path) -> None:
    first = Authority.open(tmp_path, NOW)
    prints = [first.own.fingerprint(), first.client("a").fingerprint(), first.server().fingerprint()]
    again = Authority.open(tmp_path, NOW + timedelta(days=100))
    assert [again.own.fingerprint(), again.client("a").fingerprint(), again.server().fingerprint()] == prints


def test_the_server_is_renewed_near_its_end_and_the_principals_live_as_long_as_the_authority(tmp_path: Path) -> None:
    first = Authority.open(tmp_path, NOW)
    server, client = first.server().fingerprint(), first.client("a").fingerprint()
    later = Authority.open(tmp_path, NOW + SERVER_LIFETIME - timedelta(days=20))
    assert later.server().fingerprint() != server
    assert later.client("a").fingerprint() == client


def test_a_new_authority_renews_everything_it_issued(tmp_path: Path) -> None:
    first = Authority.open(tmp_path, NOW)
    own, client = first.own.fingerprint(), first.client("a").fingerprint()
    later = Authority.open(tmp_path, NOW + AUTHORITY_LIFETIME - timedelta(days=20))
    assert later.own.fingerprint() != own
    assert later.client("a").fingerprint() != client
    certificate(later.client("a")).verify_directly_issued_by(certificate(later.own))


def test_a_key_that_a_crash_parted_from_its_certificate_is_replaced(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, NOW)
    one, other = authority.client("a"), authority.client("b")
    one.key.write_bytes(other.key.read_bytes())
    fresh = authority.client("a")
    ssl.create_default_context().load_cert_chain(fresh.certificate, fresh.key)  # refuses a key of another certificate


def test_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, NOW)
    for credential in (authority.own, authority.server(), authority.client("a")):
        assert stat.S_IMODE(credential.key.stat().st_mode) == 0o600
