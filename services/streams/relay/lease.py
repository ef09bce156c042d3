"""How long this relay may go on without hearing from permissions, and which ending facts it has applied. Pure.

Every ending fact has a number, without gaps, and every policy a revision. A heartbeat carries the highest of each: a
relay that has applied that number and decides by that policy is justified as of the heartbeat. When its lease runs out
since it was last justified, it closes what it can no longer justify: fail closed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

CLOCK_DIFFERENCE = timedelta(seconds=2)


@dataclass(slots=True)
class Lease:
    """Numbers and times of one relay; ``applied`` is -1 before the first heartbeat, ``revision`` 0 before a policy."""

    length: timedelta
    applied: int = -1
    committed: int = -1
    revision: int = 0  # of the policy that this relay decides by
    newest: int = 0  # of the policy in force
    floor: int = -1  # what was applied before this relay's time: older decisions can't be checked here
    is_clock_off: bool = False
    _heard_at_s: float = float("-inf")
    _justified_at_s: float = float("-inf")
    _said_at: datetime | None = None
    _beyond: set[int] = field(default_factory=set)

    def heartbeat(self, committed: int, revision: int, said_at: datetime, now: datetime, now_s: float) -> None:
        """Permissions is alive; its last ending, its policy. A heartbeat older than the last one is ignored."""
        if self._said_at is not None and said_at < self._said_at:
            return
        self._said_at = said_at
        self.is_clock_off = abs(now - said_at) > CLOCK_DIFFERENCE
        self._heard_at_s = now_s
        if self.applied < 0:  # a new relay has no session that an earlier ending could concern
            self.applied = self.floor = committed
            self._advance()
        self.committed = max(self.committed, committed)
        self.hear_of(revision)
        self._justify()

    def hear_of(self, revision: int) -> None:
        """The policy of that revision, or a newer one, is in force."""
        self.newest = max(self.newest, revision)

    def adopt(self, revision: int) -> None:
        """This relay decides by the policy of that revision."""
        self.revision = revision
        self.hear_of(revision)
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
        if self.applied >= self.committed and self.revision >= self.newest:
            self._justified_at_s = self._heard_at_s
