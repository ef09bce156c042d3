"""Tokens of pages and streams, sealed: the numbers in them would tell by their gaps how much somebody may not see.

Under a service's own key, so that a token is good at every replica. It grants nothing: rights are asked for anew.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis.errors import InvalidArgument, Violation

_NONCE_BYTES = 12
_LONGEST = 1200  # characters


class Tokens:
    """Seals and opens texts."""

    def __init__(self, service: str, key: bytes) -> None:
        """``key`` is one that the service has for something else; the one of tokens is derived from it (RFC 5869)."""
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=f"kapok.{service}.tokens.v1".encode()).derive(key))

    def seal(self, text: str) -> str:
        """The token for ``text``; "" for ""."""
        if not text:
            return ""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode().rstrip("=")

    def open(self, field: str, token: str) -> str:
        """The text; errors.InvalidArgument names ``field`` when we did not seal it."""
        if not token:
            return ""
        try:
            sealed = base64.urlsafe_b64decode((token[:_LONGEST] + "=" * (-len(token) % 4)).encode("ascii"))
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except (ValueError, InvalidTag):  # not ASCII, not base64, too short, or not ours
            advice = "is none that was given here: start again without it, or take the one of the last answer"
            raise InvalidArgument(Violation(field, advice)) from None
