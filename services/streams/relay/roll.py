"""Roll calls, and the end of a relay that drains: what is kept here and what streams says is ours, brought together."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from services.streams.relay.doorkeeper import Doorkeeper

log = logging.getLogger(__name__)
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class RollCall:
    """Of what was assigned up to ``orders``, only ``sessions`` are this relay's; ``doubt`` is answered by it."""

    sessions: Collection[str]
    orders: int
    doubt: int
    reason: str


def answer(doorkeeper: Doorkeeper, call: RollCall) -> list[str]:
    """Let go of what is not ours any more; the sessions called that are not here."""
    own = frozenset(call.sessions)
    kept = doorkeeper.sessions.all()
    strange = [session for session in kept if session.order <= call.orders and session.name not in own]
    if strange:
        log.warning("%d sessions are not this relay's any more: %s", len(strange), call.reason)
        doorkeeper.end(doorkeeper.sessions.end(strange, call.reason), call.reason)
    doorkeeper.settle(call.doubt)
    return sorted(own - {session.name for session in kept})


async def leave(doorkeeper: Doorkeeper, patience: timedelta) -> None:
    """Return once streams has given every session another place, or at the end of ``patience``."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            while len(doorkeeper.sessions):  # noqa: ASYNC110 - they end in an index that knows no loop, in many ways
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        log.warning("%d sessions found no other place in time", len(doorkeeper.sessions))
