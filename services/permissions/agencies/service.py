"""Use cases of agencies: on record with their first principal, read, suspended, reinstated (Article 14 ¶2)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import AlreadyExists, InvalidArgument, Violation
from services.decider.facts import Principal
from services.permissions import refusals, roll
from services.permissions.agencies import enrolment
from services.permissions.agencies.domain import ARTICLE, Account, Agency, check_agency
from services.permissions.agencies.enrolments import enrol, refuse_lock_out
from services.permissions.ending import Cause
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.roll import AgencyEntry
from services.permissions.store import endings, takeovers
from services.permissions.store import roll as store
from services.permissions.takeover import of_agency
from services.permissions.takeovers.control import Act, end


class Agencies:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def register(self, principal: str, agency: Agency, account: Account, document: bytes) -> AgencyEntry:
        """Put an agency on record with its first principal and that one's certificate, all or nothing."""
        ports, now = self._ports, self._ports.clock.now()
        entry = AgencyEntry(agency, now, principal)
        async with ports.database.write() as transaction:
            enrolment.refuse_unless_founding(await in_good_standing(transaction, ports, principal), agency)
            check_agency(agency)
            if account.is_person:
                raise InvalidArgument(Violation("principal.is_person", "must be false: a system comes first"))
            if not await store.insert_agency(transaction, entry):
                raise AlreadyExists("RESOURCE_EXISTS", f"{agency.name} is on record already", name=agency.name)
            await self._tell(transaction, "registered", principal, entry, now)
            await enrol(transaction, ports, Act(principal, now), agency, (account, document))
        ports.journal.wake()
        return entry

    async def get(self, principal: str, name: str) -> AgencyEntry:
        """One agency, for itself and the three organs of the city."""
        async with self._ports.database.read() as transaction:
            enrolment.refuse_unless_reading(await in_good_standing(transaction, self._ports, principal), name)
            return _there(await store.agency(transaction, name), name)

    async def list(self, principal: str, after: str, most: int) -> Sequence[AgencyEntry]:
        """Agencies behind ``after`` by name: all for the three organs of the city, for others their own."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            if enrolment.is_organ(caller.kind, caller.tier):
                return await store.agency_page(transaction, after, most)
            own = await store.agency(transaction, caller.agency)
            return [own] if own and caller.agency > after else []

    async def suspend(self, principal: str, name: str, reason: str) -> AgencyEntry:
        """Take every right of all its principals, sessions and takeovers too; answered when the bus was told."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            await takeovers.lock(transaction)
            entry = await self._suspended(transaction, caller, name)
            entry = roll.suspend(entry, caller, reason, now)
            await refuse_lock_out(transaction, entry.agency, name, now)
            cameras = await takeovers.cameras_of(transaction, name)
            await end(transaction, ports, cameras, lambda one: of_agency(one, name, now), Act(principal, now))
            ending = await endings.append(transaction, Cause.AGENCY_SUSPENDED, name, now)
            await store.set_suspended(transaction, name, ending, reason)
            await self._tell(transaction, "suspended", principal, entry, now)
        ports.journal.wake()
        await ports.voice.tell(ending)
        return entry

    async def reinstate(self, principal: str, name: str, reason: str) -> AgencyEntry:
        """Give it its rights back."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            entry = roll.reinstate(await self._suspended(transaction, caller, name), caller, reason)
            await store.set_reinstated(transaction, name)
            await self._tell(transaction, "reinstated", principal, entry, now)
        ports.journal.wake()
        return entry

    async def _suspended(self, transaction: AsyncConnection, caller: Principal, name: str) -> AgencyEntry:
        """The agency that is to be suspended or reinstated; whether there is one is told to who may do it."""
        found = await store.lock_agency(transaction, name)
        if found is None and not enrolment.is_organ(caller.kind, caller.tier):
            raise roll.no_suspension()
        found = _there(found, name)
        roll.refuse_unless_suspending(caller, found.agency)
        return found

    async def _tell(self, transaction: AsyncConnection, verb: str, by: str, entry: AgencyEntry, now: datetime) -> None:
        told = Change(f"agency.{verb}", by, now, entry, article=ARTICLE)
        await self._ports.journal.add(transaction, told)


def _there(found: AgencyEntry | None, name: str) -> AgencyEntry:
    if found is None:
        raise refusals.no_resource(name)
    return found
