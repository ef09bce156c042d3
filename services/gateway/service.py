"""Who may pass: limits first, then the certificate, its agency's limits, a person's token, then the method. The order
is the point.

A caller over its limit costs a dictionary look-up; nobody learns which methods exist before permissions knows it.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
    """Who calls, for which agency. A person comes by the ``agency_key`` of its token, over the certificate of a
    ``system``.
    """

    principal: str
    agency: str
    agency_key: str = ""
    system: str = ""


@dataclass(frozen=True)
class Budgets:
    """What there is for each bearer of a certificate, for each agency, and for each agency of costly methods."""

    bearers: Allowances
    agencies: Allowances
    costly: Allowances


class Admission:
    """Lets calls of agencies in."""

    def __init__(self, budgets: Budgets, known: KnownCertificates, clock: Clock, audience: str) -> None:
        self._budgets = budgets
        self._known = known
        self._clock = clock
        self._audience = audience

    @asynccontextmanager
    async def admitted(self, shown: Shown) -> AsyncIterator[Admitted]:
        """One call while inside. Raises errors.Exhausted, Unauthenticated, Denied, or Unavailable (no permissions).

        Persons share the limits of the certificate over which they come; all certificates of an agency its own.
        """
        certificate = shown.certificate
        with self._budgets.bearers.taken(certificate.bearer, self._clock.monotonic()):
            if not certificate.principal:
                raise errors.Unauthenticated(
                    "CERTIFICATE_UNKNOWN",
                    "the certificate names no principal; ask the cell for one with a URI kapok://principals/…",
                )
            if not certificate.is_valid_at(self._clock.now()):
                raise errors.Unauthenticated(
                    "CERTIFICATE_UNKNOWN", f"the certificate ended {certificate.not_after:%Y-%m-%d %H:%M} UTC; renew it"
                )
            agency = (await self._known.require(certificate)).agency
            with self._budgets.agencies.taken(agency, self._clock.monotonic()):
                text = token.of_headers(shown.authorization)
                yield await self._person(text, certificate) if text else Admitted(certificate.principal, agency)

    @contextmanager
    def entered(self, who: Admitted, method: Method) -> Iterator[None]:
        """A call of ``method`` while inside. Raises errors.Denied unless agencies may call it, errors.Exhausted when it
        is a costly one and theirs of these are spent.
        """
        _require_exposed(method)
        if not method.is_costly:
            yield
            return
        with self._budgets.costly.taken(who.agency, self._clock.monotonic()):
            yield

    async def _person(self, text: str, certificate: Certificate) -> Admitted:
        """The person whose token it is. What it says counts once it is checked with the key that permissions has."""
        said = token.claimed(text)
        found = await self._known.standing(Bearer(said.person, certificate.sha256, said.agency_key))
        token.verify(text, found.public_key, token.Expected(self._audience, certificate.sha256, self._clock.now()))
        return Admitted(said.person, found.agency, said.agency_key, found.system)


def _require_exposed(method: Method) -> None:
    """errors.Denied unless agencies may call ``method``."""
    if not method.is_exposed:
        raise errors.Denied(
            "METHOD_NOT_EXPOSED",
            f"{method.path} is for services of the cell; reflection lists what agencies may call",
            method=method.path,
        )
