"""Whether a takeover would be granted again: rights end before takeovers do, and none is renewed beyond its right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.decider.facts import Action, Camera, Principal
from services.permissions.ports import Kept, Ports
from services.permissions.question import Question, gather_each
from services.permissions.store import takeovers
from services.permissions.takeovers.openers import check_no_opener


@dataclass(frozen=True, slots=True)
class Known:
    """The cameras of a takeover by name, as the registry describes them, at the levels of ``revision``."""

    cameras: Mapping[str, Camera]
    revision: int


async def known(ports: Ports, name: str) -> Known:
    """Of the takeover of that name. Ask before a transaction begins: it may take a call."""
    revision = ports.decider.revision
    async with ports.database.read() as transaction:
        kept = await takeovers.find(transaction, name)
    return Known(await ports.cameras.facts([one.takeover.camera for one in kept]), revision)


async def refused(
    transaction: AsyncConnection, ports: Ports, caller: Principal, kept: Sequence[Kept], known: Known
) -> dict[str, errors.Error]:
    """The cameras that ``caller`` would not be granted now, and why; of another's takeover or one that is over, none.

    Raises the first of these when it would be granted none, Denied to whoever opened the incident.
    """
    now = ports.clock.now()
    own = [one.takeover for one in kept if one.ended_at is None and one.takeover.ends_at > now]
    if not own or own[0].agency != caller.agency:
        return {}
    name, ground = own[0].name, own[0].ground
    basis, incident = ("", ground) if ground.startswith("incidents/") else (ground, "")
    await check_no_opener(transaction, caller.name, incident, own[0].camera)
    questions = [Question(caller.name, one.camera, Action.TAKE_OVER, basis, incident, name) for one in own]
    gathered = await gather_each(transaction, ports, questions, known.cameras, known.revision)
    found = gathered.refused(Action.TAKE_OVER)
    if len(found) == len(own):
        raise next(iter(found.values()))
    return found
