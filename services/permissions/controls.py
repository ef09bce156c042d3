"""Use cases of control as it stands: who controls a camera now, and the right to command it (Article 18)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Action
from services.decider.holder import Holder, holder
from services.permissions import refusals
from services.permissions.control import Act, end, write
from services.permissions.ports import Ports
from services.permissions.question import Answer, Described, Question, camera_of, gather
from services.permissions.store import takeovers
from services.permissions.takeover import GRANT_LIFETIME, Control, settle
from services.permissions.takings import taken_exclusively


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to command the camera of ``answer`` under ``epoch`` until ``expires_at``.

    ``takeover`` is the one by which it is held; "" when its operator holds it.
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
    """Answers; writes only the ends that time brought and nobody saw yet."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

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
        held_by = _holder(answer, control).takeover
        expires_at = min(latest, answer.decision.valid_until or latest)
        return Grant(answer, control.epoch, expires_at, held_by.name if held_by else "")

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
            await write(transaction, ports, [(control, events)], Act("", now))
            await taken_exclusively(transaction, [(control, events)], now)
        ports.journal.wake()
        return answer, control


async def _faced(
    transaction: AsyncConnection, ports: Ports, question: Question, found: Described, now: datetime
) -> tuple[Answer, Control]:
    """The answer, and the control of its camera in the same view."""
    answer = await gather(transaction, ports, question, found, now)
    return answer, await takeovers.load(transaction, answer.camera)


def _holder(answer: Answer, control: Control) -> Holder:
    return holder(answer.camera, control.takeovers, answer.now)
