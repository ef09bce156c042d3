"""Which relay serves a camera: weighted rendezvous hashing over the relays that take cameras. Pure.

Thaler and Ravishankar 1998, with weights: each relay draws a number from its name and the camera's, and the largest of
-weight / ln(draw) has it. When a relay comes or goes, or its weight changes, only what it gains or loses moves.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

# The share of its capacity in use up to which a relay counts for so much; beyond the last one it counts for the least.
STEPS = ((0.5, 1.0), (0.7, 0.75), (0.85, 0.5), (1.0, 0.25), (math.inf, 0.05))
SLACK = 0.15  # by how much the load must fall below a step's limit before the relay counts for more again
STEP_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a relay carries and what it can: viewers, bytes per second to them, cameras pulled."""

    viewers: int = 0
    bytes_per_s: int = 0
    cameras: int = 0
    viewers_most: int = 1000  # measured: beyond it one picture's fan-out blocks the loop for too long
    bytes_per_s_most: int = 500_000_000  # of as many viewers at 4 Mbit/s

    @property
    def share(self) -> float:
        """How much of the capacity is in use, by what is scarcest; 1.0 is full."""
        return max(self.viewers / max(self.viewers_most, 1), self.bytes_per_s / max(self.bytes_per_s_most, 1))

    @property
    def room(self) -> int:
        """Viewers that its sessions may have together; 0 while it sends as much as it can."""
        return 0 if self.bytes_per_s >= self.bytes_per_s_most else self.viewers_most


@dataclass(frozen=True, slots=True)
class Weight:
    """For how much a relay counts: its capacity, less in steps as it fills. ``since_s`` is monotonic."""

    capacity: float = 1000.0
    step: int = 0
    since_s: float = 0.0

    @property
    def value(self) -> float:
        """Always above 0: when every relay is full, cameras still have their place."""
        return self.capacity * STEPS[self.step][1]


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay as it last announced itself. ``public_key`` is X25519, 32 bytes; ``heard_s`` is monotonic.

    ``process`` is another one after each start, ``orders`` counts the assignments that it took, ``doubt`` is above 0
    while it asks which sessions are still its own (see `pool`).
    """

    name: str
    public_key: bytes
    host: str
    port: int
    heard_at: datetime
    heard_s: float = 0.0
    load: Load = Load()
    process: str = ""
    orders: int = 0
    doubt: int = 0
    is_draining: bool = False
    weight: Weight = field(default_factory=Weight)
    web_port: int = 0
    rtsps_port: int = 0  # 0 = it speaks no TLS
    wss_port: int = 0
    grpc_port: int = 0
    grpc_has_tls: bool = False


def weigh(former: Weight | None, load: Load, now_s: float) -> Weight:
    """The weight of a relay so loaded, at most one step from its ``former`` one, and that not often.

    Steps, slack and time together keep cameras from wandering with each viewer that comes and goes.
    """
    capacity = float(max(load.viewers_most, 1))
    if former is None:
        return Weight(capacity, next(step for step, (limit, _) in enumerate(STEPS) if load.share <= limit), now_s)
    is_due = now_s - former.since_s >= STEP_EVERY_S
    if is_due and load.share > STEPS[former.step][0]:
        return Weight(capacity, former.step + 1, now_s)
    if is_due and former.step and load.share < STEPS[former.step - 1][0] - SLACK:
        return Weight(capacity, former.step - 1, now_s)
    return Weight(capacity, former.step, former.since_s)


def ranked(camera: str, relays: Iterable[Relay]) -> list[Relay]:
    """These relays, the one for ``camera`` first, then the one that it would have without that one, and so on."""
    return sorted(relays, key=lambda relay: _score(camera, relay), reverse=True)


def _score(camera: str, relay: Relay) -> tuple[float, str]:
    digest = hashlib.sha256(f"{relay.name}\0{camera}".encode()).digest()
    drawn = (int.from_bytes(digest[:8], "big") + 1) / (2**64 + 1)
    # Rounded to 1.0 the draw is beyond all others; the name decides between two of these.
    return (-relay.weight.value / math.log(drawn) if drawn < 1.0 else math.inf), relay.name
