"""Use cases of taking cameras over (Article 18): request, renew, release, revoke, read. Durable before answered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Action, AgencyKind, Principal, Takeover
from services.permissions import refusals
from services.permissions.bases import use
from services.permissions.control import Act, held, passed, write
from services.permissions.ending import Cause as EndingCause
from services.permissions.ending import Ending
from services.permissions.enrolment import is_organ
from services.permissions.fields import check_reason
from services.permissions.ports import Held, Kept, Ports
from services.permissions.question import Answer, Question, gather_each, in_good_standing
from services.permissions.store import bases, endings, incidents, takeovers
from services.permissions.takeover import (
    GRANT_LIFETIME,
    Cause,
    Control,
    Outcome,
    Request,
    TakeoverEnded,
    Until,
    check,
    grant,
    passed_from,
    release,
    renew,
    revoke,
)
from services.permissions.takeover_area import Selection
from services.permissions.takeover_areas import Areas, Sought
from services.permissions.takeover_view import is_shown


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


@dataclass(frozen=True, slots=True)
class Order:
    """A takeover as its reader may see it: what it holds by camera, and what each refused camera was refused for."""

    taken: Sequence[Held]
    refused: Mapping[str, errors.Error]


Rule = Callable[[Control, datetime], Outcome]
Making = Callable[[AsyncConnection, Principal, Sequence[Kept]], Awaitable[Rule]]


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
            refused = dict[str, errors.Error](gathered.refusals)
            allowed = list[Answer]()
            for camera, answer in gathered.answers.items():
                if answer.decision.allowed:
                    allowed.append(answer)
                else:
                    refused[camera] = refusals.denied(answer.decision, camera, Action.TAKE_OVER)
            if not allowed:
                raise next(refused[camera] for camera in wish.cameras)
            if wish.incident:
                await _check_no_opener(transaction, wish, principal)
            now = allowed[0].now
            outcomes, passed = await _granted(transaction, _command(name, number, wish, allowed[0]), allowed, refused)
            first = allowed[0].decision
            await write(
                transaction, ports, outcomes, Act(principal, now, wish.reason, first.rule, first.article, wish.cause)
            )
            await use(transaction, ports, questions[0], next((a for a in allowed if a.stands_on_papers), allowed[0]))
            told = await endings.append_each(transaction, EndingCause.CONTROL_PASSED, [one.part for one in passed], now)
            taken = await _held(transaction, name, outcomes, now)
        return Order(await self._told(told, outcomes, taken), refused)

    async def renew(self, principal: str, name: str, ends_at: datetime) -> Order:
        """Have a takeover of the caller's agency end later."""

        async def longer(transaction: AsyncConnection, caller: Principal, kept: Sequence[Kept]) -> Rule:
            until = Until(ends_at, await _ground_ends_at(transaction, kept[0].takeover))
            return lambda control, now: renew(control, name, caller, until, now)

        return await self._change(principal, name, (), longer)

    async def release(self, principal: str, name: str, cameras: Sequence[str] = ()) -> Order:
        """Give a takeover back, or these cameras of it."""

        async def back(_transaction: AsyncConnection, caller: Principal, _kept: Sequence[Kept]) -> Rule:
            return lambda control, now: release(control, name, caller, now)

        return await self._change(principal, name, cameras, back)

    async def revoke(self, principal: str, name: str, reason: str) -> Order:
        """End a takeover of any agency: what each of the three organs may, with a reason."""
        check_reason(reason, takeover=name)

        async def over(_transaction: AsyncConnection, caller: Principal, _kept: Sequence[Kept]) -> Rule:
            if not is_organ(caller.kind, caller.tier):
                message = "only the three organs of the city revoke a takeover (Article 14 ¶2): release your own"
                raise errors.Denied("NOT_PERMITTED", message, article="Article 14 ¶2")
            return lambda control, now: revoke(control, name, now)

        return await self._change(principal, name, (), over, reason)

    async def taken(self, principal: str, name: str) -> tuple[list[str], str]:
        """The cameras that a takeover of the caller's own agency has still, and what it stands on."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            kept = await takeovers.find(transaction, name)
        if not kept or kept[0].takeover.agency != caller.agency:
            raise refusals.no_resource(name)
        now = self._ports.clock.now()
        cameras = [one.takeover.camera for one in kept if one.ended_at is None and one.takeover.ends_at > now]
        return cameras, kept[0].takeover.ground

    async def get(self, principal: str, name: str) -> Order:
        """A takeover, as much of it as concerns the caller; absent to others."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            kept, controls = await _shown(transaction, caller, name)
            now = self._ports.clock.now()
            shown = [held(controls[one.takeover.camera], one, now) for one in kept]
            return Order([replace(one, is_fenced=_has_settled(one.kept, now)) for one in shown], {})

    async def _change(self, principal: str, name: str, cameras: Sequence[str], made: Making, reason: str = "") -> Order:
        """Apply a rule to each camera that the takeover holds still, or to those named."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            await takeovers.lock(transaction)
            caller = await in_good_standing(transaction, ports, principal)
            kept, controls = await _shown(transaction, caller, name)
            rule = await made(transaction, caller, kept)
            chosen = _chosen(kept, cameras)
            is_all = len(chosen) == await takeovers.count(transaction, name)
            outcomes = [rule(controls[one.takeover.camera], now) for one in chosen]
            await write(transaction, ports, outcomes, Act(principal, now, reason))
            over = _over(name, outcomes, is_all=is_all)
            told = await endings.append_each(transaction, EndingCause.CONTROL_PASSED, over, now)
            taken = await _held(transaction, name, outcomes, now)
        return Order(await self._told(told, outcomes, taken), {})

    async def _named(self, principal: str, wish: Wish) -> Wish:
        """The wish with the cameras that its selection means, if it has one."""
        if wish.selection is None:
            return wish
        sought = Sought(principal, wish.selection, wish.legal_basis, wish.incident)
        return replace(wish, cameras=await Areas(self._ports).cameras(sought))

    async def _told(
        self, ended: Sequence[Ending], outcomes: Sequence[Outcome], taken: Sequence[Held]
    ) -> Sequence[Held]:
        """Tell relays what was committed; ``taken`` with whether they refuse those who held before."""
        ports, epochs = self._ports, passed(outcomes)
        ports.journal.wake()
        _, is_fenced = await asyncio.gather(ports.voice.tell(*ended), _fenced(ports, epochs))
        return [replace(one, is_fenced=is_fenced or one.kept.takeover.camera not in epochs) for one in taken]


async def _fenced(ports: Ports, epochs: Mapping[str, int]) -> bool:
    return not epochs or await ports.fences.fence(epochs)


async def _granted(
    transaction: AsyncConnection, command: Request, allowed: Sequence[Answer], refused: dict[str, errors.Error]
) -> tuple[list[Outcome], list[Takeover]]:
    """Control of each camera after the grant, and the takeovers that hold no more; full cameras go to ``refused``."""
    now = allowed[0].now
    check(command, now)
    controls = await takeovers.load_each(transaction, {answer.camera.name: answer.camera for answer in allowed})
    outcomes, passed = list[Outcome](), list[Takeover]()
    for name, control in controls.items():
        try:
            outcome = grant(control, command, now)
        except errors.Exhausted as full:
            if len(allowed) == 1:
                raise
            refused[name] = full
            continue
        outcomes.append(outcome)
        if (before := passed_from(control, outcome, now)) is not None:
            passed.append(before)
    return outcomes, passed


async def _shown(
    transaction: AsyncConnection, caller: Principal, name: str
) -> tuple[list[Kept], Mapping[str, Control]]:
    """What of the takeover concerns the caller, and control of those cameras. Raises NotFound when nothing does."""
    kept = await takeovers.find(transaction, name)
    controls = await takeovers.load_known(transaction, [one.takeover.camera for one in kept]) if kept else {}
    shown = [one for one in kept if is_shown(one.takeover, controls[one.takeover.camera].camera, caller)]
    if not shown:
        raise refusals.no_resource(name)
    return shown, controls


def _has_settled(kept: Kept, now: datetime) -> bool:
    """Whether every grant from before it, or from before its end, has run out."""
    return now - (kept.ended_at or kept.takeover.starts_at) >= GRANT_LIFETIME


def _chosen(kept: Sequence[Kept], cameras: Sequence[str]) -> list[Kept]:
    """Those in force still, of ``cameras`` when some are named."""
    by_camera = {one.takeover.camera: one for one in kept if one.ended_at is None}
    wanted = cameras or list(by_camera)
    if not wanted or any(camera not in by_camera for camera in wanted):
        name = kept[0].takeover.name
        raise errors.FailedPrecondition(
            "STATE_WRONG", f"{name} is not in force there: request another one", state="ended"
        )
    return [by_camera[camera] for camera in dict.fromkeys(wanted)]


def _over(name: str, outcomes: Sequence[Outcome], *, is_all: bool) -> list[str]:
    """What relays are told: that the takeover holds nothing any more, or which parts of it."""
    ended = [event for _, events in outcomes for event in events if isinstance(event, TakeoverEnded)]
    parts = [event.takeover.part for event in ended if event.takeover.name == name]
    return [name] if parts and is_all else parts


async def _held(transaction: AsyncConnection, name: str, outcomes: Sequence[Outcome], now: datetime) -> list[Held]:
    controls = {control.camera.name: control for control, _ in outcomes}
    return [
        held(controls[one.takeover.camera], one, now)
        for one in await takeovers.find(transaction, name)
        if one.takeover.camera in controls
    ]


async def _check_no_opener(transaction: AsyncConnection, wish: Wish, principal: str) -> None:
    declared = await incidents.find(transaction, wish.incident)
    if declared and principal in declared.openers:
        message = (
            "who declares, widens, extends or approves an incident takes none of its cameras over: another"
            " principal requests it (Article 18 ¶2)"
        )
        about = {"rule": "art18-incident-take-over", "article": "Article 18 ¶2", "camera": wish.cameras[0]}
        raise errors.Denied("NOT_PERMITTED", message, **about)


async def _ground_ends_at(transaction: AsyncConnection, takeover: Takeover) -> datetime:
    """Until when what it stands on lasts, as it is now."""
    if takeover.ground.startswith("incidents/"):
        declared = await incidents.find(transaction, takeover.ground)
        return declared.ends_at if declared else takeover.ends_at
    found = await bases.find(transaction, takeover.ground)
    return found.basis.papers.ends_at if found else takeover.ends_at


def _command(name: str, number: int, wish: Wish, answer: Answer) -> Request:
    """The request as its ground stands: an incident for emergency command, papers for the others."""
    ground, ends_at = wish.legal_basis, max((b.ends_at for b in answer.circumstances.bases), default=answer.now)
    if answer.principal.kind is AgencyKind.EMERGENCY_COMMAND:
        ground, ends_at = wish.incident, max((i.ends_at for i in answer.circumstances.incidents), default=answer.now)
    return Request(name, number, answer.principal, wish.cause, wish.reason, wish.ends_at, ground, ends_at)
