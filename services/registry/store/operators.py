"""Who runs cameras in an area, counted: by class where districts are meant, tile by tile inside a polygon."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.joined import AnyOf, inside, strips
from services.registry.permission import Scope, ScopeClass
from services.registry.store import arrays, sql
from services.registry.store.classes import ClassBook

_PAGE = 5_000  # cameras looked at together, and those of one more tile
_TILES = {
    "sqlite": "FROM {strips} CROSS JOIN tiles t ON t.tile BETWEEN strips.low AND strips.high",
    "postgresql": "FROM {strips} JOIN tiles t ON t.tile BETWEEN strips.low AND strips.high",
}
_CAMERAS = {
    "sqlite": "FROM {strips} CROSS JOIN cameras c ON c.tile BETWEEN strips.low AND strips.high",
    "postgresql": "FROM {strips} JOIN cameras c ON c.tile BETWEEN strips.low AND strips.high",
}


async def of_districts(transaction: AsyncConnection, book: ClassBook, place: ScopeClass) -> Counter[int]:
    """How many cameras each class of ``place`` has: counts that are kept."""
    counts = await book.counts(transaction)
    known = book.known
    mask = known.permitted(Scope((place,))) & (counts > 0)
    ids = known.in_order(mask)
    return Counter(dict(zip(ids, counts[mask].tolist(), strict=True)))


async def of_polygon(transaction: AsyncConnection, area: AnyOf, bound: str, but: Iterable[int]) -> Counter[int]:
    """The same of the cameras inside ``area``, those of the classes ``but`` left out: they were counted before."""
    dialect, listed = transaction.dialect.name, arrays.ranges(transaction, "strips")
    statement = sql.text(
        f"SELECT c.class_id, c.latitude, c.longitude {_CAMERAS[dialect].format(strips=listed)}"
        " WHERE :bound = '' OR substr(c.code, 1, 6) = :bound"
    )
    found, left_out = Counter[int](), set(but)
    for some in await _batches(transaction, area):
        asked = {"bound": bound, **arrays.encoded_ranges(transaction, "strips", some)}
        if rows := (await transaction.execute(statement, asked)).all():
            found.update(class_id for class_id in _inside(area, rows) if class_id not in left_out)
    return found


async def _batches(transaction: AsyncConnection, area: AnyOf) -> list[list[tuple[int, int]]]:
    """The tiles of an area that have cameras, as ranges, so many together that they have a page of cameras."""
    tiles = _TILES[transaction.dialect.name].format(strips=arrays.ranges(transaction, "strips"))
    counted = sql.text(f"SELECT t.tile, sum(t.count) {tiles} GROUP BY t.tile HAVING sum(t.count) > 0 ORDER BY t.tile")
    parameters = arrays.encoded_ranges(transaction, "strips", strips(area))
    batches: list[list[tuple[int, int]]] = []
    left = 0
    for tile, count in (await transaction.execute(counted, parameters)).all():
        if left <= 0:
            batches.append([])
            left = _PAGE
        batches[-1].append((tile, tile))
        left -= int(count)
    return batches


def _inside(area: AnyOf, rows: Sequence[Any]) -> list[int]:
    places = np.array([(row.latitude, row.longitude) for row in rows])
    held = inside(area, places[:, 0], places[:, 1])
    return [row.class_id for row, is_held in zip(rows, held.tolist(), strict=True) if is_held]
