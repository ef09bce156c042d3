"""Use cases of staff: trainings and duty shifts on record, taken back with what stands on them (Articles 20, 23)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import Exhausted, FailedPrecondition
from services.decider.facts import Principal
from services.permissions import refusals
from services.permissions.agencies import enrolment, staff_record
from services.permissions.agencies.staff_record import ARTICLES, StaffEntry, StaffKind
from services.permissions.ending import Cause, Ending
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import endings, principals
from services.permissions.store import roll as roll_store
from services.permissions.store import staff as store

MOST_AHEAD = 400  # of one person and kind that are not over: four shifts a day for three months
_CAUSES = {StaffKind.TRAINING: Cause.TRAINING_REVOKED, StaffKind.SHIFT: Cause.SHIFT_ENDED}
_VERBS = {
    StaffKind.TRAINING: ("training.registered", "training.revoked"),
    StaffKind.SHIFT: ("shift.entered", "shift.ended"),
}


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """What is to be put on record. Without a start it begins now."""

    kind: StaffKind
    person: str
    starts_at: datetime | None
    ends_at: datetime
    number: str = ""


class Staff:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def train(self, principal: str, draft: StaffDraft) -> StaffEntry:
        """Put a training on record, as municipal public security."""
        return await self._add(principal, draft, lambda entry, by, agency, now: staff_record.train(entry, by, now))

    async def enter(self, principal: str, draft: StaffDraft) -> StaffEntry:
        """Enter a shift of a person of one's own agency."""
        return await self._add(principal, draft, staff_record.enter)

    async def end(self, principal: str, name: str, reason: str) -> StaffEntry:
        """Take a training back, or end a shift before its time; answered when the bus was told."""
        ports, now = self._ports, self._ports.clock.now()
        ended: list[Ending] = []
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found = await self._shown(transaction, caller, name)
            over = staff_record.end(found, caller, reason, now)
            assert over.early_end is not None, "end says who"
            if not await store.set_ended(transaction, name, over.early_end):
                raise FailedPrecondition("STATE_WRONG", f"{name} was ended just now", state="over")
            if found.is_running(now):
                # Sessions stand on persons, not on their records: what is still right is opened again.
                ended.append(await endings.append(transaction, _CAUSES[found.kind], found.person, now))
            await self._tell(transaction, _VERBS[found.kind][1], principal, over, now)
        ports.journal.wake()
        await ports.voice.tell(*ended)
        return over

    async def list(
        self, principal: str, person: str, kind: StaffKind, before: store.Position | None, most: int
    ) -> Sequence[StaffEntry]:
        """A person's entries of this kind, for its own agency and the three organs of the city."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            found = await principals.find(transaction, person)
            enrolment.refuse_unless_reading(caller, found.agency.name if found else "")
            if found is None:
                raise refusals.no_resource(person)
            return await store.page(transaction, person, kind, before, most)

    async def _add(
        self, principal: str, draft: StaffDraft, admit: Callable[[StaffEntry, Principal, str, datetime], StaffEntry]
    ) -> StaffEntry:
        ports, now = self._ports, self._ports.clock.now()
        name = f"{draft.kind.value}/{ports.new_id()}"
        entry = StaffEntry(
            name, draft.kind, draft.person, draft.number, draft.starts_at or now, draft.ends_at, now, principal
        )  # fmt: skip
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found = await principals.find(transaction, draft.person)
            entry = admit(entry, caller, found.agency.name if found else "", now)
            if found is None or not found.account.is_person:
                raise refusals.no_staff(draft.person)
            await roll_store.lock_agency(transaction, found.agency.name)
            if await store.count(transaction, draft.person, draft.kind, now) >= MOST_AHEAD:
                message = f"{draft.person} has {MOST_AHEAD} {draft.kind.value} that are not over: end some first"
                raise Exhausted("LIMIT_REACHED", message, retry_after=timedelta(hours=1), limit=draft.kind.value)
            await store.insert(transaction, entry)
            await self._tell(transaction, _VERBS[draft.kind][0], principal, entry, now)
        ports.journal.wake()
        return entry

    async def _shown(self, transaction: AsyncConnection, caller: Principal, name: str) -> StaffEntry:
        """The entry, for who may end it; whether there is one is told to nobody else."""
        found = await store.find(transaction, name)
        owner = await principals.find(transaction, found.person) if found else None
        if name.startswith(StaffKind.TRAINING):
            staff_record.refuse_unless_training(caller)
        else:
            staff_record.refuse_unless_ending(caller, owner.agency.name if owner else "")
        if found is None:
            raise refusals.no_resource(name)
        return found

    async def _tell(self, transaction: AsyncConnection, verb: str, by: str, entry: StaffEntry, now: datetime) -> None:
        told = Change(verb, by, now, entry, article=ARTICLES[entry.kind])
        await self._ports.journal.add(transaction, told)
