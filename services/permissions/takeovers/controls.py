"""Use cases of control as it stands: who controls a camera now, and the right to command it (Article 18)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Action
from services.decider.holder import Holder, holder
from services.permissions import refusals
from services.permissions.ports import Ports
from services.permissions.question import Answer, Described, Question, camera_of, gather
from services.permissions.store import control_leases, takeovers
from services.permissions.takeover import GRANT_LIFETIME, Control, LeaseGiven, Outcome, settle
from services.permissions.takeovers.control import Act, end, passed, write
from services.permissions.takeovers.control_lease import is_lasting, lease
from services.permissions.takeovers.takings import taken_exclusively

Rule = Callable[[Answer, Control, int], Outcome]  # what becomes of control; the number is of a lease that begins


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to command the camera of ``answer`` under ``epoch`` until ``expires_at``.

    ``takeover`` is the one by which it is held; "" for ordinary control.
    """

    answer: Answer
    epoch: int
    expires_at: datetime
    takeover: str = ""


@dataclass(frozen=True, slots=True)
class ControlState:
    """Who controls a camera now."""

    camera: str
    holder: Holder
    epoch: int


class Controls:
    """Answers; writes leases of ordinary control, and the ends that time brought and nobody saw yet."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def state(self, principal: str, camera: str) -> ControlState:
        """Who controls a camera now, for whoever may know the camera."""
        answer, control = await self._settled(Question(principal, camera, Action.DESCRIBE), _as_it_stands)
        if not answer.decision.allowed:
            raise refusals.denied(answer.decision, camera, Action.DESCRIBE)
        return ControlState(camera, _holder(answer, control), control.epoch)

    async def grant(self, principal: str, camera: str) -> Grant:
        """The right to command now, by a takeover or a lease. Raises Denied; HELD_BY_ANOTHER names who controls the
        camera and until when.
        """
        answer, control = await self._settled(Question(principal, camera, Action.CONTROL), _prolonged)
        holding = _holder(answer, control)
        if not answer.decision.allowed:
            raise refusals.denied(answer.decision, camera, Action.CONTROL, holding)
        latest = answer.now + GRANT_LIFETIME
        expires_at = min(end for end in (latest, answer.decision.valid_until, holding.until) if end)
        return Grant(answer, control.epoch, expires_at, holding.takeover.name if holding.takeover else "")

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

    async def _settled(self, question: Question, rule: Rule) -> tuple[Answer, Control]:
        """The answer and who controls after ``rule``, on record; read alone as long as that changes nothing."""
        ports, now = self._ports, self._ports.clock.now()
        described = await camera_of(ports, question.camera)
        async with ports.database.read() as transaction:
            answer, control = await _faced(transaction, ports, question, described, now)
        if not rule(answer, control, 0)[1]:
            return answer, control
        async with ports.database.write() as transaction:
            await takeovers.lock(transaction)
            now = ports.clock.now()
            answer, control = await _faced(transaction, ports, question, described, now)
            outcome = rule(answer, control, await control_leases.next_number(transaction))
            await write(transaction, ports, [outcome], Act("", now))
            await taken_exclusively(transaction, [outcome], now)
        ports.journal.wake()
        is_given = any(isinstance(event, LeaseGiven) for event in outcome[1])
        if is_given and (epochs := passed([outcome])):  # what ended by time is fenced by time
            await ports.fences.fence(epochs)
        return answer, outcome[0]


def _as_it_stands(answer: Answer, control: Control, _number: int) -> Outcome:
    """With the ends that time brought and nobody saw yet."""
    return settle(control, answer.now)


def _prolonged(answer: Answer, control: Control, number: int) -> Outcome:
    """With a lease for whoever may command now and needs one, or one with more time left."""
    holding = _holder(answer, control)
    is_mine = holding.agency == answer.principal.agency == control.agency
    if not answer.decision.allowed or (is_mine and is_lasting(holding, answer.now)):
        return settle(control, answer.now)
    return lease(control, number, answer.principal, answer.now)


async def _faced(
    transaction: AsyncConnection, ports: Ports, question: Question, found: Described, now: datetime
) -> tuple[Answer, Control]:
    """The answer, and the control of its camera in the same view."""
    answer = await gather(transaction, ports, question, found, now)
    controls = await takeovers.load(transaction, {answer.camera.name: answer.standing})
    return answer, controls[answer.camera.name]


def _holder(answer: Answer, control: Control) -> Holder:
    return holder(answer.camera, control.takeovers, answer.now, control.leases)
