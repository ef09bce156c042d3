"""Which certificates permissions knows: its answers, kept two seconds at most and dropped at once on an ending fact."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from services.chassis import errors
from services.chassis.clock import Clock
from services.gateway.certificate import Certificate

_KEPT_FOR = timedelta(seconds=2)
_FAILURE_KEPT_FOR = timedelta(
    milliseconds=200
)  # callers who wait together fail together; a reinstated one is let in soon
_KEPT = 10_000


class Directory(Protocol):
    """What this needs of permissions."""

    async def identify(self, certificate: Certificate) -> datetime | None:
        """When to ask again at the latest; errors.Unauthenticated or errors.Denied for who may not call."""
        ...


@dataclass(slots=True)
class _Answer:
    """One certificate's standing. The lock lets one question answer all calls that wait for it."""

    asked: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept_until_s: float = float("-inf")
    refusal: errors.Error | None = None


class KnownCertificates:
    """Asks permissions who may call, once in two seconds and certificate. Bounded: the oldest answer goes first."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._answers: OrderedDict[tuple[str, str], _Answer] = OrderedDict()

    async def require(self, certificate: Certificate) -> None:
        """Return when permissions knows it as its principal's; raises what permissions refuses it with."""
        key = (certificate.principal, certificate.sha256)
        answer = self._answers.setdefault(key, _Answer())
        if self._clock.monotonic() >= answer.kept_until_s:
            async with answer.asked:
                if self._clock.monotonic() >= answer.kept_until_s:
                    await self._ask(certificate, answer)
        if answer.refusal is not None:
            raise answer.refusal.with_traceback(None)

    def forget(self, principal: str) -> None:
        """Ask anew for ``principal``. An answer on its way is not kept: its entry is no longer in the table."""
        for key in [key for key in self._answers if key[0] == principal]:
            del self._answers[key]

    async def _ask(self, certificate: Certificate, answer: _Answer) -> None:
        asked_at_s = self._clock.monotonic()
        kept_for = _KEPT_FOR
        answer.refusal = None
        try:
            until = await self._directory.identify(certificate)
            if until is not None:
                kept_for = min(kept_for, until - self._clock.now())
        except errors.Error as refusal:
            answer.refusal = refusal
            asked_at_s, kept_for = self._clock.monotonic(), _FAILURE_KEPT_FOR
        answer.kept_until_s = asked_at_s + kept_for.total_seconds()
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
