"""The folder with which an agency connects: its key, made here and sent nowhere; certificate, authority, addresses.

    key.pem  request.csr  certificate.pem  ca.pem  endpoints.json  agency.py

Made in that order; what is there is taken as it is, so that a run that failed goes on where it stopped. endpoints.json
comes last and names files beside it: with it the folder is a home for `kapok --home FOLDER`, on any machine.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.cell.layout import write_private
from services.chassis.errors import InvalidArgument, Violation

_EXAMPLE = Path(__file__).parents[2] / "examples" / "agency.py"


@dataclass(frozen=True)
class Folder:
    """Paths inside one agency's folder."""

    path: Path

    @property
    def key(self) -> Path:
        """The private key. It never leaves this machine but by its owner's hand."""
        return self.path / "key.pem"

    @property
    def request(self) -> Path:
        """What an authority signs (PKCS #10)."""
        return self.path / "request.csr"

    @property
    def certificate(self) -> Path:
        """What the authority signed."""
        return self.path / "certificate.pem"

    @property
    def ca(self) -> Path:
        """Whom the gateway's certificate is by."""
        return self.path / "ca.pem"

    @property
    def endpoints(self) -> Path:
        """Where to connect, and with what."""
        return self.path / "endpoints.json"

    @property
    def example(self) -> Path:
        """A program of twenty lines, where the repository has one to copy."""
        return self.path / "agency.py"

    def make_request(self, principal: str) -> bytes:
        """The request for ``principals/<principal>``; key and request are made when they are not there."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.key.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            private = serialization.PrivateFormat.PKCS8
            pem = key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption())
            write_private(self.key, pem)
        own = _private(self.key.read_bytes())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, principal[:64])])
        uri = x509.UniformResourceIdentifier(f"kapok://principals/{principal}")
        draft = x509.CertificateSigningRequestBuilder(name)
        draft = draft.add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        made = draft.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        write_private(self.request, made)
        return made

    def keep_certificate(self, pem: bytes) -> None:
        """Put the certificate beside its key; InvalidArgument when it is of another key."""
        try:
            certificate = x509.load_pem_x509_certificate(pem)
        except ValueError:
            raise InvalidArgument(Violation("certificate", "must be one X.509 certificate in PEM")) from None
        if self.key.exists() and certificate.public_key() != _private(self.key.read_bytes()).public_key():
            described = f"is not for the key in {self.key}: have {self.request.name} signed, or take the key away"
            raise InvalidArgument(Violation("certificate", described))
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.certificate, pem)

    def connect(self, principal: str, grpc: str, ca: bytes, told: dict[str, str]) -> None:
        """Write what a program connects with. ``told`` is what of the cell's own endpoints.json is for everybody."""
        write_private(self.ca, ca)
        if _EXAMPLE.exists():
            write_private(self.example, _EXAMPLE.read_bytes())
        access = {
            "certificate": self.certificate.name, "key": self.key.name, "agency": told["agency"], "kind": told["kind"],
        }  # fmt: skip
        endpoints = {
            "grpc": grpc, "http": told["http"], "ca": self.ca.name, "ledger_public_key": told["ledger_public_key"],
            "audience": told["audience"],
            "principals": {principal: access},
        }  # fmt: skip
        write_private(self.endpoints, json.dumps(endpoints, indent=2).encode())
        os.chmod(self.path, 0o700)


def _private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InvalidArgument(Violation("key", "must be a private key of an elliptic curve, as this command makes it"))
    return key
