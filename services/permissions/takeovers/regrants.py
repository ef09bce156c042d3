"""Whether a takeover would be granted again: rights end before takeovers do, and none is renewed beyond its right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Action, Camera, Principal, Takeover
from services.permissions.ports import Kept, Ports
from services.permissions.question import Question, gather_each, in_good_standing
from services.permissions.takeovers.openers import check_no_opener
from services.permissions.takeovers.orders import shown


@dataclass(frozen=True, slots=True)
class Known:
    """The cameras of a takeover by name, as the registry describes them, at the levels of ``revision``."""

    cameras: Mapping[str, Camera]
    revision: int


async def known(ports: Ports, principal: str, name: str) -> Known:
    """What of the takeover the caller may have renewed. Ask before a transaction begins: it may take a call.

    Raises NotFound when nothing of it concerns the caller, before anybody is asked about its cameras.
    """
    revision, now = ports.decider.revision, ports.clock.now()
    async with ports.database.read() as transaction:
        caller = await in_good_standing(transaction, ports, principal)
        kept, _ = await shown(transaction, caller, name)
    return Known(await ports.cameras.facts([one.camera for one in _own(kept, caller, now)]), revision)


async def refused(
    transaction: AsyncConnection, ports: Ports, caller: Principal, kept: Sequence[Kept], known: Known
) -> dict[str, errors.Error]:
    """The cameras that would not be granted now to who asked for them, and why; of another agency's takeover, none.

    Raises the first of these when it would be granted none, Denied to whoever opened the incident.
    """
    own = _own(kept, caller, ports.clock.now())
    if not own:
        return {}
    name, ground, holder = own[0].name, own[0].ground, own[0].principal
    basis, incident = ("", ground) if ground.startswith("incidents/") else (ground, "")
    await check_no_opener(transaction, caller.name, incident, own[0].camera)
    questions = [Question(holder, one.camera, Action.TAKE_OVER, basis, incident, name) for one in own]
    gathered = await gather_each(transaction, ports, questions, known.cameras, known.revision)
    found = gathered.refused(Action.TAKE_OVER)
    if len(found) == len(own):
        raise next(iter(found.values()))
    return found


def _own(kept: Sequence[Kept], caller: Principal, now: datetime) -> list[Takeover]:
    """What of a takeover of the caller's agency is in force, camera by camera."""
    return [one.takeover for one in kept if one.is_in_force(now) and one.takeover.agency == caller.agency]
