"""What ended when, and who saw pictures after it: the judge of every look.

A right has ended when the call that ended it was answered. From then on the relay may still send the picture in flight;
`_GRACE_S` is what two busy cores may add before this side has read the clock. Where the bus was away the relay can't
know: its lease bounds what it shows.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

LEASE_S = 10.0
_GRACE_S = 1.5
_BUS_BACK_S = 5.0  # until everybody has noticed that the bus is back: it is asked every 2 s, twice


@dataclass
class Look:
    """One viewer's watching, as the viewer saw it. Seconds are monotonic."""

    kind: str
    session: str
    subjects: frozenset[str]  # whose end ends it: its principal, its session, its incident
    granted_at_s: float  # when OpenSession was answered, or the renewal asked that it came by
    address: str = ""
    bytes_seen: int = 0
    last_byte_at_s: float = 0.0
    late_bytes: int = 0  # that came to a stopped viewer's kernel after its right had ended

    def saw(self, count: int, at_s: float) -> None:
        """So many bytes of pictures."""
        self.bytes_seen += count
        self.last_byte_at_s = at_s


@dataclass
class Rights:
    """The endings and looks of a run; actors in many threads write it."""

    endings: list[tuple[str, float]] = field(default_factory=list)  # subject, when its end was answered
    away: list[tuple[float, float]] = field(default_factory=list)  # from when until when the bus was
    looks: list[Look] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *words: str) -> None:
        """One more of each."""
        with self._lock:
            self.counts.update(words)

    def end(self, subject: str, at_s: float) -> None:
        """The call that ended ``subject`` was answered."""
        with self._lock:
            self.endings.append((subject, at_s))

    def is_away(self, since_s: float, until_s: float) -> None:
        """The bus was stopped."""
        with self._lock:
            self.away.append((since_s, until_s + _BUS_BACK_S))

    def begin(self, look: Look) -> None:
        """A viewer has joined."""
        with self._lock:
            self.looks.append(look)

    def ended_at_s(self, look: Look) -> float | None:
        """When the first of its rights had ended; None while all stand."""
        with self._lock:
            ends = [at_s for subject, at_s in self.endings if subject in look.subjects and at_s > look.granted_at_s]
        return min(ends, default=None)

    def shown_until_s(self, ended_at_s: float) -> float:
        """How long a look whose right ended then may show pictures."""
        with self._lock:
            is_away = any(since_s < ended_at_s + _GRACE_S and ended_at_s < until_s for since_s, until_s in self.away)
        return ended_at_s + _GRACE_S + LEASE_S * is_away

    def figures(self) -> dict[str, object]:
        """What was counted."""
        return dict(sorted(self.counts.items()))

    def late(self) -> list[str]:
        """Each look that saw more than it had a right to, in words."""
        found = []
        for look in self.looks:
            ended_s = self.ended_at_s(look)
            if ended_s is None:
                continue
            until_s = self.shown_until_s(ended_s)
            if look.last_byte_at_s > until_s or look.late_bytes:
                when = datetime.fromtimestamp(time.time() - time.monotonic() + ended_s, UTC)
                seen_s, may_s = look.last_byte_at_s - ended_s, until_s - ended_s
                who = f"{look.kind} of {look.session} from {look.address}"
                found.append(
                    f"{who}, whose right ended at {when:%H:%M:%S.%f}, saw on for {seen_s:.2f} s where"
                    f" {may_s:.1f} s are allowed, and {look.late_bytes} bytes while it had stopped"
                )
        return found
