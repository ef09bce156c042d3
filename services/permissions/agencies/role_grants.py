"""Use case of roles: given to a principal and taken back, in what runs too (Article 14 ¶2)."""

from dataclasses import replace

from services.permissions.agencies import role_grant
from services.permissions.agencies.domain import ARTICLE
from services.permissions.agencies.enrolments import enrolling
from services.permissions.agencies.role_grant import RoleOrder
from services.permissions.ending import Cause
from services.permissions.ports import Change, Ports
from services.permissions.roll import PrincipalEntry
from services.permissions.store import endings, policies, principals, takeovers
from services.permissions.store import roll as store
from services.permissions.takeover import of_principal
from services.permissions.takeovers.control import Act, end


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
            await takeovers.lock(transaction)
            found = await store.principal(transaction, name)
            caller, agency = await enrolling(
                transaction, ports, principal, found.account.agency if found else "", asked=name
            )
            assert found is not None, "it has an agency"
            wanted = role_grant.ordered(found.account, order)
            policy = await policies.in_force(transaction)
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
