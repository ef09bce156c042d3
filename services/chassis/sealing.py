"""Sealed boxes: bytes that only the holder of one X25519 key can read, and only for what they were sealed for.

A box is an ephemeral public key (32 bytes) followed by ChaCha20-Poly1305 ciphertext (RFC 8439). The cipher's key is
HKDF-SHA256 of the X25519 exchange (RFC 7748, RFC 5869), bound to both public keys; used once, so the nonce is zero.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis import errors

_KEY_BYTES = 32
_NONCE = bytes(12)


def context(purpose: str, *parts: str) -> bytes:
    """What a box is sealed for, unambiguously: sealer and opener name the same purpose and the same parts."""
    encoded = [part.encode() for part in (purpose, *parts)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def seal(public_key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal to the holder of ``public_key`` (32 bytes raw); errors.InvalidArgument when that is no X25519 key."""
    ephemeral = X25519PrivateKey.generate()
    sender = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError:  # a wrong length, or a point of small order, which would make the secret a public zero
        raise errors.InvalidArgument(errors.Violation("public_key", "send an X25519 public key of 32 bytes")) from None
    return sender + _cipher(shared, sender, public_key).encrypt(_NONCE, plaintext, context)


def open_(private_key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plaintext; errors.Denied (TOKEN_INVALID) for a box of another key, another context, or altered."""
    own = X25519PrivateKey.from_private_bytes(private_key)
    sender = sealed[:_KEY_BYTES]
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(sender))
        cipher = _cipher(shared, sender, own.public_key().public_bytes_raw())
        return cipher.decrypt(_NONCE, sealed[_KEY_BYTES:], context)
    except (ValueError, InvalidTag):
        raise errors.Denied("TOKEN_INVALID", "this box was sealed for another key or purpose, or altered") from None


def _cipher(shared: bytes, sender: bytes, recipient: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=None, info=b"kapok.sealed.v1" + sender + recipient).derive(shared))
