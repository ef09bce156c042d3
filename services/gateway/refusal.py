"""Refusals go on record before they are answered (Article 16); when the ledger is away they wait, bounded, and follow.

An agency must not be able to lengthen or end its own trail: a call cancelled while its refusal is being written
leaves the refusal in the queue.
"""

import asyncio
import dataclasses
import logging
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from services.chassis import errors
from services.gateway.metrics import REFUSALS_LOST, REFUSALS_WAITING

log = logging.getLogger(__name__)
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One call refused, or ``count`` alike: who asked, what for, by which rule and article, and what it was told."""

    principal: str
    method: str
    code: str
    reason: str
    message: str
    request_id: str
    camera: str = ""
    rule: str = ""
    article: str = ""
    count: int = 1


class Ledger(Protocol):
    """What the book needs of audit."""

    async def record(self, refusal: Refusal) -> None:
        """Return once it is on record; errors.Error otherwise."""
        ...


class RefusalBook:
    """Writes refusals to the ledger, in order once some wait. At most ``capacity`` wait; beyond, the log holds them."""

    def __init__(self, ledger: Ledger, capacity: int = 10_000, retry_s: float = _RETRY_S) -> None:
        self._ledger = ledger
        self._capacity = capacity
        self._retry_s = retry_s
        self._waiting: deque[Refusal] = deque()
        self._has_waiting = asyncio.Event()

    async def record(self, refusal: Refusal) -> None:
        """Return when ``refusal`` is on record, or waits for the ledger to come back."""
        if self._waiting:
            return self._keep(refusal, "others wait")
        try:
            await self._ledger.record(refusal)
        except errors.Error as error:
            self._keep(refusal, error.message)
        except asyncio.CancelledError:
            self._keep(refusal, "the caller went away")
            raise
        return None

    async def write_forever(self) -> None:
        """Write what waits, for as long as the gateway lives."""
        while True:
            await self._has_waiting.wait()
            if not await self._write_next():
                await asyncio.sleep(self._retry_s)

    async def drain(self, timeout_s: float) -> None:
        """Write what still waits before the process ends, or give up after ``timeout_s``; the log has them all."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._waiting and await self._write_next():
                    pass
        except TimeoutError:
            log.warning("%d refusals stay in the log alone: the ledger did not take them", len(self._waiting))

    def _keep(self, refusal: Refusal, why: str) -> None:
        details = dataclasses.asdict(refusal)
        details["told"] = details.pop("message")  # a log record has a message of its own
        if len(self._waiting) >= self._capacity:
            REFUSALS_LOST.inc()
            log.error("a refusal is in this log alone, the queue is full: %s", why, extra=details)
            return
        log.warning("a refusal waits for the ledger: %s", why, extra=details)
        self._waiting.append(refusal)
        REFUSALS_WAITING.set(len(self._waiting))
        self._has_waiting.set()

    async def _write_next(self) -> bool:
        """Whether the next one left the queue."""
        refusal = self._waiting[0]
        try:
            await self._ledger.record(refusal)
        except (errors.Unavailable, errors.Exhausted, errors.Internal) as error:
            log.warning("%d refusals wait for the ledger: %s", len(self._waiting), error.message)
            return False
        except errors.Error as error:
            # One that the ledger will never take must not hold back those behind it.
            REFUSALS_LOST.inc()
            log.error("the ledger refuses a refusal, it is in this log alone: %s", error.message)
        self._waiting.popleft()
        REFUSALS_WAITING.set(len(self._waiting))
        if not self._waiting:
            self._has_waiting.clear()
        return True
