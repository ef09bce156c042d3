"""Ed25519 signatures bound to a purpose (RFC 8032): heartbeats, endings, grants, tokens, the ledger's head.

The signature covers purpose + 0x00 + payload, so that bytes signed for one purpose never pass for another.
"""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kapok.signed.v1 import signed_pb2
from services.chassis import errors


class Signer:
    """Holds a private key. ``seal`` makes a serialised kapok.signed.v1.Signed."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    @classmethod
    def from_file(cls, path: Path) -> "Signer":
        """Read a 32-byte seed in hex."""
        return cls(bytes.fromhex(path.read_text().strip()))

    def sign(self, purpose: str, payload: bytes) -> bytes:
        """The 64-byte signature alone."""
        return self._key.sign(purpose.encode() + b"\0" + payload)

    def seal(self, purpose: str, payload: bytes) -> bytes:
        """Payload and signature in one."""
        return signed_pb2.Signed(payload=payload, signature=self.sign(purpose, payload)).SerializeToString()


class Verifier:
    """Holds a public key, 32 bytes raw."""

    def __init__(self, public_key: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public_key)

    def is_signed(self, purpose: str, payload: bytes, signature: bytes) -> bool:
        """Whether the signature is of this key, this purpose and this payload."""
        try:
            self._key.verify(signature, purpose.encode() + b"\0" + payload)
        except InvalidSignature:
            return False
        return True

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The payload of a sealed message; errors.Denied (TOKEN_INVALID) for anything not signed so."""
        message = signed_pb2.Signed()
        try:
            message.ParseFromString(sealed)
        except Exception as error:  # noqa: BLE001 - upb raises its own DecodeError type, private to the codec in use
            raise errors.Denied("TOKEN_INVALID", f"not a signed {purpose}: {type(error).__name__}") from None
        if not self.is_signed(purpose, message.payload, message.signature):
            raise errors.Denied("TOKEN_INVALID", f"the signature of this {purpose} is not valid")
        return message.payload
