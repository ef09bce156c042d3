"""A page whose cameras are checked one by one: stretch after stretch of the list, until enough are found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.store import checks, ranges
from services.registry.store.search import Found, KeyValue, Search
from services.registry.units import Units

_STRIDE = 300  # cameras of the first stretch, and of each in the least
_LEAST = 30  # a stretch of few cameras costs as much as of so many
_DENSE = 0.01  # what passes of the cameras looked at, when an index would find too many


class Walk:
    """One page of ``search`` over ``units``, and over cameras that papers name beyond them (light rows)."""

    def __init__(self, transaction: AsyncConnection, units: Units, search: Search, named: Sequence[Any]) -> None:
        self._transaction = transaction
        self._units = units
        self._search = search
        self._named = named
        self._stretches = ranges.Stretches(transaction, units, search)
        self._passed: list[Any] = []
        self._after = search.start
        self._looked_at = 0
        self._read = 0
        self.is_at_end = False

    @property
    def is_full(self) -> bool:
        """Whether there are more than the page takes."""
        return len(self._passed) > self._search.limit

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to go on for."""
        return self.is_full or self.is_at_end

    @property
    def is_dense(self) -> bool:
        """Whether much of what was looked at passed the database's checks."""
        return self._read > _DENSE * self._looked_at

    @property
    def found(self) -> Found:
        """The page as far as the walk went."""
        limit = self._search.limit
        ids = tuple(row.id for row in self._passed[:limit])
        last = self._passed[limit - 1].key if self.is_full else None if self.is_at_end else self._after
        return Found(ids, last)

    async def go(self, most: int) -> None:
        """On until the page is full, the list is at its end, or ``most`` cameras have been looked at."""
        while not self.is_over and self._looked_at <= most - _STRIDE:
            found = await self._stretches.next(self._after, min(self._wish(), most - self._looked_at))
            upto = self._search.order.end if found is None else found
            self._passed += checks.passing(self._search, await self._rows(upto))
            self._after, self.is_at_end = upto, found is None

    def _wish(self) -> int:
        """How many to look at next: half as many again as would do if they are like those before."""
        lacking = self._search.limit + 1 - len(self._passed)
        return max(_STRIDE, 3 * lacking * self._looked_at // (2 * len(self._passed) + 1))

    async def _rows(self, upto: KeyValue) -> Sequence[Any]:
        """What may pass of the stretch up to ``upto``, in order."""
        order = self._search.order
        rows = [
            row for row in self._named if order.is_behind(row.key, self._after) and not order.is_behind(row.key, upto)
        ]
        if self._units:
            read, count = await ranges.within(self._transaction, self._units, self._search, self._after, upto)
            rows += read
            self._read += len(read)
            self._looked_at += max(count, _LEAST)
        return sorted(rows, key=lambda row: row.key, reverse=order.is_descending)
