"""How long this relay may go on without hearing from permissions, and which ending facts it has applied. Pure.

Every ending fact has a number, without gaps. A heartbeat carries the highest one committed: a relay that has applied
that number is justified as of the heartbeat. When its lease runs out since it was last justified, it closes what it
can no longer justify: fail closed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

CLOCK_DIFFERENCE = timedelta(seconds=2)


@dataclass(slots=True)
class Lease:
    """Numbers and times of one relay; ``applied`` is -1 before the first heartbeat."""

    length: timedelta
    applied: int = -1
    committed: int = -1
    floor: int = -1  # what was applied before this relay's time: older decisions can't be checked here
    is_clock_off: bool = False
    _heard_at_s: float = float("-inf")
    _justified_at_s: float = float("-inf")
    _said_at: datetime | None = None
    _beyond: set[int] = field(default_factory=set)

    def heartbeat(self, committed: int, said_at: datetime, now: datetime, now_s: float) -> None:
        """Permissions is alive and has committed ``committed``. A heartbeat older than the last one is ignored."""
        if self._said_at is not None and said_at < self._said_at:
            return
        self._said_at = said_at
        self.is_clock_off = abs(now - said_at) > CLOCK_DIFFERENCE
        self._heard_at_s = now_s
        if self.applied < 0:  # a new relay has no session that an earlier ending could concern
            self.applied = self.floor = committed
            self._advance()
        self.committed = max(self.committed, committed)
        self._justify()

    def apply(self, number: int) -> None:
        """The ending of that number is applied. Numbers may come in any order and more than once."""
        self.committed = max(self.committed, number)
        if number > self.applied:
            self._beyond.add(number)
            if self.applied >= 0:
                self._advance()
        self._justify()

    def missing(self) -> list[int]:
        """The committed numbers that are not applied."""
        if self.applied < 0:
            return []
        return [number for number in range(self.applied + 1, self.committed + 1) if number not in self._beyond]

    def has_run_out(self, now_s: float) -> bool:
        """True when nothing justifies running sessions any more."""
        return now_s - self._justified_at_s > self.length.total_seconds()

    def _advance(self) -> None:
        self._beyond = {number for number in self._beyond if number > self.applied}
        while self.applied + 1 in self._beyond:
            self.applied += 1
            self._beyond.remove(self.applied)

    def _justify(self) -> None:
        if self.applied >= self.committed:
            self._justified_at_s = self._heard_at_s
