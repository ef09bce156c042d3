"""Areas by their tiles: how many cameras lie in them, and which."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.joined import Strips
from services.registry.store import arrays, checks, sql
from services.registry.store.search import Search

# A camera is reached through its own district's tile, so that none is met twice. SQLite joins in the order of CROSS
# JOINs, PostgreSQL in that of LATERALs: an offset keeps them apart, a limit that is never met says that few are meant.
_TILES = {
    "sqlite": "FROM {strips} CROSS JOIN tiles t ON t.tile BETWEEN strips.low AND strips.high",
    "postgresql": (
        "FROM {strips} CROSS JOIN LATERAL (SELECT tile, district, count FROM tiles"
        " WHERE tile BETWEEN strips.low AND strips.high OFFSET 0) t"
    ),
}
_CAMERAS = {
    "sqlite": "CROSS JOIN cameras c ON c.tile = t.tile",
    "postgresql": "CROSS JOIN LATERAL (SELECT * FROM cameras WHERE tile = t.tile ORDER BY tile LIMIT 100000) c",
}


async def districts(transaction: AsyncConnection, covering: Strips) -> dict[str, int]:
    """How many cameras the districts have in the tiles of an area, which is at least those inside it."""
    tiles = _TILES[transaction.dialect.name].format(strips=arrays.ranges(transaction, "strips"))
    counted = sql.text(f"SELECT t.district, sum(t.count) {tiles} GROUP BY t.district")
    parameters = arrays.encoded_ranges(transaction, "strips", covering)
    return {district: int(count) for district, count in await transaction.execute(counted, parameters) if count}


async def cameras(
    transaction: AsyncConnection, search: Search, covering: Strips, of_districts: Iterable[str]
) -> Sequence[Any]:
    """The light rows of the cameras of some districts in an area's tiles that pass the database's checks."""
    dialect = transaction.dialect.name
    tiles = _TILES[dialect].format(strips=arrays.ranges(transaction, "strips"))
    of = arrays.rows(transaction, "districts", "text")
    found = (
        f"SELECT {checks.columns(search)} {tiles} {_CAMERAS[dialect]} WHERE t.count > 0"
        f" AND t.district IN (SELECT value FROM {of}) AND substr(c.code, 1, 6) = t.district"
        f" AND {checks.condition(search, dialect)}"
    )
    parameters = {
        "districts": arrays.encoded(transaction, of_districts),
        **arrays.encoded_ranges(transaction, "strips", covering), **checks.parameters(search),
    }  # fmt: skip
    return (await transaction.execute(sql.text(found), parameters)).all()
