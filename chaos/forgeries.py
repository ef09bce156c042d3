"""What may not move a camera, in every way that we know of: made at random under one epoch that is the newest.

Each is a whole command as a relay takes it, with a velocity that no lawful command has (they go left, the lawful go
right). Most are true but for one thing: their epoch is over, and nothing else is wrong with them.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from chaos.parts.bare import CAMERA, GRANT, Bare
from kapok.streams.v1 import relay_pb2
from services.chassis.signing import Signer

_HOUR = timedelta(hours=1)  # a grant of an older epoch that never runs out: worse than permissions would sign
_LEFT = -0.5
_OTHER = CAMERA[:-1] + ("1" if CAMERA[-1] != "1" else "2")


@dataclass(frozen=True, slots=True)
class Try:
    """``kind`` says what is wrong with the order; its ``relay`` is the one that is told."""

    kind: str
    relay: str
    order: bytes


@dataclass(frozen=True)
class Forger:
    """Has seen every grant of the past, holds a key that is not permissions', and can flip bits."""

    bare: Bare
    chance: Random
    forged: Signer

    def make(self, relay: str, epoch: int) -> Try:
        """One at ``relay``, where ``epoch`` is the newest."""
        kind = self.chance.choices([*_KINDS], [weight for weight, _ in _KINDS.values()])[0]
        return Try(kind, relay, _KINDS[kind][1](self, relay, epoch))

    def _order(self, relay: str, signed: bytes, /, **changes: object) -> bytes:
        fields = {"signed_grant": signed, "pan": _LEFT, "relay": relay, "sealed_source": self.bare.source(relay)}
        return relay_pb2.ControlCommand(**fields | changes).SerializeToString()  # type: ignore[arg-type]

    def _true(self, epoch: int, lasting: timedelta = _HOUR) -> bytes:
        return self.bare.permissions.seal(GRANT, self.bare.grant(epoch, lasting))

    def older(self, relay: str, epoch: int) -> bytes:
        """By an earlier holder, whose grant is true and has not run out."""
        return self._order(relay, self._true(self.chance.choice((epoch - 1, self.chance.randint(0, epoch - 1)))))

    def expired(self, relay: str, epoch: int) -> bytes:
        """By the holder, too late."""
        late = timedelta(seconds=-self.chance.uniform(0.0, 3600.0))
        return self._order(relay, self._true(epoch, late))

    def unsigned(self, relay: str, epoch: int) -> bytes:
        """By an epoch that is to come, signed by somebody else or for something else."""
        grant = self.bare.grant(epoch + self.chance.randint(0, 9), _HOUR)
        signed = self.chance.choice(
            (self.forged.seal(GRANT, grant), self.bare.permissions.seal("kapok.x", grant), grant)
        )
        return self._order(relay, signed)

    def flipped(self, relay: str, epoch: int) -> bytes:
        """A true grant of the newest epoch with one bit changed."""
        signed = bytearray(self._true(epoch))
        signed[self.chance.randrange(len(signed))] ^= 1 << self.chance.randrange(8)
        return self._order(relay, bytes(signed))

    def misdirected(self, relay: str, epoch: int) -> bytes:
        """A true grant with another camera's address, of another camera, or for another relay."""
        other = self.bare.permissions.seal(GRANT, self.bare.grant(epoch, _HOUR, _OTHER))
        return self.chance.choice(
            (
                self._order(relay, self._true(epoch), sealed_source=self.bare.source(relay, _OTHER)),
                self._order(relay, other),
                self._order(relay, self._true(epoch), relay="relay-9"),
                self._order(relay, self._true(epoch), sealed_source=b""),
            )
        )

    def noise(self, relay: str, _epoch: int) -> bytes:
        """Bytes."""
        return os.urandom(self.chance.randrange(400))


_KINDS: Mapping[str, tuple[int, Callable[[Forger, str, int], bytes]]] = {
    "older": (50, Forger.older), "expired": (12, Forger.expired), "unsigned": (12, Forger.unsigned),
    "flipped": (12, Forger.flipped), "misdirected": (8, Forger.misdirected), "noise": (6, Forger.noise),
}  # fmt: skip
