"""Finding cameras: a page is merged from few index ranges, or sorted out of few candidates. Never a scan.

classes in scope and filter → units (services.registry.units)
few hits of words, or few cameras in the area → candidates, exactly, sorted here
else                                          → runs of the units (`ranges`), checked row by row up to a bound:
                                                such a page may come short before the end of the list (AIP-158)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.area import inside, strips
from services.registry.domain import code_of
from services.registry.store import arrays, ranges, words
from services.registry.store.classes import ClassBook
from services.registry.store.search import Found, KeyValue, Search
from services.registry.units import Classes, Mask, Units

FEW = 1_500  # candidates that are read whole and sorted
_LOOKED_AT = 1_200  # rows checked one by one for a page: more would fill it oftener, and take longer
_CHUNK = 200
_MARKED = 50  # alternatives of one facet that are worth asking the index of words for
# CROSS JOIN: SQLite then reads the strips first and the index of tiles for each, and asks no statistics.
_IN_TILES = "FROM {strips} CROSS JOIN {table} c WHERE c.tile BETWEEN strips.low AND strips.high"
Strips = Sequence[tuple[int, int]]


async def page(transaction: AsyncConnection, book: ClassBook, search: Search) -> Found:
    """The next cameras of ``search``; fewer than its limit before the end only where checking rows took too long."""
    known = await book.refresh(transaction)
    asked, permitted = known.filtered(search.classes), known.permitted(search.scope)
    hunt = _Hunt(transaction, search, known, asked & permitted)
    named = await hunt.named(known.ids(asked & ~permitted)) if search.scope.cameras else []
    return await hunt.page(named)


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

    async def page(self, named: Sequence[Any]) -> Found:
        """By candidates where there are few of them, else by units."""
        search, mask = self.search, self.mask
        if not mask.any() and not named:
            return Found()
        if search.words and (hits := await self._by_words()) is not None:
            return self._sorted_out(hits, named)
        if search.area:
            covering = strips(search.area)
            districts = await self._districts(covering)
            if sum(districts.values()) <= FEW:
                return self._sorted_out(await self._by_tiles(covering), named)
            mask = mask & self.known.in_districts(districts)
            if search.order.key == "code" and not named:
                return await self._by_district(mask, districts, covering)
        return await self._walk(mask, named)

    async def _by_district(self, mask: Mask, districts: dict[str, int], covering: Strips) -> Found:
        """An area by name: district after district, since names begin with them; those with few are sorted out."""
        ids: tuple[int, ...] = ()
        for district in sorted(districts, reverse=self.search.order.is_descending):
            hunt = replace(self, mask=mask & self.known.in_districts([district]))
            wanted = replace(self.search, limit=self.search.limit - len(ids))
            if not hunt.mask.any() or self.is_passed(district):
                continue
            hunt = replace(hunt, search=wanted)
            if districts[district] <= FEW:
                found = hunt._sorted_out(await self._by_tiles(covering, district), [])
            else:
                found = await hunt._walk(hunt.mask, [])
            ids += found.ids
            if found.last is not None:
                return Found(ids, found.last)
            if len(ids) == self.search.limit:
                return Found(ids, await self._key(ids[-1]))
        return Found(ids)

    def is_passed(self, district: str) -> bool:
        """Whether the page begins behind the whole of a district."""
        after = str(self.search.start)[: len(district)]
        return district > after if self.search.order.is_descending else district < after

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
        return None if ids is None else await self._rows("c.id", ids)

    async def _by_tiles(self, covering: Strips, district: str = "") -> list[Any]:
        """The light rows in an area's tiles, of all districts or of one."""
        statement = f"SELECT {ranges.light(self.search)} {_IN_TILES}"
        if district:
            statement += f" AND c.code BETWEEN '{district}' AND '{district}{'9' * 14}'"  # digits of ours
        return await self._in_tiles(statement, "cameras", covering)

    async def _districts(self, covering: Strips) -> dict[str, int]:
        """How many cameras the districts have in the tiles of the area, which is at least those inside it."""
        statement = f"SELECT c.district, sum(c.count) {_IN_TILES} GROUP BY c.district"
        counted = await self._in_tiles(statement, "tiles", covering)
        return {district: int(count) for district, count in counted if count}

    async def _in_tiles(self, statement: str, table: str, covering: Strips) -> list[Any]:
        filled = statement.format(strips=arrays.ranges(self.transaction, "strips"), table=table)
        parameters = arrays.encoded_ranges(self.transaction, "strips", covering)
        return [*(await self.transaction.execute(sa.text(filled), parameters)).all()]

    def _sorted_out(self, rows: Sequence[Any], named: Sequence[Any]) -> Found:
        """The page out of all candidates; those that papers name are candidates whatever the index says."""
        search, classes = self.search, self.known.ids(self.mask)
        fitting = [row for row in (*named, *rows) if search.order.is_behind(row.key, search.start)]
        named_ids = {row.id for row in named}
        fitting = [row for row in fitting if row.class_id in classes] + [row for row in fitting if row.id in named_ids]
        passing = self._passing(list({row.id: row for row in fitting}.values()))
        passing.sort(key=lambda row: row.key, reverse=search.order.is_descending)
        ids = tuple(row.id for row in passing[: search.limit])
        return Found(ids, passing[search.limit - 1].key if len(passing) > search.limit else None)

    async def _walk(self, mask: Mask, named: Sequence[Any]) -> Found:
        """Run after run in the order of the list, until the page is full, the list ends or enough was looked at."""
        search, groups, after, looked_at = self.search, _Groups(self, mask), self.search.start, 0
        most = _CHUNK if search.words or search.area else search.limit + 1
        found = list[tuple[int, KeyValue]]()
        while looked_at < _LOOKED_AT:
            run = await ranges.run(self.transaction, groups, search, after, most)
            run += [row for row in named if search.order.is_behind(row.key, after)]
            run = sorted(run, key=lambda row: row.key, reverse=search.order.is_descending)[:most]
            found += [(row.id, row.key) for row in self._passing(run)]
            if len(found) > search.limit:
                return _cut(found, search.limit, found[search.limit - 1][1])
            if len(run) < most:
                return _cut(found, search.limit, None)
            after, looked_at = run[-1].key, looked_at + len(run)
            lacking = search.limit + 1 - len(found)
            most = min(max(_CHUNK, 3 * lacking * looked_at // (2 * len(found) + 1)), _LOOKED_AT - looked_at)
        return _cut(found, search.limit, after)

    async def _rows(self, column: str, values: Sequence[Any], sql_type: str = "bigint") -> list[Any]:
        """Light rows of the cameras with these ids or codes."""
        listed = arrays.rows(self.transaction, "listed", sql_type)
        statement = f"SELECT {ranges.light(self.search)} FROM cameras c WHERE {column} IN (SELECT value FROM {listed})"
        parameters = {"listed": arrays.encoded(self.transaction, values)}
        return [*(await self.transaction.execute(sa.text(statement), parameters)).all()]

    async def _key(self, camera_id: int) -> KeyValue:
        [row] = await self._rows("c.id", [camera_id])
        key: KeyValue = row.key
        return key

    def _passing(self, rows: list[Any]) -> list[Any]:
        """Those inside the area and with the words, in the same order."""
        found, search = rows, self.search
        if search.area and found:
            places = np.array([(row.latitude, row.longitude) for row in found])
            is_in = inside(search.area, places[:, 0], places[:, 1])
            found = [row for row, fits in zip(found, is_in.tolist(), strict=True) if fits]
        if search.words:
            wanted = search.words
            found = [row for row in found if wanted.matches((row.display_name, row.display_name_en, row.place))]
        return found


@dataclass
class _Groups:
    """Units that come one after the other: by name that is district after district, since names begin with them.

    Made when the list gets there; a page seldom gets beyond the first.
    """

    hunt: _Hunt
    mask: Mask
    _made: dict[str, Units] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Units]:
        known, order = self.hunt.known, self.hunt.search.order
        if order.key != "code":
            yield self._units("", self.mask)
            return
        for district in sorted(map(str, known.values("district", self.mask)), reverse=order.is_descending):
            if not self.hunt.is_passed(district):
                yield self._units(district, self.mask & known.in_districts([district]))

    def _units(self, name: str, mask: Mask) -> Units:
        if name not in self._made:
            self._made[name] = self.hunt.known.units(mask)
        return self._made[name]


def _cut(found: Sequence[tuple[int, KeyValue]], limit: int, last: KeyValue | None) -> Found:
    return Found(tuple(number for number, _ in found[:limit]), last)
