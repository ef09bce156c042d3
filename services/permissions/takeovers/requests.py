"""Use case of taking cameras over (Article 18): each camera that may be, durable before answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Action, AgencyKind, Takeover
from services.permissions.ending import Cause as EndingCause
from services.permissions.papers.bases import use
from services.permissions.ports import Ports
from services.permissions.question import Answer, Question, gather_each
from services.permissions.store import bases, endings, takeovers
from services.permissions.takeover import Cause, Exclusive, Outcome, Request, grant
from services.permissions.takeovers.area import Selection
from services.permissions.takeovers.areas import Areas, Sought
from services.permissions.takeovers.control import Act, passed_from, write
from services.permissions.takeovers.openers import check_no_opener
from services.permissions.takeovers.orders import Order, held_by, told
from services.permissions.takeovers.rules import check
from services.permissions.takeovers.takings import taken_exclusively


@dataclass(frozen=True, slots=True)
class Wish:
    """What a principal asks for: control of cameras until ``ends_at``; of a selection unless cameras are named."""

    cameras: tuple[str, ...]
    cause: Cause | None
    reason: str
    legal_basis: str
    incident: str
    ends_at: datetime
    selection: Selection | None = None
    exclusive: Exclusive | None = None


class Takeovers:
    """One transaction each."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def request(self, principal: str, wish: Wish) -> Order:
        """Take cameras over, each that may be.

        Raises the first refusal when none may be, Denied to whoever declared the incident; of an area as ``Areas``.
        """
        ports, wish = self._ports, await self._named(principal, wish)
        name, revision = f"takeovers/{ports.new_id()}", ports.decider.revision
        found = await ports.cameras.facts(wish.cameras)
        questions = [
            Question(principal, camera, Action.TAKE_OVER, wish.legal_basis, wish.incident, name)
            for camera in wish.cameras
        ]
        async with ports.database.write() as transaction:
            number = await takeovers.next_number(transaction)  # first: its lock queues other changes of control
            if wish.legal_basis:
                await bases.lock(transaction, wish.legal_basis)
            gathered = await gather_each(transaction, ports, questions, found, revision)
            refused = gathered.refused(Action.TAKE_OVER)
            allowed = [answer for answer in gathered.answers.values() if answer.decision.allowed]
            if not allowed:
                raise next(refused[camera] for camera in wish.cameras)
            await check_no_opener(transaction, principal, wish.incident, wish.cameras[0])
            now = allowed[0].now
            outcomes, passed = await _granted(transaction, _command(name, number, wish, allowed[0]), allowed, refused)
            first = allowed[0].decision
            about = first.rule, first.article, wish.cause, wish.exclusive
            kept = await write(transaction, ports, outcomes, Act(principal, now, wish.reason, *about))
            await use(transaction, ports, questions[0], next((a for a in allowed if a.stands_on_papers), allowed[0]))
            ended = await endings.append_each(
                transaction, EndingCause.CONTROL_PASSED, [one.part for one in passed], now
            )
            ended += await taken_exclusively(transaction, outcomes, now)
        taken = held_by(name, kept, outcomes, now)
        return Order(await told(ports, ended, outcomes, taken), refused)

    async def _named(self, principal: str, wish: Wish) -> Wish:
        """The wish with the cameras that its selection means, if it has one."""
        if wish.selection is None:
            return wish
        sought = Sought(principal, wish.selection, wish.legal_basis, wish.incident)
        return replace(wish, cameras=await Areas(self._ports).cameras(sought))


async def _granted(
    transaction: AsyncConnection, command: Request, allowed: Sequence[Answer], refused: dict[str, errors.Error]
) -> tuple[list[Outcome], list[Takeover]]:
    """Control of each camera after the grant, and the takeovers that hold no more; full cameras go to ``refused``.

    Raises Exhausted when all are full.
    """
    now = allowed[0].now
    check(command, now)
    # Nothing of what stands has changed since it was read: we hold the lock.
    controls = await takeovers.load(transaction, {answer.camera.name: answer.standing for answer in allowed})
    outcomes, passed = list[Outcome](), list[Takeover]()
    for name, control in controls.items():
        try:
            outcome = grant(control, command, now)
        except errors.Exhausted as full:
            refused[name] = full
            continue
        outcomes.append(outcome)
        if (before := passed_from(control, outcome, now)) is not None:
            passed.append(before)
    if not outcomes:
        raise refused[allowed[0].camera.name]
    return outcomes, passed


def _command(name: str, number: int, wish: Wish, answer: Answer) -> Request:
    """The request as its ground stands: an incident for emergency command, papers for the others."""
    ground, ends_at = wish.legal_basis, max((b.ends_at for b in answer.circumstances.bases), default=answer.now)
    if answer.principal.kind is AgencyKind.EMERGENCY_COMMAND:
        ground, ends_at = wish.incident, max((i.ends_at for i in answer.circumstances.incidents), default=answer.now)
    return Request(
        name, number, answer.principal, wish.cause, wish.reason, wish.ends_at, ground, ends_at, wish.exclusive
    )
