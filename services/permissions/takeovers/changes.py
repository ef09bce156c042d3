"""Use cases of a takeover that stands: renewed, given back, revoked; each camera of it by the same rule."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Principal, Takeover
from services.permissions.agencies.enrolment import is_organ
from services.permissions.ending import Cause as EndingCause
from services.permissions.fields import check_reason
from services.permissions.ports import Kept, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import bases, endings, incidents, takeovers
from services.permissions.takeover import Control, Outcome, TakeoverEnded, Until, release, renew, revoke, settle
from services.permissions.takeovers import regrants
from services.permissions.takeovers.control import Act, write
from services.permissions.takeovers.orders import Order, held_by, shown, told
from services.permissions.takeovers.takings import taken_exclusively

Rule = Callable[[Control, datetime], Outcome]
Making = Callable[[AsyncConnection, Principal, Sequence[Kept]], Awaitable[Rule]]


class TakeoverChanges:
    """One transaction each."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def renew(self, principal: str, name: str, ends_at: datetime) -> Order:
        """Have a takeover of the caller's agency end later, at each camera that it would be granted again.

        Raises the first refusal when there is none, Denied to whoever declared the incident.
        """
        ports, refused = self._ports, dict[str, errors.Error]()
        known = await regrants.known(ports, principal, name)

        async def longer(transaction: AsyncConnection, caller: Principal, kept: Sequence[Kept]) -> Rule:
            until = Until(ends_at, await _ground_ends_at(transaction, kept[0].takeover))
            refused.update(await regrants.refused(transaction, ports, caller, kept, known))

            def each(control: Control, now: datetime) -> Outcome:
                is_refused = control.camera.name in refused
                return settle(control, now) if is_refused else renew(control, name, caller, until, now)

            return each

        return replace(await self._change(principal, name, (), longer), refused=refused)

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

    async def _change(self, principal: str, name: str, cameras: Sequence[str], made: Making, reason: str = "") -> Order:
        """Apply a rule to each camera that the takeover holds still, or to those named."""
        ports = self._ports
        async with ports.database.write() as transaction:
            await takeovers.lock(transaction)
            now = ports.clock.now()  # behind the lock: a takeover of thousands may have kept it waiting
            caller = await in_good_standing(transaction, ports, principal)
            kept, controls = await shown(transaction, caller, name)
            rule = await made(transaction, caller, kept)
            chosen = _chosen(kept, cameras, now)
            is_all = len(chosen) == await takeovers.count(transaction, name)
            outcomes = [rule(controls[one.takeover.camera], now) for one in chosen]
            written = await write(transaction, ports, outcomes, Act(principal, now, reason))
            over = _over(name, outcomes, is_all=is_all)
            ended = await endings.append_each(transaction, EndingCause.CONTROL_PASSED, over, now)
            ended += await taken_exclusively(transaction, outcomes, now)
        taken = held_by(name, written, outcomes, now)
        return Order(await told(ports, ended, outcomes, taken), {})


def _chosen(kept: Sequence[Kept], cameras: Sequence[str], now: datetime) -> list[Kept]:
    """Those in force still, of ``cameras`` when some are named."""
    by_camera = {one.takeover.camera: one for one in kept if one.is_in_force(now)}
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


async def _ground_ends_at(transaction: AsyncConnection, takeover: Takeover) -> datetime:
    """Until when what it stands on lasts, as it is now."""
    if takeover.ground.startswith("incidents/"):
        declared = await incidents.find(transaction, takeover.ground)
        return declared.ends_at if declared else takeover.ends_at
    found = await bases.find(transaction, takeover.ground)
    return found.basis.papers.ends_at if found else takeover.ends_at
