"""Which relay serves a camera: weighted rendezvous hashing over the relays alive (Thaler and Ravishankar 1998). Pure.

The same camera lands on the same relay as long as that relay lives, so a camera is pulled once per cell; when a relay
dies only its own cameras move.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

ALIVE_FOR = timedelta(seconds=3)
_FULL_VIEWERS = 1000  # measured: about 1,000 viewers a process before one picture's fan-out blocks the loop too long


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay as it last announced itself. ``public_key`` is X25519, 32 bytes."""

    name: str
    public_key: bytes
    host: str
    port: int
    viewers: int
    heard_at: datetime
    web_port: int = 0
    rtsps_port: int = 0  # 0 = it speaks no TLS
    wss_port: int = 0
    grpc_port: int = 0
    grpc_has_tls: bool = False

    def is_alive(self, now: datetime) -> bool:
        """Whether it announced itself lately: it does so every second."""
        return now - self.heard_at <= ALIVE_FOR


def place(camera: str, relays: Iterable[Relay], now: datetime) -> Relay | None:
    """The relay for ``camera`` among those alive, or None."""
    alive = [relay for relay in relays if relay.is_alive(now)]
    return max(alive, key=lambda relay: _score(camera, relay), default=None)


def _score(camera: str, relay: Relay) -> float:
    digest = hashlib.sha256(f"{relay.name}\0{camera}".encode()).digest()
    uniform = (int.from_bytes(digest[:8], "big") + 1) / (2**64 + 1)
    # The load counts in coarse steps only: a camera must not wander with each viewer that comes and goes.
    weight = 1.0 if relay.viewers < _FULL_VIEWERS else 0.1
    return -weight / math.log(uniform)
