"""Who may pass: limits first, then the certificate, then the method. The order is the point.

A caller over its limit costs a dictionary look-up; nobody learns which methods exist before permissions knows it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.chassis import errors
from services.chassis.clock import Clock
from services.gateway.certificate import Certificate
from services.gateway.known import KnownCertificates
from services.gateway.limits import Allowances
from services.gateway.method import Method


class Admission:
    """Lets calls of agencies in."""

    def __init__(self, allowances: Allowances, known: KnownCertificates, clock: Clock) -> None:
        self._allowances = allowances
        self._known = known
        self._clock = clock

    @asynccontextmanager
    async def admitted(self, certificate: Certificate) -> AsyncIterator[None]:
        """One call while inside. Raises errors.Exhausted, Unauthenticated, Denied, or Unavailable (no permissions)."""
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
            yield


def require_exposed(method: Method) -> None:
    """errors.Denied unless agencies may call ``method``."""
    if not method.is_exposed:
        raise errors.Denied(
            "METHOD_NOT_EXPOSED",
            f"{method.path} is for services of the cell; reflection lists what agencies may call",
            method=method.path,
        )
