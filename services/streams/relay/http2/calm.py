"""How much a peer may ask of us: cheap frames that make work are a purse that fills again with time.

Rapid resets, pings, settings and empty frames empty it soon; a reader that opens windows for what it reads does not.
"""

from dataclasses import dataclass

from services.streams.relay.http2.frames import ENHANCE_YOUR_CALM, HEADERS, WINDOW_UPDATE, Fault

_PURSE = 1000.0  # a hundred calls asked at once cost 300; that they all leave and are asked again, another 400
_A_SECOND = 60.0
_COSTS = {HEADERS: 2.0, WINDOW_UPDATE: 0.01}  # 6,000 windows a second: two for each picture of 100 cameras, and some
_COST = 1.0


@dataclass(slots=True)
class Calm:
    """One connection's purse. Times are monotonic seconds."""

    at_s: float
    left: float = _PURSE

    def spend(self, kind: int, now_s: float) -> None:
        """A frame of that kind came. Raises Fault when they are too many."""
        self.left = min(_PURSE, self.left + (now_s - self.at_s) * _A_SECOND) - _COSTS.get(kind, _COST)
        self.at_s = now_s
        if self.left < 0:
            raise Fault(ENHANCE_YOUR_CALM, "too many frames that ask for work; open fewer calls, or reuse them")
