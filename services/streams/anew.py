"""Running sessions when the policy changes: each is decided anew by the new one and put on record so, or ended.

The relays have decided by themselves at once (`relay.judge`): this brings the record after them, rule and number, and
keeps what a relay could not decide. So nothing is ended for want of an answer; who is away is asked again.
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
_AGAIN_S = 1.0


class Running(Protocol):
    """The sessions that run."""

    async def all_open(self) -> Sequence[Session]:
        """Every open session."""
        ...

    async def assign_again(self, session: Session) -> Session:
        """Have its relay keep it under a new decision; errors.Denied when the policy has no such right any more."""
        ...

    async def end_denied(self, session: Session, refusal: errors.Denied, why: str) -> None:
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
        """One round for each change, and one each second while some session is undecided."""
        while True:
            stop_if_cancelled()
            await self._has_changed.wait()
            self._has_changed.clear()
            if undecided := await self.decide_before(self._number):
                log.warning("%d sessions could not be decided anew yet", undecided)
                await asyncio.sleep(_AGAIN_S)
                self._has_changed.set()

    async def decide_before(self, number: int) -> int:
        """Every open session that was decided before the ending of that number; how many could not be."""
        waiting = [session for session in await self._running.all_open() if session.number < number]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def is_decided(session: Session) -> bool:
            async with turns:
                return await self._is_decided(session)

        return (await asyncio.gather(*map(is_decided, waiting))).count(False)

    async def _is_decided(self, session: Session) -> bool:
        try:
            await self._running.assign_again(session)
        except errors.Denied as refusal:
            await self._running.end_denied(session, refusal, "the policy changed")
        except errors.Error as failure:
            log.warning("%s could not be decided anew: %s", session.name, failure)
            return False
        return True
