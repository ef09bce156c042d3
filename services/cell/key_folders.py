"""`python -m services.cell.key_folders FOLDER`: the keys of a cell in a cluster, a folder for each Secret.

    FOLDER/secrets/<service>/  identity.x25519, bus.nkey, and signing.ed25519 or credentials.aes of whoever has one
    FOLDER/secrets/relays/     relay-<n>.x25519, relay-<n>.nkey
    FOLDER/secrets/setup/      bus.nkey
    FOLDER/made/               what these are copied from
    FOLDER/public-keys.yaml    the public halves, as values of the chart

Safe to run again, with more relays: what is there is kept. The keys of the three organs are theirs, and not made here.
"""

import argparse
import json
import os
from pathlib import Path

from services.cell import keys, rights
from services.cell.layout import write_private


def make(folder: Path, relays: int) -> None:
    """Make what is missing below ``folder`` for relay-0 … relay-<relays - 1>."""
    services = [one.name for one in rights.SERVICES]
    names = [f"relay-{number}" for number in range(relays)]
    made = keys.make(folder / "made", services, names, [rights.SETUP.name])
    for development in (made.organs, made.credentials, *made.folder.glob("organ-*")):
        development.unlink()  # a home makes these for itself; a cell brings the real ones
    secrets = folder / "secrets"
    for name in services:
        _copy(made.pair(name), secrets / name / "identity.x25519")
        _copy(made.bus_seed(name), secrets / name / "bus.nkey")
    for name in keys.SIGNERS:
        _copy(made.signing(name), secrets / name / "signing.ed25519")
    for name in names:
        _copy(made.pair(name), secrets / "relays" / f"{name}.x25519")
        _copy(made.bus_seed(name), secrets / "relays" / f"{name}.nkey")
    _copy(made.bus_seed(rights.SETUP.name), secrets / "setup" / "bus.nkey")
    credentials = secrets / "registry" / "credentials.aes"
    if not credentials.exists():
        write_private(credentials, os.urandom(32).hex().encode())
    write_private(folder / "public-keys.yaml", _public(made, [*services, rights.SETUP.name, *names]))


def _public(made: keys.Keys, users: list[str]) -> bytes:
    """JSON is YAML too."""
    signing = {name: made.public(name).read_text() for name in ("permissions", "streams")}
    bus = {name: keys.bus_public(made.bus_seed(name)) for name in users}
    values = {"keys": {"peers": json.loads(made.peers.read_text()), "signing": signing, "bus": bus}}
    return json.dumps(values, indent=2).encode() + b"\n"


def _copy(source: Path, target: Path) -> None:
    write_private(target, source.read_bytes())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the keys of a cell in a cluster.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--relays", type=int, default=4, help="how many relays there may ever be (4)")
    chosen = parser.parse_args()
    make(chosen.folder, chosen.relays)
