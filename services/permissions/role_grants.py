"""Use case of roles: given to a principal and taken back, in what runs too (Article 14 ¶2)."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Principal
from services.decider.policy import Policy
from services.permissions import enrolment, refusals, role_grant
from services.permissions.agency import ARTICLE, Agency
from services.permissions.control import Act, end
from services.permissions.ending import Cause
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.role_grant import RoleOrder
from services.permissions.roll import PrincipalEntry
from services.permissions.store import endings, policies, principals, takeovers
from services.permissions.store import roll as store
from services.permissions.takeover import of_principal


class RoleGrants:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def set(self, principal: str, order: RoleOrder) -> PrincipalEntry:
        """Give a principal just these roles, and the clearance for them; answered when the bus was told.

        Sessions stand on principals, not on their roles: what is still right is opened again. A role can deny, so one
        that is given ends them too. Takeovers end with a role or clearance that is taken back.
        """
        ports, now, name = self._ports, self._ports.clock.now(), order.name
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            await takeovers.lock(transaction)
            found, agency = await self._found(transaction, caller, name)
            wanted = role_grant.ordered(found.account, order)
            newest = await policies.newest(transaction)
            policy = newest[0] if newest else Policy(())
            role_grant.refuse_unless_granting(caller, agency, policy, found.account.roles ^ wanted.roles)
            role_grant.check(found.account, wanted, agency, policy)
            if wanted == found.account:
                return found
            if role_grant.takes(found.account, wanted):
                cameras = await takeovers.cameras_by(transaction, name)
                await end(transaction, ports, cameras, lambda one: of_principal(one, name, now), Act(principal, now))
            await principals.set_roles(transaction, name, wanted.roles, wanted.clearance)
            ending = await endings.append(transaction, Cause.ROLES_CHANGED, name, now)
            told = Change("principal.roles-set", principal, now, order, article=ARTICLE)
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        await ports.voice.tell(ending)
        return replace(found, account=wanted)

    async def _found(self, transaction: AsyncConnection, caller: Principal, name: str) -> tuple[PrincipalEntry, Agency]:
        """The principal and its agency, locked, for who enrols for it. Whether there is one is told to organs alone."""
        found = await store.principal(transaction, name)
        entry = await store.lock_agency(transaction, found.account.agency) if found else None
        if found is None or entry is None:
            if enrolment.is_organ(caller.kind, caller.tier):
                raise refusals.no_resource(name)
            raise enrolment.no_enrolment()
        enrolment.refuse_unless_enrolling(caller, entry.agency)
        return found, entry.agency
