"""Identities between services: made by one, for one, for one method, for thirty seconds."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.chassis.clock import ManualClock
from services.chassis.errors import Unauthenticated
from services.chassis.identity import Caller, KeyRing, sign, verify

NAMES = ("gateway", "registry", "streams")
SECRETS = {name: X25519PrivateKey.generate() for name in NAMES}
PUBLIC = {name: key.public_key().public_bytes_raw() for name, key in SECRETS.items()}
RINGS = {name: KeyRing(name, SECRETS[name].private_bytes_raw(), PUBLIC) for name in NAMES}
METHOD = "/kapok.registry.v1.RegistryService/GetCamera"
WHO = Caller("gateway", "request-1", "principals/police-yuexiu", "ab" * 32)


def signed(clock: ManualClock) -> bytes:
    return sign(RINGS["gateway"], "registry", METHOD, WHO, clock)


def test_the_service_called_reads_who_calls() -> None:
    clock = ManualClock()
    assert verify(RINGS["registry"], METHOD, signed(clock), clock) == WHO


@pytest.mark.parametrize("position", [0, 5, 20, -33, -1])
def test_any_altered_byte_is_refused(position: int) -> None:
    clock = ManualClock()
    forged = bytearray(signed(clock))
    forged[position] ^= 1
    with pytest.raises(Unauthenticated):
        verify(RINGS["registry"], METHOD, bytes(forged), clock)


def test_an_identity_for_one_method_opens_no_other() -> None:
    clock = ManualClock()
    with pytest.raises(Unauthenticated, match="another method"):
        verify(RINGS["registry"], METHOD + "s", signed(clock), clock)


def test_an_identity_for_one_service_opens_no_other() -> None:
    clock = ManualClock()
    with pytest.raises(Unauthenticated):
        verify(RINGS["streams"], METHOD, signed(clock), clock)


def test_an_identity_ends_after_thirty_seconds() -> None:
    clock = ManualClock()
    value = signed(clock)
    clock.advance(timedelta(seconds=31))
    with pytest.raises(Unauthenticated, match="expired"):
        verify(RINGS["registry"], METHOD, value, clock)


@pytest.mark.parametrize("value", [b"", b"x" * 31, b"\xff" * 200])
def test_garbage_is_refused(value: bytes) -> None:
    with pytest.raises(Unauthenticated):
        verify(RINGS["registry"], METHOD, value, ManualClock())
