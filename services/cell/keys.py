"""The secret keys of a home, made on first start: to sign (Ed25519), to prove who calls (X25519), to connect (nkeys).

Each is a file of its own, so that a process is given exactly those that it needs.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nkeys
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.cell.layout import write_private
from services.chassis.signing import Signer

ORGANS = ("public-security", "information-technology", "national-security")  # of Article 14 ¶2
SIGNERS = ("permissions", "streams", "audit")


@dataclass(frozen=True)
class Keys:
    """Where each key lies in ``folder``. Hexadecimal text, but for nkey seeds, which are in their own form."""

    folder: Path

    def pair(self, name: str) -> Path:
        """X25519 key of a service or relay."""
        return self.folder / f"{name}.x25519"

    def signing(self, name: str) -> Path:
        """Ed25519 seed of a service, or of an organ as `organ-<kind>`."""
        return self.folder / f"{name}.ed25519"

    def public(self, name: str) -> Path:
        """The public half of `signing`."""
        return self.folder / f"{name}.ed25519.public"

    def bus_seed(self, name: str) -> Path:
        """The nkey seed with which ``name`` connects to the bus."""
        return self.folder / f"{name}.nkey"

    @property
    def peers(self) -> Path:
        """JSON: the services' public X25519 keys by name."""
        return self.folder / "peers.json"

    @property
    def organs(self) -> Path:
        """JSON: the three organs' public Ed25519 keys by agency kind, pinned at installation."""
        return self.folder / "organs.json"

    @property
    def credentials(self) -> Path:
        """AES key under which registry keeps the cameras' addresses and passwords."""
        return self.folder / "credentials.aes"


def make(folder: Path, services: Sequence[str], relays: Sequence[str], others_on_bus: Sequence[str]) -> Keys:
    """Make what is missing, keep what is there."""
    keys = Keys(folder)
    for name in (*services, *relays):
        _make_secret(keys.pair(name))
    for name in (*SIGNERS, *(f"organ-{kind}" for kind in ORGANS)):
        _make_secret(keys.signing(name))
        write_private(keys.public(name), Signer.from_file(keys.signing(name)).public_key.hex().encode())
    for name in (*services, *relays, *others_on_bus):
        if not keys.bus_seed(name).exists():
            write_private(keys.bus_seed(name), nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))
    _make_secret(keys.credentials, "development ")  # no key for a cluster: the registry refuses it there
    write_private(keys.peers, _json({name: _pair_public(keys.pair(name)) for name in services}))
    if not keys.organs.exists():  # an installation that pins real organs brings this file
        write_private(keys.organs, _json({kind: keys.public(f"organ-{kind}").read_text() for kind in ORGANS}))
    return keys


def bus_public(seed_file: Path) -> str:
    """The public nkey of a seed, as the server's configuration names a user."""
    pair = nkeys.from_seed(seed_file.read_bytes())
    public: str = pair.public_key.decode()
    pair.wipe()
    return public


def _make_secret(path: Path, mark: str = "") -> None:
    if not path.exists():
        write_private(path, f"{mark}{os.urandom(32).hex()}".encode())


def _pair_public(path: Path) -> str:
    key = X25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text()))
    return key.public_key().public_bytes_raw().hex()


def _json(content: dict[str, str]) -> bytes:
    return json.dumps(content, indent=2).encode()
