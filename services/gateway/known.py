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
_AGENCIES = "agencies/"


class Directory(Protocol):
    """What this needs of permissions."""

    async def identify(self, certificate: Certificate) -> "Standing":
        """How the bearer stands; errors.Unauthenticated or errors.Denied for who may not call."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who may call, for which agency, and when to ask again at the latest."""

    agency: str
    until: datetime | None


@dataclass(slots=True)
class _Answer:
    """One certificate's standing. The lock lets one question answer all calls that wait for it."""

    asked: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept_until_s: float = float("-inf")
    refusal: errors.Error | None = None
    agency: str = ""  # unknown while it is asked for


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

    def forget(self, subject: str) -> None:
        """Ask anew for whom the ending of ``subject`` concerns: a principal, an agency, a certificate.

        An answer on its way is not kept: its entry is no longer in the table.
        """
        is_agency = subject.startswith(_AGENCIES)
        for key in [
            (principal, sha256)
            for (principal, sha256), answer in self._answers.items()
            if subject in (principal, f"certificates/{sha256}") or (is_agency and answer.agency in ("", subject))
        ]:
            del self._answers[key]

    async def _ask(self, certificate: Certificate, answer: _Answer) -> None:
        asked_at_s = self._clock.monotonic()
        kept_for = _KEPT_FOR
        answer.refusal, answer.agency = None, ""
        try:
            found = await self._directory.identify(certificate)
            answer.agency = found.agency
            if found.until is not None:
                kept_for = min(kept_for, found.until - self._clock.now())
        except errors.Error as refusal:
            answer.refusal = refusal
            asked_at_s, kept_for = self._clock.monotonic(), _FAILURE_KEPT_FOR
        answer.kept_until_s = asked_at_s + kept_for.total_seconds()
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
