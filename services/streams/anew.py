"""Running sessions when the policy changes: each is decided anew by the new one, and ended where that says no.

A relay lets what was decided before last for some seconds (`relay.doorkeeper`), and ends what is not assigned to it
again by then. So a session for which nobody could ask is lost, never kept.
"""

import asyncio
import logging

from services.chassis import errors
from services.chassis.tasks import stop_if_cancelled
from services.streams import domain
from services.streams.domain import Session
from services.streams.service import Streams

log = logging.getLogger(__name__)
POLICIES = "policyVersions/"
_AT_ONCE = 16
_OVER = "the policy changed: open the session again"


class Anew:
    """``policy_changed`` is told by the bus; ``work_forever`` does the asking."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._number = -1
        self._has_changed = asyncio.Event()

    def policy_changed(self, number: int) -> None:
        """The ending of that number changed the policy: what was decided before it is asked for again soon."""
        self._number = max(self._number, number)
        self._has_changed.set()

    async def work_forever(self) -> None:
        """One round for each change; changes that come meanwhile share the next one."""
        while True:
            stop_if_cancelled()
            await self._has_changed.wait()
            self._has_changed.clear()
            await self.decide_before(self._number)

    async def decide_before(self, number: int) -> None:
        """Every open session that was decided before the ending of that number."""
        waiting = [session for session in await self._streams.sessions.all_open() if session.number < number]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def decide(session: Session) -> None:
            async with turns:
                await self._decide(session)

        await asyncio.gather(*map(decide, waiting))

    async def _decide(self, session: Session) -> None:
        try:
            if not await self._is_assigned_again(session):
                await self._streams.end(session, _OVER)
        except errors.Denied as refusal:
            await self._streams.end(session, f"the policy changed: {refusal.message}"[:200])
        except errors.Error as failure:
            log.warning("%s could not be decided anew: %s", session.name, failure)
            await self._streams.end(session, _OVER)

    async def _is_assigned_again(self, session: Session) -> bool:
        """Permitted, kept by its relay under the new decision, and on record so. Its time is not prolonged."""
        streams = self._streams
        permit = await streams.permissions.decide(domain.order_of(session))
        relay = streams.relays.place(session.camera)
        if relay.name != session.relay:
            return False
        sealed_source = await streams.registry.seal_source(session.camera, relay)
        session = domain.decided_anew(session, permit)
        await streams.relays.assign(session, relay, sealed_source)
        return await streams.sessions.change(session, streams.facts.session("decided_anew", session))
