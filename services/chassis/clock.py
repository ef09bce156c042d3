"""Time as an argument: the one place that asks the operating system for it.

Wall time is what papers and law speak of; monotonic time is what leases are measured in, since it never jumps.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Who tells the time."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some start; never goes back."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class ManualClock:
    """A clock that a test turns by hand."""

    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    elapsed_s: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed_s

    def advance(self, by: timedelta) -> None:
        """Let ``by`` pass on both clocks."""
        self.at += by
        self.elapsed_s += by.total_seconds()
