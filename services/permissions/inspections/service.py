"""Use cases of inspections (Article 17): opened, closed with a report, ended by time; their live checks counted."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tasks import stop_if_cancelled
from services.decider.facts import Action, Area, Principal
from services.permissions import refusals
from services.permissions.ending import Cause, Ending
from services.permissions.inspections import domain as inspection
from services.permissions.inspections.domain import ARTICLE, Inspecting, Mandate, Report, State, is_shown, settle
from services.permissions.ports import Change, Ports
from services.permissions.question import Answer, Question, accessible, in_good_standing
from services.permissions.store import endings, inspections, principals


class Inspections:
    """Each is durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def open(self, principal: str, mandate: Mandate) -> Inspecting:
        """Open an inspection; the operators of its cameras read it at once.

        An operator or a camera system by name need not be on record: one of state secrets only is not told from one
        that never was, and opens as little. Whose a system is stands in its name.
        """
        ports, now = self._ports, self._ports.clock.now()
        name = f"inspections/{ports.new_id()}"
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
        opened = inspection.open_(name, mandate, caller, now)  # who may not is not told which cameras exist
        operators = await self._operators(opened.mandate.area, caller)
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            inspection.refuse_while_owing(await inspections.owed(transaction, caller.agency, now))
            opened = replace(inspection.open_(name, mandate, caller, now), operators=operators)
            await inspections.insert(transaction, opened)
            await self._tell(transaction, "opened", principal, opened)
        ports.journal.wake()
        return opened

    async def close(self, principal: str, name: str, report: Report) -> Inspecting:
        """End it now with its report, live checks that run too; or file the report of one that time has ended."""
        ports, now = self._ports, self._ports.clock.now()
        ending: Ending | None = None
        async with ports.database.write() as transaction:
            caller, found = await self._shown(transaction, principal, name, is_to_change=True)
            closed = inspection.close(found, report, caller, now)
            if not found.is_over:
                ending = await endings.append(transaction, Cause.INSPECTION_ENDED, name, now)
            await inspections.save(transaction, closed)
            await self._tell(transaction, "closed", principal, closed)
        ports.journal.wake()
        if ending:
            await ports.voice.tell(ending)
        return closed

    async def get(self, principal: str, name: str) -> Inspecting:
        """An inspection of the caller's agency or one that concerns it; another is as absent as one that never was."""
        async with self._ports.database.read() as transaction:
            return settle((await self._shown(transaction, principal, name))[1], self._ports.clock.now())

    async def list(self, principal: str, before: inspections.Key | None, size: int) -> list[Inspecting]:
        """Those that concern the caller, last opened first: the ``size`` behind ``before``."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            found = await inspections.page(transaction, caller, before, size)
        return [settle(one, self._ports.clock.now()) for one in found]

    async def expire_once(self) -> None:
        """Put on record what time has ended, with an ending that relays act on. Its report is owed from then on."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            due = await inspections.due(transaction, now)
        for name in due:
            stop_if_cancelled()
            ending: Ending | None = None
            async with ports.database.write() as transaction:
                found = await inspections.find(transaction, name, is_to_change=True)
                if found and not found.is_over:
                    found = settle(found, now)
                    await inspections.save(transaction, found)
                    ending = await endings.append(transaction, Cause.INSPECTION_ENDED, name, now)
                    await self._tell(transaction, State.EXPIRED, "", found)
            ports.journal.wake()
            if ending:
                await ports.voice.tell(ending)

    async def _operators(self, area: Area, caller: Principal) -> frozenset[str]:
        """Whom it concerns. A camera by name that is absent or hidden from the caller is refused alike (Article 11);
        who runs state secrets only is not concerned: they are not inspected by public security.
        """
        cameras = self._ports.cameras
        found = await cameras.facts(area.cameras) if area.cameras else {}
        named = {accessible(found.get(camera), caller, camera).operator for camera in sorted(area.cameras)}
        drawn = (await cameras.operators(area)).open if area.polygon or area.districts else frozenset[str]()
        return area.operators | named | drawn | {f"agencies/{system.split('/')[1]}" for system in area.systems}

    async def _shown(
        self, transaction: AsyncConnection, principal: str, name: str, *, is_to_change: bool = False
    ) -> tuple[Principal, Inspecting]:
        caller = await in_good_standing(transaction, self._ports, principal)
        found = await inspections.find(transaction, name, is_to_change=is_to_change)
        if found is None or not is_shown(found, caller):
            raise refusals.no_resource(name)
        return caller, found

    async def _tell(self, transaction: AsyncConnection, verb: str, by: str, found: Inspecting) -> None:
        told = Change(f"inspection.{verb}", by, self._ports.clock.now(), found, article=ARTICLE)
        await self._ports.journal.add(transaction, told)


async def lock_checks(transaction: AsyncConnection, question: Question) -> None:
    """Queue behind whoever checks within the inspections of the principal's agency now."""
    if question.action is Action.LIVE_CHECK and (found := await principals.find(transaction, question.principal)):
        await inspections.lock(transaction, found.agency.name)


async def check(transaction: AsyncConnection, ports: Ports, question: Question, answer: Answer) -> None:
    """Count a live check, in the transaction of the decision that it opens on; asked again, it counts once.

    The caller holds the lock of the agency's inspections.
    """
    name = answer.inspection
    if question.action is not Action.LIVE_CHECK or not name:
        return
    if await inspections.check(transaction, name, question.used_for, answer.camera.name, answer.now):
        found = await inspections.find(transaction, name)
        assert found is not None, "an inspection that opens something is on record"
        told = Change(
            "inspection.checked",
            question.principal,
            answer.now,
            found,
            answer.camera.name,
            answer.decision.rule,
            ARTICLE,
        )
        await ports.journal.add(transaction, told)
