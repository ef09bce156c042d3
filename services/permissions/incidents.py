"""Use cases of incidents (Article 18 ¶2): declared, ended early; by time they end without anybody's doing."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import Exhausted, InvalidArgument, Violation
from services.permissions import refusals, takeover
from services.permissions.control import Act, end
from services.permissions.ending import Cause
from services.permissions.incident import LONGEST, Declaration, Declared, declare
from services.permissions.incident import end as close
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import endings, incidents, principals, takeovers

MAX_IN_FORCE = 200  # of one agency: every decision of a department reads those that open to it
_ARTICLE = "Article 18 ¶2"


class Incidents:
    """Each is durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def declare(self, principal: str, declaration: Declaration) -> Declared:
        """Open the cameras of an area to departments. Raises Denied, InvalidArgument, Exhausted beyond 200 in force."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            declared, _ = declare(f"incidents/{ports.new_id()}", declaration, caller, now)
            await _check_agencies(transaction, declaration)
            if await incidents.count_in_force(transaction, caller.agency, now) >= MAX_IN_FORCE:
                message = f"{MAX_IN_FORCE} incidents of {caller.agency} are in force: end one first"
                raise Exhausted("LIMIT_REACHED", message, retry_after=LONGEST, limit=str(MAX_IN_FORCE))
            await incidents.insert(transaction, declared, caller.agency)
            await ports.journal.add(
                transaction, Change("incident.declared", principal, now, declared, article=_ARTICLE)
            )
        ports.journal.wake()
        return declared

    async def end(self, principal: str, name: str) -> Declared:
        """End it now, with every access and takeover that stands on it, in running sessions too."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found = await incidents.find(transaction, name)
            if found is None:
                raise refusals.no_resource(name)
            closed, _ = close(found, caller, now)
            await takeovers.lock(transaction)
            await incidents.set_closed(transaction, closed)
            cameras = await takeovers.cameras_on(transaction, name)
            await end(
                transaction, ports, cameras, lambda control: takeover.withdraw(control, name, now), Act(principal, now)
            )
            ending = await endings.append(transaction, Cause.INCIDENT_ENDED, name, now)
            await ports.journal.add(transaction, Change("incident.ended", principal, now, closed, article=_ARTICLE))
        ports.journal.wake()
        await ports.voice.tell(ending)
        return closed


async def _check_agencies(transaction: AsyncConnection, declaration: Declaration) -> None:
    if missing := await principals.missing_agencies(transaction, declaration.opens_to):
        offer = f"must be agencies on record, which these are not: {', '.join(missing[:5])}"
        raise InvalidArgument(Violation("incident.agencies", offer))
