"""Sources at rest and on their way to a relay open for whom and what they were locked for, and for nothing else."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.chassis import errors, sealing
from services.chassis.sealed_tokens import Tokens
from services.registry.domain import Source
from services.registry.vault import Vault, read_key

SOURCE = Source("rtsp://camera.lan/1", "http://camera.lan/ptz", "user", "密码")
CONTEXT = sealing.context("kapok.registry.source", "relay-1", "districts/440104/cameras/44010400001320000017")


def test_a_locked_source_opens_under_its_own_name_and_key_only() -> None:
    vault = Vault(b"k" * 32)
    locked = vault.lock("one", SOURCE)
    assert vault.unlock("one", locked) == SOURCE
    assert b"camera.lan" not in locked
    assert locked != vault.lock("one", SOURCE), "a nonce is never used twice"
    for other, name in ((vault, "two"), (Vault(b"K" * 32), "one")):
        with pytest.raises(errors.Internal):
            other.unlock(name, locked)


def test_a_sealed_box_opens_for_its_recipient_and_purpose_only() -> None:
    own, other = (X25519PrivateKey.generate() for _ in range(2))
    box = sealing.seal(own.public_key().public_bytes_raw(), b"secret", CONTEXT)
    assert sealing.open_(own.private_bytes_raw(), box, CONTEXT) == b"secret"
    altered = (box[:-1] + bytes([box[-1] ^ 1]), bytes(32) + box[32:], box[:31], b"")
    trials = [(own, foreign, CONTEXT) for foreign in altered]
    trials += [(other, box, CONTEXT), (own, box, sealing.context("kapok.registry.source", "relay-2", "x"))]
    for key, sealed, context in trials:
        with pytest.raises(errors.Denied):
            sealing.open_(key.private_bytes_raw(), sealed, context)


def test_parts_of_a_context_do_not_run_together() -> None:
    assert sealing.context("p", "ab", "c") != sealing.context("p", "a", "bc")


@pytest.mark.parametrize("key", [b"", b"short", bytes(32), (1).to_bytes(32, "little")])
def test_a_key_that_would_make_the_secret_public_is_refused(key: bytes) -> None:
    with pytest.raises(errors.InvalidArgument):
        sealing.seal(key, b"secret", CONTEXT)


@pytest.mark.parametrize("listen", ["unix:/run/kapok/registry.sock", "127.0.0.1:7000", "[::1]:7000", "localhost:7000"])
def test_a_development_key_serves_this_machine_alone(listen: str, tmp_path: Path) -> None:
    file = tmp_path / "credentials.aes"
    file.write_text(f"development {'ab' * 32}")
    assert read_key(file, listen) == b"\xab" * 32
    for beyond in ("0.0.0.0:7000", "[::]:7000", "10.1.2.3:7000", "registry:7000"):
        with pytest.raises(errors.FailedPrecondition, match="development key"):
            read_key(file, beyond)
    file.write_text("cd" * 32)
    assert read_key(file, "0.0.0.0:7000") == b"\xcd" * 32


def test_a_token_tells_nothing_and_opens_at_every_replica_alone() -> None:
    token = Tokens("registry", b"k" * 32).seal('["a list", "elephants"]')
    assert b"elephants" not in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert token != Tokens("registry", b"k" * 32).seal('["a list", "elephants"]')
    assert Tokens("registry", b"k" * 32).open("page_token", token) == '["a list", "elephants"]'
    assert Tokens("registry", b"k" * 32).seal("") == Tokens("registry", b"k" * 32).open("page_token", "") == ""
    foreign = (Tokens("registry", b"K" * 32).seal("x"), token[:-2], token + "A", "é", "17", "A" * 5000, "\x00")
    for forged in foreign:
        with pytest.raises(errors.InvalidArgument) as refusal:
            Tokens("registry", b"k" * 32).open("page_token", forged)
        assert [violation.field for violation in refusal.value.violations] == ["page_token"]
