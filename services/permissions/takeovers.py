"""Use cases of taking cameras over (Article 18): request, release, who controls, the grant to command."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Action, AgencyKind, Takeover
from services.decider.holder import Holder, holder
from services.decider.relation import is_hidden
from services.permissions import refusals
from services.permissions.bases import use
from services.permissions.control import Act, end, held, write
from services.permissions.ending import Cause, Ending
from services.permissions.ports import Held, Ports
from services.permissions.question import Answer, Described, Question, camera_of, gather, in_good_standing
from services.permissions.store import bases, endings, incidents, takeovers
from services.permissions.takeover import Control, Request, passed_from, release, request, settle

GRANT_LIFETIME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a principal asks for: control of a camera until ``ends_at``."""

    camera: str
    reason: str
    legal_basis: str
    incident: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to command the camera of ``answer`` under ``epoch`` until ``expires_at``."""

    answer: Answer
    epoch: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ControlState:
    """Who controls a camera now."""

    camera: str
    holder: Holder
    epoch: int


class Takeovers:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def request(self, principal: str, wish: Wish) -> Held:
        """Take a camera over. Raises Denied by the policy, or when the caller itself declared the incident."""
        ports, now = self._ports, self._ports.clock.now()
        name = f"takeovers/{ports.new_id()}"
        question = Question(principal, wish.camera, Action.TAKE_OVER, wish.legal_basis, wish.incident, name)
        described = await camera_of(ports, wish.camera)
        async with ports.database.write() as transaction:
            number = await takeovers.next_number(transaction)  # first: its lock queues other changes of control
            if wish.legal_basis:
                await bases.lock(transaction, wish.legal_basis)
            answer, control = await _faced(transaction, ports, question, described, now)
            decision = answer.decision
            if not decision.allowed:
                raise refusals.denied(decision, wish.camera, Action.TAKE_OVER)
            if wish.incident:
                await _check_no_opener(transaction, wish, principal)
            outcome = request(control, _command(name, number, wish, answer), now)
            act = Act(principal, now, wish.reason, decision.rule, decision.article)
            await write(transaction, ports, outcome, act)
            await use(transaction, ports, question, answer)
            kept = await takeovers.get(transaction, number)
            ended = await _tell_holder(transaction, passed_from(control, outcome, now), now)
        ports.journal.wake()
        await ports.voice.tell(*ended)
        return held(outcome[0], kept, now)

    async def release(self, principal: str, name: str) -> Held:
        """Give a takeover back. Raises NotFound when there is none, or it is about a camera hidden from the caller."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            await takeovers.lock(transaction)
            caller = await in_good_standing(transaction, ports, principal)
            kept = await takeovers.find(transaction, name)
            if kept is None:
                raise refusals.no_resource(name)
            control = await takeovers.load_known(transaction, kept.takeover.camera)
            if is_hidden(caller, control.camera):
                raise refusals.no_resource(name)
            outcome = release(control, name, caller, now)
            await write(transaction, ports, outcome, Act(principal, now))
            kept = await takeovers.get(transaction, kept.takeover.number)
            ended = await _tell_holder(transaction, kept.takeover, now)
        ports.journal.wake()
        await ports.voice.tell(*ended)
        return held(outcome[0], kept, now)

    async def state(self, principal: str, camera: str) -> ControlState:
        """Who controls a camera now, for whoever may know the camera."""
        answer, control = await self._settled(Question(principal, camera, Action.DESCRIBE))
        if not answer.decision.allowed:
            raise refusals.denied(answer.decision, camera, Action.DESCRIBE)
        return ControlState(camera, _holder(answer, control), control.epoch)

    async def grant(self, principal: str, camera: str) -> Grant:
        """The right to command now. Raises Denied; HELD_BY_ANOTHER names who controls the camera and until when."""
        answer, control = await self._settled(Question(principal, camera, Action.CONTROL))
        if not answer.decision.allowed:
            raise refusals.denied(answer.decision, camera, Action.CONTROL, _holder(answer, control).takeover)
        if control.agency != answer.principal.agency:
            # Either control moved between two reads, or a policy allows control to one who does not hold it.
            raise errors.Aborted("EPOCH_STALE", f"{camera}: control is not yours, or moved just now; ask again")
        latest = answer.now + GRANT_LIFETIME
        return Grant(answer, control.epoch, min(latest, answer.decision.valid_until or latest))

    async def expire_once(self) -> None:
        """Put on record the takeovers whose time has come, so that the operator is told without anybody asking."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            if not await takeovers.cameras_due(transaction, now):
                return
        async with ports.database.write() as transaction:
            await takeovers.lock(transaction)
            due = await takeovers.cameras_due(transaction, now)
            await end(transaction, ports, due, lambda control: settle(control, now), Act("", now))
        ports.journal.wake()

    async def _settled(self, question: Question) -> tuple[Answer, Control]:
        """The answer and who controls, once ends that time brought and nobody saw yet are on record."""
        ports, now = self._ports, self._ports.clock.now()
        described = await camera_of(ports, question.camera)
        async with ports.database.read() as transaction:
            answer, control = await _faced(transaction, ports, question, described, now)
        if not settle(control, now)[1]:
            return answer, control
        async with ports.database.write() as transaction:
            await takeovers.lock(transaction)
            answer, control = await _faced(transaction, ports, question, described, now)
            control, events = settle(control, now)
            await write(transaction, ports, (control, events), Act("", now))
        ports.journal.wake()
        return answer, control


async def _tell_holder(transaction: AsyncConnection, over: Takeover | None, now: datetime) -> list[Ending]:
    """Relays take its agency for the holder no more. An end by time or with its ground they see by themselves."""
    return [await endings.append(transaction, Cause.CONTROL_PASSED, over.name, now)] if over else []


async def _faced(
    transaction: AsyncConnection, ports: Ports, question: Question, found: Described, now: datetime
) -> tuple[Answer, Control]:
    """The answer, and the control of its camera in the same view."""
    answer = await gather(transaction, ports, question, found, now)
    return answer, await takeovers.load(transaction, answer.camera)


async def _check_no_opener(transaction: AsyncConnection, wish: Wish, principal: str) -> None:
    declared = await incidents.find(transaction, wish.incident)
    if declared and principal in declared.openers:
        message = (
            "who declares, widens, extends or approves an incident takes none of its cameras over: another"
            " principal requests it (Article 18 ¶2)"
        )
        about = {"rule": "art18-incident-take-over", "article": "Article 18 ¶2", "camera": wish.camera}
        raise errors.Denied("NOT_PERMITTED", message, **about)


def _holder(answer: Answer, control: Control) -> Holder:
    return holder(answer.camera, control.takeovers, answer.now)


def _command(name: str, number: int, wish: Wish, answer: Answer) -> Request:
    """The request as its ground stands: an incident for emergency command, papers for the others."""
    ground, ends_at = wish.legal_basis, max((b.ends_at for b in answer.circumstances.bases), default=answer.now)
    if answer.principal.kind is AgencyKind.EMERGENCY_COMMAND:
        ground, ends_at = wish.incident, max((i.ends_at for i in answer.circumstances.incidents), default=answer.now)
    return Request(name, number, answer.principal, wish.reason, wish.ends_at, ground, ends_at)
