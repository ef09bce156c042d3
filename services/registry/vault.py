"""Sources at rest: AES-256-GCM under the registry's own key, a fresh nonce each, bound to the camera's name."""

import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis import errors
from services.registry.domain import Source

DEVELOPMENT = "development"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_NONCE_BYTES = 12
_FIELDS = ("stream_uri", "control_uri", "username", "password", "secondary_stream_uri")


class Vault:
    """Holds the key; what it locks under one camera's name opens under no other."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def lock(self, camera: str, source: Source) -> bytes:
        """Nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        plaintext = json.dumps({name: getattr(source, name) for name in _FIELDS}).encode()
        return nonce + self._cipher.encrypt(nonce, plaintext, camera.encode())

    def unlock(self, camera: str, locked: bytes) -> Source:
        """The source; errors.Internal when the row was altered or the key is another one."""
        try:
            plaintext = self._cipher.decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], camera.encode())
        except InvalidTag:
            message = f"the source of {camera} does not open with this registry's credentials key; register it again"
            raise errors.Internal("INTERNAL", message) from None
        return Source(**json.loads(plaintext))


def read_key(path: Path, listen: str) -> bytes:
    """32 bytes in hex, with ``development`` before them when a home made them itself.

    Raises errors.FailedPrecondition for such a key in a service that listens beyond this machine: a cluster brings its
    own, from its secrets.
    """
    *marks, text = path.read_text().split()
    host = listen.rpartition(":")[0].strip("[]")
    if DEVELOPMENT in marks and not listen.startswith("unix:") and host not in _LOOPBACK:
        message = f"{path} holds a development key, and this service listens at {listen}: give it a key of its own"
        raise errors.FailedPrecondition("STATE_WRONG", message)
    return bytes.fromhex(text)
