"""The development certificate authority of a home: who the gateway and the relays are, who the demo's principals are.

Made on first start, kept afterwards. Its subject says that it is for development: no other cell trusts it, and a
cluster brings certificates of its own. Client certificates name their principal as URI SAN kapok://principals/<id>.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.cell.layout import write_private

# A principal's certificate lives as long as its authority, because the genesis of the cell names its fingerprint.
AUTHORITY_LIFETIME = timedelta(days=3650)
SERVER_LIFETIME = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)
_CLOCK_DIFFERENCE = timedelta(minutes=5)  # of a machine that checks a certificate made this second
_Uses = Sequence[x509.ObjectIdentifier]
_PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
_STRONG_BITS = {False: 256, True: 2048}  # of an elliptic curve, of RSA
_ORGANISATION = "Kapok development, not for production"
_PRINCIPALS, _RELAYS, _SERVICES = "principals/", "relays/", "services/"  # folders of what is issued to them
_USES = {  # of what is in no folder named here: a server's
    _PRINCIPALS: (ExtendedKeyUsageOID.CLIENT_AUTH,),
    _SERVICES: (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH),
}
_SERVER_NAMES = (
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
)


@dataclass(frozen=True)
class Credential:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path

    def fingerprint(self) -> str:
        """SHA-256 of the certificate's DER form, in hex."""
        return _load(self.certificate).fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True)
class Authority:
    """Issues into ``folder``; ``now`` is aware, UTC."""

    folder: Path
    own: Credential
    now: datetime

    @classmethod
    def open(cls, folder: Path, now: datetime) -> "Authority":
        """The authority of ``folder``, made when it is missing or near its end: then all it issued is renewed too."""
        own = Credential(folder / "ca.pem", folder / "ca.key")
        if not _is_good(own, now):
            key = ec.generate_private_key(ec.SECP256R1())
            name = _name("Kapok development authority")
            draft = _draft(name, name, key.public_key(), now, AUTHORITY_LIFETIME)
            draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            draft = draft.add_extension(_usage(is_authority=True), critical=True)
            _write(own, draft.sign(key, hashes.SHA256()), key)
        return cls(folder, own, now)

    def server(self) -> Credential:
        """The gateway's certificate, for loopback names."""
        return self._issue("server", "Kapok gateway", _SERVER_NAMES)

    def relay(self, name: str) -> Credential:
        """A relay's certificate, with which it answers viewers over TLS; for loopback names."""
        return self._issue(f"{_RELAYS}{name}", f"Kapok {name}", _SERVER_NAMES)

    def service(self, name: str) -> Credential:
        """What a service shows its neighbours, who may be its callers or its callees; for loopback names."""
        return self._issue(f"{_SERVICES}{name}", f"Kapok {name}", _SERVER_NAMES)

    def client(self, principal: str) -> Credential:
        """The certificate of ``principals/<principal>``."""
        uri = x509.UniformResourceIdentifier(f"kapok://principals/{principal}")
        return self._issue(f"{_PRINCIPALS}{principal}", principal, [uri])

    @classmethod
    def at_hand(cls, certificate: Path, now: datetime) -> "Authority | None":
        """The authority of this certificate, when its key lies beside it; None elsewhere."""
        own = Credential(certificate, certificate.with_name("ca.key"))
        return cls(certificate.parent, own, now) if own.key.exists() and certificate.exists() else None

    def certify(self, principal: str, request: bytes) -> bytes:
        """The certificate (PEM) of ``principals/<principal>`` for the key of a PKCS #10 request, signed by that key.

        Nothing but the key is taken from the request. Raises ValueError that says what is wrong with it.
        """
        asked = x509.load_pem_x509_csr(request)
        key = asked.public_key()
        if not isinstance(key, _PublicKey) or key.key_size < _STRONG_BITS[isinstance(key, rsa.RSAPublicKey)]:
            raise ValueError("its key must be of an elliptic curve of 256 bits or RSA of 2048 bits, at least")
        if not asked.is_signature_valid:
            raise ValueError("it must be signed by its own key")
        uri = x509.UniformResourceIdentifier(f"kapok://principals/{principal}")
        made = self._signed(principal, [uri], key, _USES[_PRINCIPALS])
        return made.public_bytes(serialization.Encoding.PEM)

    def _issue(self, file: str, common_name: str, names: Sequence[x509.GeneralName]) -> Credential:
        """Certificate ``file``: the one at hand unless another authority issued it or it is near its end."""
        made = Credential(self.folder / f"{file}.pem", self.folder / f"{file}.key")
        issuer = _load(self.own.certificate)
        if _is_good(made, self.now) and _is_issued_by(issuer, _load(made.certificate)):
            return made
        key = ec.generate_private_key(ec.SECP256R1())
        uses = _USES.get(f"{file.partition('/')[0]}/", (ExtendedKeyUsageOID.SERVER_AUTH,))
        _write(made, self._signed(common_name, names, key.public_key(), uses), key)
        return made

    def _signed(
        self,
        common_name: str,
        names: Sequence[x509.GeneralName],
        key: _PublicKey,
        uses: _Uses,
    ) -> x509.Certificate:
        issuer, issuer_key = _load(self.own.certificate), _private_key(self.own.key)
        lifetime = SERVER_LIFETIME if ExtendedKeyUsageOID.SERVER_AUTH in uses else AUTHORITY_LIFETIME
        draft = _draft(_name(common_name), issuer.subject, key, self.now, lifetime)
        draft = draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        draft = draft.add_extension(_usage(is_authority=False), critical=True)
        draft = draft.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        draft = draft.add_extension(x509.SubjectAlternativeName(names), critical=False)
        authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        return draft.add_extension(authority_id, critical=False).sign(issuer_key, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),  # X.520 allows no more
        ]
    )


def _draft(
    subject: x509.Name, issuer: x509.Name, key: _PublicKey, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_DIFFERENCE)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_good(credential: Credential, now: datetime) -> bool:
    if not credential.key.exists() or not credential.certificate.exists():
        return False
    certificate = _load(credential.certificate)
    # A crash between the two writes leaves a key of another certificate.
    is_pair = _private_key(credential.key).public_key() == certificate.public_key()
    return is_pair and certificate.not_valid_after_utc - now > _RENEW_BEFORE


def _is_issued_by(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _write(credential: Credential, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(credential.key, private)
    write_private(credential.certificate, certificate.public_bytes(serialization.Encoding.PEM))
