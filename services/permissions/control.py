"""Changes of control inside a transaction: a takeover's end moves control on, has its epoch, and goes on record."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.holder import holder
from services.permissions.ports import Change, Held, Kept, Ports, is_sealed
from services.permissions.store import takeovers
from services.permissions.takeover import Control, Ending, HolderChanged, Outcome, TakeoverEnded

REQUESTED = "takeover.requested"
_ENDED = {
    Ending.RELEASED: "takeover.released",
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


async def write(transaction: AsyncConnection, ports: Ports, outcome: Outcome, act: Act) -> None:
    """Write what changed, with a fact for each takeover granted or over."""
    control, events = outcome
    if not events:
        return
    await takeovers.save(transaction, control, events, act.reason)
    sealed = is_sealed(control.camera)
    for event in events:
        if isinstance(event, HolderChanged):
            continue  # told by the epoch in the facts of the takeovers that moved it
        verb, by = REQUESTED, act.by
        if isinstance(event, TakeoverEnded):
            verb, by = _ENDED[event.why], "" if event.why is Ending.EXPIRED else act.by
        snapshot = held(control, await takeovers.get(transaction, event.takeover.number), act.at)
        told = Change(verb, by, act.at, snapshot, control.camera.name, act.rule, act.article, sealed)
        await ports.journal.add(transaction, told)


async def end(
    transaction: AsyncConnection, ports: Ports, cameras: Iterable[str], over: Callable[[Control], Outcome], act: Act
) -> None:
    """Apply ``over`` to control of each camera by name. Needs no registry, so that no end waits for a neighbour."""
    for camera in cameras:
        await write(transaction, ports, over(await takeovers.load_known(transaction, camera)), act)


def held(control: Control, kept: Kept, now: datetime) -> Held:
    """The takeover as it stands after ``control``."""
    top = holder(control.camera, control.takeovers, now).takeover
    return Held(kept, top is not None and top.name == kept.takeover.name, control.epoch)
