"""How long this relay may go on without hearing from permissions, and which ending facts it has applied. Pure.

Every ending fact has a number, without gaps, and every policy a revision. A heartbeat carries the highest of each: a
relay that has applied that number and decides by that policy is justified as of the heartbeat. When its standing lease
runs out since it was last justified, it closes what it can no longer justify: fail closed. The sessions of a takeover's
holder have a lease of their own, for a silent bus and for nothing else: a relay that knows that it missed something, or
can't trust its clock, gives them no more than the standing one.

What was under way while the bus stood still justifies nothing from when it comes: it counts as of when it was said, by
how much later it came than the quickest of the last few. The two clocks may differ; their difference stays.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.decider.leases import USUAL, Leases

CLOCK_DIFFERENCE = timedelta(seconds=2)
# Endings: to read more of them takes longer than any lease. Permissions' database was put back from a backup, or this
# relay was away for days.
_OUT_OF_REACH = 100_000
_COMPARED = 20  # heartbeats: more than come at once after a pause, few enough to forget a clock that was set


@dataclass(slots=True)
class Lease:
    """Numbers and times of one relay; ``applied`` is -1 before the first heartbeat, ``revision`` 0 before a policy.

    ``most`` is this relay's own setting: its standing lease is no longer, whatever the policy has.
    """

    most: timedelta
    leases: Leases = USUAL
    applied: int = -1
    committed: int = -1
    revision: int = 0  # of the policy that this relay decides by
    newest: int = 0  # of the policy in force
    floor: int = -1  # what was applied before this relay's time: older decisions can't be checked here
    is_clock_off: bool = False
    _heard_at_s: float = float("-inf")  # as of when the last heartbeat was said
    _lags_s: deque[float] = field(default_factory=lambda: deque(maxlen=_COMPARED))  # from permissions' clock to ours
    _justified_at_s: float = float("-inf")
    _catching_up_since_s: float | None = None
    _said_at: datetime | None = None
    _beyond: set[int] = field(default_factory=set)

    @property
    def standing(self) -> timedelta:
        """Of every session."""
        return min(self.most, self.leases.standing)

    @property
    def is_behind(self) -> bool:
        """Whether something was heard of that is not applied here: an ending, or a policy."""
        return self.applied < self.committed or self.revision < self.newest

    @property
    def is_out_of_reach(self) -> bool:
        """Whether so many endings are missing that nothing here can be justified by reading them."""
        return 0 <= self.applied < self.committed - _OUT_OF_REACH - len(self._beyond)

    def heartbeat(self, committed: int, revision: int, said_at: datetime, now: datetime, now_s: float) -> None:
        """Permissions is alive; its last ending, its policy. A heartbeat older than the last one is ignored."""
        if self._said_at is not None and said_at < self._said_at:
            return
        self._said_at = said_at
        self.is_clock_off = abs(now - said_at) > CLOCK_DIFFERENCE
        self._lags_s.append(now_s - said_at.timestamp())
        self._heard_at_s = now_s - (self._lags_s[-1] - min(self._lags_s))
        if self.applied < 0:  # a new relay has no session that an earlier ending could concern
            self.applied = self.floor = committed
            self._advance()
        self.committed = max(self.committed, committed)
        self.hear_of(revision)
        self._justify()

    def hear_of(self, revision: int) -> None:
        """The policy of that revision, or a newer one, is in force."""
        self.newest = max(self.newest, revision)

    def adopt(self, revision: int, leases: Leases = USUAL) -> None:
        """This relay decides by the policy of that revision."""
        self.revision, self.leases = revision, leases
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

    def begin_anew(self) -> None:
        """As a relay that has just started: it keeps no session, so no ending until now concerns it."""
        self.applied = self.floor = self.committed
        self._advance()
        self._justify()

    def missing(self) -> list[int]:
        """The committed numbers that are not applied."""
        if self.applied < 0:
            return []
        return [number for number in range(self.applied + 1, self.committed + 1) if number not in self._beyond]

    def look(self, now_s: float) -> None:
        """Note since when it catches up. To be called often.

        Behind after a silence, that is since now: it could not know before. Else it is since it was last justified, as
        for every session.
        """
        if not self.is_behind:
            self._catching_up_since_s = None
        elif self._catching_up_since_s is None:
            was_silent = now_s - self._justified_at_s > self.standing.total_seconds() / 2
            self._catching_up_since_s = now_s if was_silent else self._justified_at_s

    def has_run_out(self, now_s: float) -> bool:
        """True when nothing justifies running sessions any more, those of a takeover's holder aside."""
        return now_s - self._justified_at_s > self.standing.total_seconds()

    def has_run_out_for_holders(self, now_s: float) -> bool:
        """The same for those. After a silence this relay has one standing lease to catch up."""
        if self.is_clock_off:
            return self.has_run_out(now_s)
        if now_s - self._justified_at_s > max(self.standing, self.leases.holder).total_seconds():
            return True
        since_s = self._catching_up_since_s
        return since_s is not None and now_s - since_s > self.standing.total_seconds()

    def justified_at(self, now: datetime, now_s: float) -> datetime:
        """When it last was, as the clock goes that says ``now``. It was once."""
        return now - timedelta(seconds=now_s - self._justified_at_s)

    def latest(self, now: datetime, now_s: float) -> datetime:
        """``now``, or what permissions' clock must say by now if that is later: a clock set back prolongs nothing.

        Where the two clocks are far apart nobody knows which is wrong, and ``now`` it is.
        """
        if self._said_at is None or self.is_clock_off:
            return now
        return max(now, self._said_at + timedelta(seconds=now_s - self._heard_at_s))

    def _advance(self) -> None:
        self._beyond = {number for number in self._beyond if number > self.applied}
        while self.applied + 1 in self._beyond:
            self.applied += 1
            self._beyond.remove(self.applied)

    def _justify(self) -> None:
        if not self.is_behind:
            self._justified_at_s = self._heard_at_s
