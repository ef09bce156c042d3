"""Use cases of bringing cameras back to where they looked before a takeover (Article 18): streams keeps where that was.

Permissions says which takeovers are over, and lets the platform command a camera once more for one that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis import errors
from services.decider.holder import holder
from services.permissions.ports import Kept, Ports
from services.permissions.store import takeovers
from services.permissions.takeover import GRANT_LIFETIME, Control

LATEST = timedelta(minutes=6)  # after the end; streams tries for five: later a holder has made the camera its own


@dataclass(frozen=True, slots=True)
class Over:
    """A takeover that is over at a camera; ``heir`` is another of its agency's, by which that one holds now, or ""."""

    camera: str
    takeover: str
    at: datetime
    heir: str


@dataclass(frozen=True, slots=True)
class Restoring:
    """The right to have a camera look where it did, under the epoch of whoever holds it now."""

    camera: str
    epoch: int
    expires_at: datetime
    level: int


class Restorings:
    """Reads alone."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def over(self, asked: Mapping[str, Sequence[str]]) -> list[Over]:
        """Those of these takeovers, by camera, whose end is on record; by camera in the order in which they ended."""
        now, found = self._ports.clock.now(), list[Over]()
        async with self._ports.database.read() as transaction:
            names = {name for those in asked.values() for name in those}
            ended = [one for one in await takeovers.over(transaction, names) if one.takeover.name in
                     asked.get(one.takeover.camera, ())]  # fmt: skip
            controls = await takeovers.load_known(transaction, {one.takeover.camera for one in ended}) if ended else {}
        for one in ended:
            taken = one.takeover
            assert one.ended_at is not None, "over"
            heir = _heir(controls[taken.camera], taken.agency, now)
            found.append(Over(taken.camera, taken.name, one.ended_at, heir))
        return sorted(found, key=lambda one: (one.camera, one.at))

    async def grant(self, camera: str, takeover: str) -> Restoring:
        """The right to restore after this takeover. Raises FailedPrecondition when it is not over, or long since,
        and while control is passing on.
        """
        now = self._ports.clock.now()
        async with self._ports.database.read() as transaction:
            ended = [one for one in await takeovers.over(transaction, {takeover}) if one.takeover.camera == camera]
            if not ended or not _is_recent(ended[0], now):
                message = f"{takeover} did not end at {camera} in the last {LATEST.seconds // 60} minutes"
                raise errors.FailedPrecondition("STATE_WRONG", f"{message}: nothing is restored for it (Article 18)")
            control = (await takeovers.load_known(transaction, {camera}))[camera]
        holding = holder(control.camera, control.takeovers, now, control.leases)
        if holding.agency != control.agency:
            raise errors.FailedPrecondition("STATE_WRONG", f"control of {camera} is passing on; ask again")
        until = min(end for end in (now + GRANT_LIFETIME, holding.until) if end)
        return Restoring(camera, control.epoch, until, control.camera.level)


def _heir(control: Control, agency: str, now: datetime) -> str:
    holding = holder(control.camera, control.takeovers, now, control.leases)
    return holding.takeover.name if holding.takeover and holding.agency == agency else ""


def _is_recent(one: Kept, now: datetime) -> bool:
    return one.ended_at is not None and now - one.ended_at <= LATEST
