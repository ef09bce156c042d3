"""Calls beyond a limit go on record by their count: a caller that floods is on record, and its flood is no more work.

The first of a kind is a refusal like any; those that follow it within some seconds are counted, and follow as one.
"""

import asyncio
import dataclasses
import logging

from services.gateway.metrics import REFUSALS_LOST
from services.gateway.refusal import Refusal, RefusalBook

log = logging.getLogger(__name__)
_EVERY_S = 5.0
_KINDS = 10_000  # of them, counted at once: callers times the methods that they flood
_Kind = tuple[str, str, str]


class Overruns:
    """Counts; the book writes. Bounded: beyond ``_KINDS`` the log alone has them."""

    def __init__(self, book: RefusalBook, every_s: float = _EVERY_S) -> None:
        self._book = book
        self._every_s = every_s
        self._counted: dict[_Kind, Refusal] = {}

    async def record(self, refusal: Refusal) -> None:
        """Return when it is on record, waits for the ledger, or is counted with one that is."""
        kind = (refusal.principal, refusal.method, refusal.message)
        found = self._counted.get(kind)
        if found is not None:
            self._counted[kind] = dataclasses.replace(refusal, count=found.count + 1)
        elif len(self._counted) >= _KINDS:
            REFUSALS_LOST.inc()
            log.error("a call beyond a limit is in this log alone: too many kinds of them are counted")
        else:
            self._counted[kind] = dataclasses.replace(refusal, count=0)
            await self._book.record(refusal)

    async def write_forever(self) -> None:
        """Write the counts, for as long as the gateway lives."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.write()

    async def write(self) -> None:
        """Write what was counted, and begin anew."""
        counted, self._counted = self._counted, {}
        for refusal in counted.values():
            if refusal.count:
                await self._book.record(refusal)
