"""Use cases of principals: whose certificate it is, revoked, reinstated. Operational and immediate (Article 14)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Principal
from services.permissions import refusals
from services.permissions.agencies.domain import ARTICLE, Account, reinstate, revoke
from services.permissions.agencies.enrolments import refuse_lock_out
from services.permissions.agencies.key import KeyPurpose
from services.permissions.ending import Cause, Ending
from services.permissions.ports import Change, Ports, Standing
from services.permissions.question import acting, in_good_standing
from services.permissions.store import agency_keys, certificates, endings, principals, takeovers
from services.permissions.takeover import of_principal
from services.permissions.takeovers.control import Act, end

IDENTITY_LIFETIME = timedelta(
    seconds=10
)  # the lease of a relay: who missed an ending learns of it as late as a relay does


@dataclass(frozen=True, slots=True)
class Identified:
    """A principal whose certificate was shown; to be asked again by ``expires_at``.

    A person has none: ``system`` is the one of its agency whose certificate it is, and the person's token is still to
    be checked with ``public_key``.
    """

    principal: Principal
    expires_at: datetime
    system: str
    public_key: bytes = b""


class Principals:
    """Each change is durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def identify(self, name: str, certificate_sha256: str, key_id: str = "") -> Identified:
        """The principal that a certificate belongs to. Raises Unauthenticated when none, Denied when it was revoked.

        For a person: of the agency whose system's certificate it is, by the agency's key of that id.
        """
        ports = self._ports
        async with ports.database.read() as transaction:
            shown = await certificates.find(transaction, certificate_sha256)
            system = shown.principal if shown else ""
            about = await principals.find(transaction, name)
            is_person = about is not None and about.account.is_person
            if not is_person and not key_id:
                await acting(transaction, ports, name)
            if shown is None or (system != name and not (is_person or key_id)):
                raise refusals.no_principal(name)
            if shown.voidance is not None:
                raise refusals.no_certificate(system)
            bearer = await in_good_standing(transaction, ports, system)
            key = await self._key(transaction, bearer.agency, key_id) if key_id else b""
            is_own = about is not None and about.agency.name == bearer.agency
            if (system != name or key_id) and not (is_person and is_own):
                raise refusals.no_person(name)
            found = await in_good_standing(transaction, ports, name)
        return Identified(found, ports.clock.now() + IDENTITY_LIFETIME, system, key)

    async def _key(self, transaction: AsyncConnection, agency: str, key_id: str) -> bytes:
        """The agency's public key for tokens; raises Unauthenticated when it is none, or none any more."""
        now = self._ports.clock.now()
        found = await agency_keys.find(transaction, agency, key_id, KeyPurpose.TOKENS, now)
        if found is None:
            raise refusals.no_key(agency)
        return found.public_key

    async def agency_names(self, kind: str, tier: str) -> Sequence[str]:
        """The agencies of a kind and tier, by name."""
        async with self._ports.database.read() as transaction:
            return await principals.agency_names(transaction, kind, tier)

    async def revoke(self, principal: str, name: str, reason: str) -> Ending:
        """End every right of ``name`` now, its takeovers too; answered when the bus was told."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found = await principals.find(transaction, name)
            revoke(found.account if found else _nobody(name), caller, reason)
            if found is None:
                raise refusals.no_resource(name)
            await takeovers.lock(transaction)
            await refuse_lock_out(transaction, found.agency, name, now)
            cameras = await takeovers.cameras_by(transaction, name)
            await end(transaction, ports, cameras, lambda one: of_principal(one, name, now), Act(principal, now))
            ending = await endings.append(transaction, Cause.PRINCIPAL_REVOKED, name, now)
            await principals.set_revoked(transaction, name, ending, reason)
            told = Change("principal.revoked", principal, now, Standing(name, True, reason), article=ARTICLE)
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        await ports.voice.tell(ending)
        return ending

    async def reinstate(self, principal: str, name: str, reason: str) -> None:
        """Give ``name`` its rights back: by municipal public security alone."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found = await principals.find(transaction, name)
            reinstate(found.account if found else replace(_nobody(name), is_revoked=True), caller, reason)
            if found is None:
                raise refusals.no_resource(name)
            await principals.set_reinstated(transaction, name)
            told = Change("principal.reinstated", principal, now, Standing(name, False, reason), article=ARTICLE)
            await ports.journal.add(transaction, told)
        ports.journal.wake()


def _nobody(name: str) -> Account:
    """Stands in for a name that is not on record, so that whoever may not ask is refused in the same words."""
    return Account(name, agency="", clearance=1, certificates=frozenset())
