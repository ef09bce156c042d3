"""Use case of what is within reach: everything on which a principal may act now, for the registry's lists of it."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import Exhausted
from services.decider.conditions import PAPER_ACTIONS
from services.decider.facts import Circumstances, LegalBasis
from services.decider.reach import Reach
from services.permissions.agencies.staff_record import StaffKind
from services.permissions.batches import Batch
from services.permissions.ports import Ports
from services.permissions.question import acting
from services.permissions.store import basis_facts, incidents, inspections, staff, takeovers

MOST_NAMES = 20_000  # of cameras, in one answer: a quarter of what a call carries
_LATER = timedelta(hours=1)  # papers end, incidents too


class Reaches:
    """Answers; writes nothing."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def of(self, asked: Batch) -> Reach:
        """What a single check allows, said of all cameras. Without papers named, any of the principal's own count.

        Raises Exhausted when papers, incidents and takeovers name more cameras than one answer holds.
        """
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            record = await acting(transaction, ports, asked.principal)
            agency, person = record.agency.name, record.account.name
            own = (await staff.in_force(transaction, [person], now)).get(person, {}) if record.account.is_person else {}
            open_ = (await incidents.open_to_each(transaction, {agency}, now))[agency]
            circumstances = Circumstances(
                bases=await _papers(transaction, asked, now),
                incidents=tuple(one for one in open_ if asked.incident in ("", one.name)),
                takeovers=await takeovers.all_standing(transaction),
                inspections=tuple(
                    one
                    for one in (await inspections.open_to_each(transaction, {agency}, now))[agency]
                    if asked.incident in ("", one.name)
                ),
                trainings=own.get(StaffKind.TRAINING, ()),
                shifts=own.get(StaffKind.SHIFT, ()),
            )
        found = ports.decider.reach(record.acting, asked.action, circumstances, now)
        if sum(cover.names for cover in found.covers.values()) > MOST_NAMES:
            message = f"papers, incidents and takeovers name over {MOST_NAMES} cameras: name the papers or incident"
            raise Exhausted("LIMIT_REACHED", message, retry_after=_LATER, limit=str(MOST_NAMES))
        return found


async def _papers(transaction: AsyncConnection, asked: Batch, now: datetime) -> tuple[LegalBasis, ...]:
    if asked.action not in PAPER_ACTIONS:
        return ()
    if asked.legal_basis:
        return tuple((await basis_facts.named(transaction, {asked.legal_basis}, None, now)).values())
    return await basis_facts.in_force(transaction, asked.principal, now, MOST_NAMES + 1)
