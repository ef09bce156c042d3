"""Refusals on their way to the ledger: the first of its kind at once, repetitions within a minute merged with a count.

Pure: time is an argument. The memory is bounded: when it is full, the oldest minute ends early and nothing is lost.
"""

from dataclasses import dataclass, field
from datetime import timedelta

WINDOW = timedelta(minutes=1)
_LARGEST = 10_000  # kinds of refusal remembered at once, about 1 KiB each


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused to whom, and why; ``code`` is the canonical gRPC code's name. Equal ones are merged."""

    principal: str
    camera: str
    rule: str
    article: str
    method: str
    code: str
    reason: str
    message: str


@dataclass(slots=True)
class Repetition:
    """Refusals that were counted and not yet written; ``request_id`` is the last one's."""

    refusal: Refusal
    started_s: float
    request_id: str
    is_sealed: bool = False
    count: int = 0


@dataclass
class Merger:
    """Open minutes, oldest first. Seconds are monotonic."""

    _open: dict[Refusal, Repetition] = field(default_factory=dict)

    def is_repetition(self, refusal: Refusal, request_id: str, now_s: float, count: int = 1) -> bool:
        """Whether ``refusal`` is one of an open minute, and was counted with it, so many times."""
        found = self._open.get(refusal)
        if found is None or _is_over(found, now_s):
            return False
        found.count, found.request_id = found.count + count, request_id
        return True

    def begin(self, refusal: Refusal, is_sealed: bool, now_s: float) -> None:
        """Open the minute of a refusal that has just been written."""
        self._open.setdefault(refusal, Repetition(refusal, now_s, "", is_sealed))

    def ended(self, now_s: float) -> list[Repetition]:
        """Take the minutes that are over, or too many, and hold repetitions to write."""
        surplus = len(self._open) - _LARGEST
        over = [r for index, r in enumerate(self._open.values()) if index < surplus or _is_over(r, now_s)]
        return self._take(over)

    def all(self) -> list[Repetition]:
        """Take every open minute that holds repetitions to write: the service ends."""
        return self._take(list(self._open.values()))

    def _take(self, repetitions: list[Repetition]) -> list[Repetition]:
        for repetition in repetitions:
            del self._open[repetition.refusal]
        return [repetition for repetition in repetitions if repetition.count]


def _is_over(repetition: Repetition, now_s: float) -> bool:
    return now_s - repetition.started_s >= WINDOW.total_seconds()
