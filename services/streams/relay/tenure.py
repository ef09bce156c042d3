"""Whether what this relay keeps is still its own: streams gives a silent relay's sessions to others. Pure.

A relay that was silent, whether it stood still or was off the bus, can't know what was given away meanwhile. It asks by
a numbered doubt, lets nobody in and commands no camera until streams has called its roll, and lets go of everything
when no roll comes for as long as its lease.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.errors import Unavailable

SILENCE_S = 1.0  # streams takes 1.5 s of it for death


@dataclass(slots=True)
class Tenure:
    """``orders`` counts the assignments taken: a roll speaks of those up to a number. Seconds are monotonic."""

    patience: timedelta = timedelta(seconds=10)
    orders: int = 0
    doubt: int = 0  # of the last silence; 0: none yet
    is_draining: bool = False
    _doubting_since_s: float | None = None
    _heard_from_s: float | None = None
    _reconnects: int = 0

    @property
    def open_doubt(self) -> int:
        """The doubt that no roll has ended yet, or 0."""
        return self.doubt if self._doubting_since_s is not None else 0

    def is_sure(self) -> bool:
        """Whether what it keeps is its own."""
        return not self.open_doubt

    def take(self) -> int:
        """The number of an assignment that is taken now."""
        self.orders += 1
        return self.orders

    def speaks(self, now_s: float, reconnects: int, *, has_sessions: bool) -> None:
        """It announces itself, after so many reconnections to the bus. Who keeps nothing has nothing to doubt."""
        was_silent = self._heard_from_s is not None and now_s - self._heard_from_s > SILENCE_S
        if has_sessions and (was_silent or reconnects != self._reconnects):
            self.doubt += 1
            self._doubting_since_s = now_s
        self._heard_from_s, self._reconnects = now_s, reconnects

    def settle(self, doubt: int) -> None:
        """Streams called the roll upon that doubt."""
        if doubt == self.doubt:
            self._doubting_since_s = None

    def has_run_out(self, now_s: float) -> bool:
        """True when a doubt was not answered for too long: nothing here is sure to be its own."""
        return self._doubting_since_s is not None and now_s - self._doubting_since_s > self.patience.total_seconds()

    def refuse_in_doubt(self) -> None:
        """Unavailable while others may serve what this relay keeps."""
        if self.open_doubt:
            raise Unavailable("SERVICE_AWAY", "this relay was away and asks which sessions are its own; try again")

    def refuse_new(self) -> None:
        """Unavailable when it is about to stop."""
        if self.is_draining:
            raise Unavailable("SERVICE_AWAY", "this relay drains and takes no new session; renew it")
