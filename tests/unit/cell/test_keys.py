"""Keys are made once; a relay added later gets its own, and nobody else's change."""

import json
from pathlib import Path

from services.cell import keys
from services.chassis.identity import KeyRing
from services.chassis.signing import Signer, Verifier


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_start_changes_no_key(tmp_path: Path) -> None:
    keys.make(tmp_path, ["registry", "permissions"], ["relay-1"], ["setup"])
    before = contents(tmp_path)
    keys.make(tmp_path, ["registry", "permissions"], ["relay-1", "relay-2"], ["setup"])
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"relay-2.x25519", "relay-2.nkey"}


def test_two_services_derive_the_same_secret(tmp_path: Path) -> None:
    made = keys.make(tmp_path, ["registry", "permissions"], [], [])
    registry = KeyRing.from_files("registry", made.pair("registry"), made.peers)
    permissions = KeyRing.from_files("permissions", made.pair("permissions"), made.peers)
    assert registry.pair_key("permissions") == permissions.pair_key("registry")


def test_relays_are_no_peers_of_services(tmp_path: Path) -> None:
    made = keys.make(tmp_path, ["registry"], ["relay-1"], [])
    assert set(json.loads(made.peers.read_text())) == {"registry"}


def test_the_three_organs_sign_with_pinned_keys(tmp_path: Path) -> None:
    made = keys.make(tmp_path, [], [], [])
    for kind, public in json.loads(made.organs.read_text()).items():
        signature = Signer.from_file(made.signing(f"organ-{kind}")).sign("purpose", b"policy")
        assert Verifier(bytes.fromhex(public)).is_signed("purpose", b"policy", signature)


def test_organs_that_an_installation_pinned_are_kept(tmp_path: Path) -> None:
    made = keys.make(tmp_path, [], [], [])
    made.organs.write_text("{}")
    keys.make(tmp_path, [], [], [])
    assert made.organs.read_text() == "{}"
