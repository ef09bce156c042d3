"""Use cases of incidents (Article 18 ¶2): acts about them, each with its fact; what time ends; who sees which."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import Exhausted, InvalidArgument, Violation
from services.chassis.tasks import stop_if_cancelled
from services.decider.facts import Principal
from services.permissions import refusals, takeover
from services.permissions.ending import Cause, Ending
from services.permissions.incidents import rules as incident_rules
from services.permissions.incidents.commands import Declaration, Extension, Ruling, Widening
from services.permissions.incidents.domain import LONGEST, Declared, Outcome, Verb, is_shown, settle
from services.permissions.incidents.rules import ARTICLE
from services.permissions.ports import Change, Ports
from services.permissions.question import accessible, in_good_standing
from services.permissions.store import endings, incidents, principals, takeovers
from services.permissions.takeovers.control import Act, end

MAX_OPEN = 200  # of one agency: every decision of a department reads those that open to it
_OVER = frozenset({Verb.ENDED, Verb.EXPIRED})
Rule = Callable[[Declared, Principal], Outcome]


class Incidents:
    """Each is durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def declare(self, principal: str, declaration: Declaration) -> Declared:
        """Open the cameras of an area to departments, at once or when a second approver says so.

        Raises Denied, InvalidArgument, Exhausted beyond 200 that are in force or wait.
        """
        ports, now = self._ports, self._ports.clock.now()
        name = f"incidents/{ports.new_id()}"
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
        incident_rules.declare(name, declaration, caller, now)  # who may not is not told which cameras exist
        operators = await self._operators(declaration.area.cameras, caller)
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            declared, events = incident_rules.declare(name, declaration, caller, now)
            declared = replace(declared, operators=operators)
            await _check_agencies(transaction, "incident.agencies", declaration.opens_to)
            if await incidents.count_open(transaction, caller.agency, now) >= MAX_OPEN:
                message = f"{MAX_OPEN} incidents of {caller.agency} are in force or wait: end one first"
                raise Exhausted("LIMIT_REACHED", message, retry_after=LONGEST, limit=str(MAX_OPEN))
            await incidents.insert(transaction, declared)
            await self._tell(transaction, (declared, events), now)
        ports.journal.wake()
        return declared

    async def decide(self, principal: str, name: str, ruling: Ruling) -> Declared:
        """Approve or refuse an act that waits for a second approver."""
        now = self._ports.clock.now()
        return await self._change(principal, name, lambda found, by: incident_rules.decide(found, ruling, by, now))

    async def extend(self, principal: str, name: str, extension: Extension) -> Declared:
        """Give an incident a later end."""
        now = self._ports.clock.now()
        return await self._change(principal, name, lambda found, by: incident_rules.extend(found, extension, by, now))

    async def widen(self, principal: str, name: str, widening: Widening) -> Declared:
        """Open more area, to more agencies, from now on."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            caller, found = await self._shown(transaction, principal, name)
        incident_rules.widen(found, widening, caller, now)  # who may not is not told which cameras exist
        operators = await self._operators(widening.area.cameras, caller)

        def rule(found: Declared, by: Principal) -> Outcome:
            widened, events = incident_rules.widen(found, widening, by, now)
            return replace(widened, operators=found.operators | operators), events

        return await self._change(principal, name, rule, widening.opens_to)

    async def end(self, principal: str, name: str) -> Declared:
        """End it now, with every access and takeover that stands on it, in running sessions too."""
        now = self._ports.clock.now()
        return await self._change(principal, name, lambda found, by: incident_rules.end(found, by, now))

    async def get(self, principal: str, name: str) -> Declared:
        """An incident that concerns the caller, with its acts; one that does not is as absent as one that never was."""
        async with self._ports.database.read() as transaction:
            _, found = await self._shown(transaction, principal, name)
        return settle(found, self._ports.clock.now())[0]

    async def list(self, principal: str, before: incidents.Key | None, size: int) -> list[Declared]:
        """The incidents that concern the caller, last declared first: the ``size`` behind ``before``."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found = await incidents.page(transaction, caller, before, size)
        return [settle(incident, now)[0] for incident in found]

    async def expire_once(self) -> None:
        """Put on record what time has ended, and which acts nobody approved in time, without anybody asking."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            due = await incidents.due(transaction, now)
        for name in due:
            stop_if_cancelled()
            async with ports.database.write() as transaction:
                found = await incidents.find(transaction, name, is_to_change=True)
                ended = await self._write(transaction, settle(found, now), now) if found else None
            await self._spread(ended)

    async def _change(self, principal: str, name: str, rule: Rule, opens_to: frozenset[str] = frozenset()) -> Declared:
        """Apply ``rule`` to an incident that concerns the caller, and write what came of it."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller, found = await self._shown(transaction, principal, name, is_to_change=True)
            outcome = rule(found, caller)
            await _check_agencies(transaction, "agencies", opens_to)
            ended = await self._write(transaction, outcome, now)
        await self._spread(ended)
        return outcome[0]

    async def _shown(
        self, transaction: AsyncConnection, principal: str, name: str, *, is_to_change: bool = False
    ) -> tuple[Principal, Declared]:
        caller = await in_good_standing(transaction, self._ports, principal)
        found = await incidents.find(transaction, name, is_to_change=is_to_change)
        if found is None or not is_shown(found, caller):
            raise refusals.no_resource(name)
        return caller, found

    async def _operators(self, cameras: frozenset[str], caller: Principal) -> frozenset[str]:
        """Who runs these cameras. One that is absent or hidden from the caller is refused alike (Article 11)."""
        found = await self._ports.cameras.facts(cameras) if cameras else {}
        return frozenset(accessible(found.get(camera), caller, camera).operator for camera in sorted(cameras))

    async def _write(self, transaction: AsyncConnection, outcome: Outcome, now: datetime) -> Ending | None:
        """Write an incident's change with its facts; when it is over, end what stands on it."""
        declared, events = outcome
        await incidents.save(transaction, declared)
        ending = None
        if over := next((event for event in events if event.verb in _OVER), None):
            ending = await self._close(transaction, declared.name, Act(over.by, now))
        await self._tell(transaction, outcome, now)
        return ending

    async def _close(self, transaction: AsyncConnection, name: str, act: Act) -> Ending:
        """End what stands on the incident: takeovers here, running sessions at their relays."""
        await takeovers.lock(transaction)
        cameras = await takeovers.cameras_on(transaction, name)
        await end(transaction, self._ports, cameras, lambda control: takeover.withdraw(control, name, act.at), act)
        return await endings.append(transaction, Cause.INCIDENT_ENDED, name, act.at)

    async def _tell(self, transaction: AsyncConnection, outcome: Outcome, now: datetime) -> None:
        """A fact for each thing that happened, with the incident as it is now and whom it concerns."""
        declared, events = outcome
        for event in events:
            told = Change(f"incident.{event.verb}", event.by, now, declared, article=ARTICLE)
            await self._ports.journal.add(transaction, told)

    async def _spread(self, ended: Ending | None) -> None:
        self._ports.journal.wake()
        if ended:
            await self._ports.voice.tell(ended)


async def _check_agencies(transaction: AsyncConnection, path: str, opens_to: frozenset[str]) -> None:
    if missing := await principals.missing_agencies(transaction, opens_to):
        offer = f"must be agencies on record, which these are not: {', '.join(missing[:5])}"
        raise InvalidArgument(Violation(path, offer))
