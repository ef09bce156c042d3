"""How much one caller may ask: a token bucket and a bound on calls at once, per bearer of a certificate and again per
agency, which may have many; fewer of the calls that keep others waiting. Pure.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from services.chassis import errors

_BEARERS_KEPT = 10_000
_AT_ONCE_RETRY = timedelta(milliseconds=100)  # by then some call of this caller has likely ended
_LEAST_RETRY = timedelta(milliseconds=1)  # less would be told as no delay at all


@dataclass(frozen=True, slots=True)
class Limits:
    """What each caller gets; ``what`` is counted, in words."""

    calls_per_s: float = 200.0
    burst: int = 400
    at_once: int = 256
    what: str = "calls"


OF_AGENCY = Limits(600.0, 1_200, 512, "calls of your agency")
OF_COSTLY = Limits(10.0, 50, 4, "requests for, or changes of, takeovers by your agency")


@dataclass(slots=True)
class _Allowance:
    tokens: float
    counted_at_s: float
    running: int = 0


class Allowances:
    """What each caller has left. Bounded: the longest silent one is forgotten first, which costs nobody anything."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_bearer: OrderedDict[str, _Allowance] = OrderedDict()

    @contextmanager
    def taken(self, bearer: str, now_s: float) -> Iterator[None]:
        """One call of ``bearer`` while inside; ``now_s`` is monotonic. errors.Exhausted says when to come back."""
        allowance = self._of(bearer, now_s)
        limits = self._limits
        elapsed_s = now_s - allowance.counted_at_s
        allowance.tokens = min(limits.burst, allowance.tokens + elapsed_s * limits.calls_per_s)
        allowance.counted_at_s = now_s
        if allowance.tokens < 1:
            wait = timedelta(seconds=(1 - allowance.tokens) / limits.calls_per_s)
            raise _exhausted(f"{limits.calls_per_s:g} {limits.what} a second", max(wait, _LEAST_RETRY))
        if allowance.running >= limits.at_once:
            raise _exhausted(f"{limits.at_once} {limits.what} at once", _AT_ONCE_RETRY)
        allowance.tokens -= 1
        allowance.running += 1
        try:
            yield
        finally:
            allowance.running -= 1

    def _of(self, bearer: str, now_s: float) -> _Allowance:
        allowance = self._by_bearer.setdefault(bearer, _Allowance(self._limits.burst, now_s))
        self._by_bearer.move_to_end(bearer)
        if len(self._by_bearer) > _BEARERS_KEPT:
            self._by_bearer.popitem(last=False)
        return allowance


def _exhausted(limit: str, retry_after: timedelta) -> errors.Exhausted:
    return errors.Exhausted(
        "LIMIT_REACHED", f"more than {limit}; come back after the delay given", retry_after=retry_after, limit=limit
    )
