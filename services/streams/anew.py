"""Running sessions when the policy changes: each is decided anew by the new one, and ended where that says no.

A relay lets what was decided before last for some seconds (`relay.doorkeeper`), and ends what is not assigned to it
again by then. So a session for which nobody could ask is lost, never kept.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from services.chassis import errors
from services.chassis.tasks import stop_if_cancelled
from services.streams.domain import Session

log = logging.getLogger(__name__)
POLICIES = "policyVersions/"
_AT_ONCE = 16
_OVER = "the policy changed: open the session again"


class Running(Protocol):
    """The sessions that run."""

    async def all_open(self) -> Sequence[Session]:
        """Every open session."""
        ...

    async def is_assigned_again(self, session: Session) -> bool:
        """Whether its relay keeps it under a new decision; errors.Denied when the policy has no such right any more."""
        ...

    async def end(self, session: Session, reason: str) -> None:
        """Close its record and end its viewers."""
        ...


class Anew:
    """``policy_changed`` is told by the bus; ``work_forever`` does the asking."""

    def __init__(self, running: Running) -> None:
        self._running = running
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
        waiting = [session for session in await self._running.all_open() if session.number < number]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def decide(session: Session) -> None:
            async with turns:
                await self._decide(session)

        await asyncio.gather(*map(decide, waiting))

    async def _decide(self, session: Session) -> None:
        try:
            if not await self._running.is_assigned_again(session):
                await self._running.end(session, _OVER)
        except errors.Denied as refusal:
            await self._running.end(session, f"the policy changed: {refusal.message}"[:200])
        except errors.Error as failure:
            log.warning("%s could not be decided anew: %s", session.name, failure)
            await self._running.end(session, _OVER)
