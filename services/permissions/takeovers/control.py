"""Changes of control inside a transaction: a takeover's end moves control on, has its epoch, and goes on record."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Takeover
from services.decider.holder import holder
from services.permissions.ports import Change, Held, Kept, Ports, is_sealed
from services.permissions.store import control_leases, takeover_writes, takeovers
from services.permissions.takeover import (
    Cause,
    Control,
    Ending,
    Exclusive,
    HolderChanged,
    OfTakeover,
    Outcome,
    TakeoverEnded,
    TakeoverRenewed,
)
from services.permissions.takeovers.takings import taken_exclusively

REQUESTED = "takeover.requested"
RENEWED = "takeover.renewed"
_ENDED = {
    Ending.RELEASED: "takeover.released",
    Ending.REVOKED: "takeover.revoked",
    Ending.WITHDRAWN: "takeover.released",
    Ending.EXPIRED: "takeover.expired",
}


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to control: ``by`` whom ("" is time), when, why, by which rule of which article."""

    by: str
    at: datetime
    reason: str = ""
    rule: str = ""
    article: str = ""
    cause: Cause | None = None  # of what is requested
    exclusive: Exclusive | None = None  # the same


async def write(
    transaction: AsyncConnection, ports: Ports, outcomes: Sequence[Outcome], act: Act
) -> takeovers.KeptEach:
    """Write what changed of control of each camera, with a fact for each takeover granted, renewed or over.

    A lease has none: what is commanded under it is on record command by command. Returns these takeovers as they are
    kept, so that nobody needs to read thousands of rows again.
    """
    changed = [outcome for outcome in outcomes if outcome[1]]
    if not changed:
        return {}
    kept = await takeover_writes.save(transaction, changed, takeover_writes.Why(act.cause, act.reason, act.exclusive))
    await control_leases.save(transaction, changed)
    await ports.journal.add(transaction, *(told for outcome in changed for told in _told(outcome, kept, act)))
    return kept


async def end(
    transaction: AsyncConnection, ports: Ports, cameras: Collection[str], over: Callable[[Control], Outcome], act: Act
) -> None:
    """Apply ``over`` to control of each camera by name. Needs no registry, so that no end waits for a neighbour."""
    if cameras:
        found = await takeovers.load_known(transaction, cameras)
        outcomes = [over(control) for control in found.values()]
        await write(transaction, ports, outcomes, act)
        await taken_exclusively(transaction, outcomes, act.at)  # told with the next heartbeat


def passed(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """The cameras whose holder is another one now, and their epochs."""
    return {
        control.camera.name: control.epoch
        for control, events in outcomes
        if any(isinstance(event, HolderChanged) for event in events)
    }


def passed_from(before: Control, outcome: Outcome, now: datetime) -> Takeover | None:
    """The takeover that held until ``outcome`` moved control to another agency; None when none did, or it was over."""
    control, events = outcome
    holding = holder(before.camera, before.takeovers, now)
    is_moved = any(isinstance(event, HolderChanged) for event in events)
    return holding.takeover if is_moved and holding.agency != control.agency else None


def held(control: Control, kept: Kept, now: datetime) -> Held:
    """The takeover as it stands after ``control``."""
    top = holder(control.camera, control.takeovers, now).takeover
    return Held(kept, top is not None and top.name == kept.takeover.name, control.epoch)


def _told(outcome: Outcome, kept: takeovers.KeptEach, act: Act) -> Iterator[Change]:
    control, events = outcome
    for event in events:
        if not isinstance(event, OfTakeover):
            continue  # a new holder is told by the epoch in the facts of the takeovers that moved control
        verb, by = RENEWED if isinstance(event, TakeoverRenewed) else REQUESTED, act.by
        if isinstance(event, TakeoverEnded):
            verb, by = _ENDED[event.why], "" if event.why is Ending.EXPIRED else act.by
        snapshot = held(control, kept[event.takeover.number, event.takeover.camera], act.at)
        yield Change(verb, by, act.at, snapshot, control.camera.name, act.rule, act.article, is_sealed(control.camera))
