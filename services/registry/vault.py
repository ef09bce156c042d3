"""Sources at rest: AES-256-GCM under the registry's own key, a fresh nonce each, bound to the camera's name."""

import dataclasses
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis import errors
from services.registry.domain import Source

_NONCE_BYTES = 12


class Vault:
    """Holds the key; what it locks under one camera's name opens under no other."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> "Vault":
        """Read 32 bytes in hex."""
        return cls(bytes.fromhex(path.read_text().strip()))

    def lock(self, camera: str, source: Source) -> bytes:
        """Nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        plaintext = json.dumps(dataclasses.asdict(source)).encode()
        return nonce + self._cipher.encrypt(nonce, plaintext, camera.encode())

    def unlock(self, camera: str, locked: bytes) -> Source:
        """The source; errors.Internal when the row was altered or the key is another one."""
        try:
            plaintext = self._cipher.decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], camera.encode())
        except InvalidTag:
            message = f"the source of {camera} does not open with this registry's credentials key; register it again"
            raise errors.Internal("INTERNAL", message) from None
        return Source(**json.loads(plaintext))
