"""A takeover as its readers see it, whoever asks: of which cameras, who holds them, whether relays are fenced."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Principal
from services.permissions import refusals
from services.permissions.ending import Ending
from services.permissions.ports import Held, Kept, Ports
from services.permissions.store import takeovers
from services.permissions.takeover import Control, Outcome
from services.permissions.takeovers.control import held, passed
from services.permissions.takeovers.view import is_shown


@dataclass(frozen=True, slots=True)
class Order:
    """A takeover as its reader may see it: what it holds by camera, and what each refused camera was refused for."""

    taken: Sequence[Held]
    refused: Mapping[str, errors.Error]


async def told(ports: Ports, ended: Sequence[Ending], outcomes: Sequence[Outcome], taken: Sequence[Held]) -> list[Held]:
    """Tell relays what was committed; ``taken`` with whether they refuse those who held before."""
    epochs = passed(outcomes)
    ports.journal.wake()
    _, is_fenced = await asyncio.gather(ports.voice.tell(*ended), _fenced(ports, epochs))
    return [replace(one, is_fenced=is_fenced or one.kept.takeover.camera not in epochs) for one in taken]


async def shown(transaction: AsyncConnection, caller: Principal, name: str) -> tuple[list[Kept], Mapping[str, Control]]:
    """What of the takeover concerns the caller, and control of those cameras. Raises NotFound when nothing does."""
    kept = await takeovers.find(transaction, name)
    controls = await takeovers.load_known(transaction, [one.takeover.camera for one in kept]) if kept else {}
    shown = [one for one in kept if is_shown(one.takeover, controls[one.takeover.camera].camera, caller)]
    if not shown:
        raise refusals.no_resource(name)
    return shown, controls


def held_by(name: str, kept: takeovers.KeptEach, outcomes: Sequence[Outcome], now: datetime) -> list[Held]:
    """What the takeover holds after ``outcomes``, by camera: each told of it, and ``kept`` has it as it was written."""
    controls = {control.camera.name: control for control, _ in outcomes}
    mine = {camera: one for (_, camera), one in kept.items() if one.takeover.name == name and camera in controls}
    return [held(controls[camera], one, now) for camera, one in sorted(mine.items())]


async def _fenced(ports: Ports, epochs: Mapping[str, int]) -> bool:
    return not epochs or await ports.fences.fence(epochs)
