"""Finding cameras: a page is merged from few index ranges, or sorted out of few candidates. Never a scan.

classes in scope and filter → units (services.registry.units)
neither words nor area      → the front of the units (`ranges`)
few cameras in the area, or few hits of words
                            → candidates, exactly, sorted here
else                        → stretches of the units, checked row by row up to a bound (`walk`):
                              such a page may come short before the end of the list (AIP-158)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import code_of
from services.registry.joined import Strips, strips
from services.registry.store import arrays, checks, ranges, sql, tiled, words
from services.registry.store.classes import ClassBook
from services.registry.store.search import Found, Search
from services.registry.store.walk import Walk
from services.registry.units import Classes, Mask, Units

FEW = 1_000  # candidates that are read whole and sorted
_TASTED = 1_000  # cameras looked at before an index is asked: by then most pages are full, or their list has ended
_LOOKED_AT = 2_400  # and at the most: more would fill a page oftener, and take longer
_WEIGHED = 300  # classes whose cameras are counted before a way is chosen; more have many
_BEHIND_ALL = "9" * 14  # of a code, behind its district
_MARKED = 50  # alternatives of one facet that are worth asking the index of words for


async def page(transaction: AsyncConnection, book: ClassBook, search: Search) -> Found:
    """The next cameras of ``search``; fewer than its limit before the end only where checking rows took too long."""
    known = await book.refresh(transaction)
    permitted = known.permitted(search.scope)
    asked = known.filtered(search.classes) & ~known.denied(search.scope)
    hunt = _Hunt(transaction, search, known, asked & permitted)
    named = await hunt.named(known.ids(asked & ~permitted)) if search.scope.cameras else []
    if not hunt.mask.any() and not named:
        return Found()
    return await (hunt.checked(named) if search.is_checked else hunt.plain(named))


@dataclass(frozen=True)
class _Hunt:
    """One search at work over the classes of ``mask``, and over cameras that papers name beyond them."""

    transaction: AsyncConnection
    search: Search
    known: Classes
    mask: Mask

    async def named(self, classes: frozenset[int]) -> list[Any]:
        """Light rows of the cameras that the scope names and that only so are in it."""
        codes = [code for name in self.search.scope.cameras if (code := code_of(name))]
        return [row for row in await self._rows("c.code", codes, "text") if row.class_id in classes]

    async def plain(self, named: Sequence[Any]) -> Found:
        """By units alone."""
        search, most = self.search, self.search.limit + 1
        found: list[Any] = []
        for units in self._groups():
            if len(found) < most:
                found += await ranges.front(self.transaction, units, search, search.start, most - len(found))
        return self._cut([*found, *named])

    def _groups(self) -> list[Units]:
        """Units that come one after the other: by name those of the first district, since names begin with it."""
        search, rest = self.search, self.mask
        groups = []
        if search.order.key == "code":
            left = self._left()
            first = self.known.in_districts([str(search.order.first(left))]) if left else ~rest
            rest = rest & self.known.in_districts(left)
            groups, rest = [self.known.units(rest & first)], rest & ~first
        return [units for units in (*groups, self.known.units(rest)) if units]

    async def checked(self, named: Sequence[Any]) -> Found:
        """By candidates where there are few of them, else by a walk."""
        hunt, search, tiled_in = self, self.search, dict[str, int]()
        covering: Strips = ()
        if search.area:
            covering = strips(search.area)
            tiled_in = await tiled.districts(self.transaction, covering)
            if sum(tiled_in.values()) <= FEW:
                return self._cut([*await self._by_tiles(covering, tiled_in), *named])
            hunt = replace(self, mask=self.mask & self.known.in_districts(tiled_in))
        sizes = await hunt._sizes()
        is_small = sizes is not None and sum(sizes.values()) <= _LOOKED_AT
        walk = hunt._walk(named)
        if search.words and not is_small:
            await walk.go(_TASTED)
            if not walk.is_over and not walk.is_dense and (hits := await hunt._by_words()) is not None:
                return self._cut([*hits, *named])
        is_by_district = search.area and search.order.key == "code" and not (named or is_small or walk.is_over)
        if is_by_district and not (search.words and hunt._begins_with_many(tiled_in)):
            return await hunt._by_district(covering, tiled_in, sizes)
        await walk.go(_LOOKED_AT + _TASTED)
        return walk.found

    async def _sizes(self) -> dict[str, int] | None:
        """How many cameras there are by district; None when they are of many classes."""
        ids = self.known.ids(self.mask)
        if len(ids) > _WEIGHED:
            return None
        listed = arrays.rows(self.transaction, "listed", "integer")
        counted = sql.text(f"SELECT id, count FROM classes WHERE id IN (SELECT value FROM {listed})")
        found = await self.transaction.execute(counted, {"listed": arrays.encoded(self.transaction, ids)})
        return self.known.by_district(dict(map(tuple, found)))

    async def _by_district(self, covering: Strips, tiled_in: dict[str, int], sizes: dict[str, int] | None) -> Found:
        """An area by name: district after district, since names begin with them; those with few are sorted out.

        Stops behind a district when enough was looked at: then the page is short.
        """
        order, ids, looked_at = self.search.order, tuple[int, ...](), 0
        for district in sorted(tiled_in, reverse=order.is_descending):
            mask = self.mask & self.known.in_districts([district])
            if not mask.any() or self._is_passed(district):
                continue
            hunt = replace(self, mask=mask, search=replace(self.search, limit=self.search.limit - len(ids)))
            least = min(tiled_in[district], _LOOKED_AT if sizes is None else sizes.get(district, 0))
            if tiled_in[district] == least <= FEW:
                found = hunt._cut(await hunt._by_tiles(covering, [district]))
            else:
                walk = hunt._walk([])
                await walk.go(_LOOKED_AT)
                found = walk.found
            ids, looked_at = ids + found.ids, looked_at + least
            if found.last is not None:
                return Found(ids, found.last)
            if len(ids) == self.search.limit or looked_at > _LOOKED_AT:
                return Found(ids, district if order.is_descending else f"{district}{_BEHIND_ALL}")
        return Found(ids)

    def _walk(self, named: Sequence[Any]) -> Walk:
        return Walk(self.transaction, self.known.units(self.mask), self.search, named)

    def _begins_with_many(self, tiled_in: dict[str, int]) -> bool:
        """Whether the first district of the list has many cameras in the area: a walk is in it, and may go on."""
        left = self._left()
        return bool(left) and tiled_in[str(self.search.order.first(left))] > FEW

    def _left(self) -> list[str]:
        """The districts that the page does not begin behind."""
        return [one for one in map(str, self.known.values("district", self.mask)) if not self._is_passed(one)]

    def _is_passed(self, district: str) -> bool:
        """Whether the page begins behind the whole of a district."""
        start = str(self.search.start)
        return district >= start if self.search.order.is_descending else f"{district}{_BEHIND_ALL}" <= start

    async def _by_words(self) -> list[Any] | None:
        """The rows with every word; None when there are too many of them to sort."""
        assert self.search.words is not None
        marks = [[words.mark("system", system) for system in self.search.classes.systems]]
        for facet in ("district", "category", "level"):
            values = self.known.values(facet, self.mask)
            if len(values) <= _MARKED and not self.known.is_everything(facet, self.mask):
                marks.append([words.mark(facet, value) for value in values])
        groups = [group for group in marks if group]
        ids = await words.find(self.transaction, self.search.words.tokens, groups, FEW)
        return None if ids is None else self._own(await self._rows("c.id", ids))

    async def _by_tiles(self, covering: Strips, districts: Iterable[str]) -> list[Any]:
        """The light rows of some districts in an area's tiles."""
        return self._own(await tiled.cameras(self.transaction, self.search, covering, districts))

    def _own(self, rows: Sequence[Any]) -> list[Any]:
        """Those of the classes that are asked for and permitted."""
        classes = self.known.ids(self.mask)
        return [row for row in rows if row.class_id in classes]

    def _cut(self, candidates: Sequence[Any]) -> Found:
        """The page out of all candidates."""
        search = self.search
        passing = checks.passing(search, [row for row in candidates if search.order.is_behind(row.key, search.start)])
        passing.sort(key=lambda row: row.key, reverse=search.order.is_descending)
        ids = tuple(row.id for row in passing[: search.limit])
        return Found(ids, passing[search.limit - 1].key if len(passing) > search.limit else None)

    async def _rows(self, column: str, values: Sequence[Any], sql_type: str = "bigint") -> list[Any]:
        """Light rows of the cameras with these ids or codes that pass the database's checks."""
        listed = arrays.rows(self.transaction, "listed", sql_type)
        statement = (
            f"SELECT {checks.columns(self.search)} FROM cameras c"
            f" WHERE {column} IN (SELECT value FROM {listed}) AND {self._condition}"
        )
        parameters = {"listed": arrays.encoded(self.transaction, values), **checks.parameters(self.search)}
        return [*(await self.transaction.execute(sql.text(statement), parameters)).all()]

    @property
    def _condition(self) -> str:
        return checks.condition(self.search, self.transaction.dialect.name)
