"""Who may pass: limits first, then the certificate, then a person's token, then the method. The order is the point.

A caller over its limit costs a dictionary look-up; nobody learns which methods exist before permissions knows it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.chassis import errors
from services.chassis.clock import Clock
from services.gateway import token
from services.gateway.certificate import Certificate
from services.gateway.known import Bearer, KnownCertificates
from services.gateway.limits import Allowances
from services.gateway.method import Method


@dataclass(frozen=True, slots=True)
class Shown:
    """What a call shows: the certificate of its connection, and its Authorization headers, if any. Never logged."""

    certificate: Certificate
    authorization: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who calls. A person comes by the ``agency_key`` of its token, over the certificate of a ``system``."""

    principal: str
    agency_key: str = ""
    system: str = ""


class Admission:
    """Lets calls of agencies in."""

    def __init__(self, allowances: Allowances, known: KnownCertificates, clock: Clock, audience: str) -> None:
        self._allowances = allowances
        self._known = known
        self._clock = clock
        self._audience = audience

    @asynccontextmanager
    async def admitted(self, shown: Shown) -> AsyncIterator[Admitted]:
        """One call while inside. Raises errors.Exhausted, Unauthenticated, Denied, or Unavailable (no permissions).

        Persons share the limits of the certificate over which they come.
        """
        certificate = shown.certificate
        with self._allowances.taken(certificate.bearer, self._clock.monotonic()):
            if not certificate.principal:
                raise errors.Unauthenticated(
                    "CERTIFICATE_UNKNOWN",
                    "the certificate names no principal; ask the cell for one with a URI kapok://principals/…",
                )
            if not certificate.is_valid_at(self._clock.now()):
                raise errors.Unauthenticated(
                    "CERTIFICATE_UNKNOWN", f"the certificate ended {certificate.not_after:%Y-%m-%d %H:%M} UTC; renew it"
                )
            await self._known.require(certificate)
            text = token.of_headers(shown.authorization)
            yield await self._person(text, certificate) if text else Admitted(certificate.principal)

    async def _person(self, text: str, certificate: Certificate) -> Admitted:
        """The person whose token it is. What it says counts once it is checked with the key that permissions has."""
        said = token.claimed(text)
        found = await self._known.standing(Bearer(said.person, certificate.sha256, said.agency_key))
        token.verify(text, found.public_key, token.Expected(self._audience, certificate.sha256, self._clock.now()))
        return Admitted(said.person, said.agency_key, found.system)


def require_exposed(method: Method) -> None:
    """errors.Denied unless agencies may call ``method``."""
    if not method.is_exposed:
        raise errors.Denied(
            "METHOD_NOT_EXPOSED",
            f"{method.path} is for services of the cell; reflection lists what agencies may call",
            method=method.path,
        )
