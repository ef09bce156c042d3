"""Who may call, as permissions says: its answers, kept two seconds at most and dropped at once on an ending fact."""

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

    async def identify(self, bearer: "Bearer") -> "Standing":
        """How the bearer stands; errors.Unauthenticated or errors.Denied for who may not call."""
        ...


@dataclass(frozen=True, slots=True)
class Bearer:
    """A principal with the certificate that its connection shows; a person with the key of its token too."""

    principal: str
    sha256: str
    agency_key: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What it ends with, but for its agency."""
        return self.principal, f"certificates/{self.sha256}", self.agency_key


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who may call, for which agency, and when to ask again at the latest.

    For a person: the system whose certificate carries its token, and the key to check that with.
    """

    agency: str
    until: datetime | None
    is_person: bool = False
    system: str = ""
    public_key: bytes = b""


@dataclass(slots=True)
class _Answer:
    """One certificate's standing. The lock lets one question answer all calls that wait for it."""

    asked: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept_until_s: float = float("-inf")
    refusal: errors.Error | None = None
    standing: Standing | None = None  # unknown while it is asked for


class KnownCertificates:
    """Asks permissions who may call, once in two seconds and certificate. Bounded: the oldest answer goes first."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._answers: OrderedDict[Bearer, _Answer] = OrderedDict()

    async def require(self, certificate: Certificate) -> Standing:
        """How its principal stands, when permissions knows it as that; raises what permissions refuses it with."""
        found = await self.standing(Bearer(certificate.principal, certificate.sha256))
        if found.is_person:
            message = "a person calls with a token over a connection of its agency's system, not with a certificate"
            raise errors.Unauthenticated("CERTIFICATE_UNKNOWN", message)
        return found

    async def standing(self, bearer: Bearer) -> Standing:
        """How the bearer stands; raises what permissions refuses it with."""
        answer = self._answers.setdefault(bearer, _Answer())
        if self._clock.monotonic() >= answer.kept_until_s:
            async with answer.asked:
                if self._clock.monotonic() >= answer.kept_until_s:
                    await self._ask(bearer, answer)
        if answer.refusal is not None:
            raise answer.refusal.with_traceback(None)
        assert answer.standing is not None, "an answer is a standing or a refusal"
        return answer.standing

    def forget(self, subject: str) -> None:
        """Ask anew for whom the ending of ``subject`` concerns: a principal, an agency, a certificate, a key.

        An answer on its way is not kept: its entry is no longer in the table.
        """
        is_agency = subject.startswith(_AGENCIES)
        for bearer in [
            bearer
            for bearer, answer in self._answers.items()
            if subject in bearer.names or (is_agency and (answer.standing is None or answer.standing.agency == subject))
        ]:
            del self._answers[bearer]

    async def _ask(self, bearer: Bearer, answer: _Answer) -> None:
        asked_at_s = self._clock.monotonic()
        kept_for = _KEPT_FOR
        answer.refusal, answer.standing = None, None
        try:
            answer.standing = await self._directory.identify(bearer)
            if answer.standing.until is not None:
                kept_for = min(kept_for, answer.standing.until - self._clock.now())
        except errors.Error as refusal:
            answer.refusal = refusal
            asked_at_s, kept_for = self._clock.monotonic(), _FAILURE_KEPT_FOR
        answer.kept_until_s = asked_at_s + kept_for.total_seconds()
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
