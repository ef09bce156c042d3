"""The index of words, in what each database has for it: SQLite's FTS5 without content, PostgreSQL's GIN over int[].

Both hold the same ints (services.registry.words), and with them the camera's district, category, level and system as
*marks*: so a search for words within a district reads the postings of both and meets only cameras that have all.
"""

import functools
import zlib
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import Camera
from services.registry.store import copying, sql
from services.registry.words import tokens

Indexed = Iterable[tuple[int, Sequence[int]]]  # ids of cameras, and the numbers by which each is found
TABLES = {
    "sqlite": ("CREATE VIRTUAL TABLE words USING fts5(tokens, content='', columnsize=0, detail=none)",),
    "postgresql": (
        "CREATE TABLE words (id bigint PRIMARY KEY, tokens integer[] NOT NULL)",
        "CREATE INDEX words_by_token ON words USING gin (tokens)",
    ),
}
_COLUMNS = {"sqlite": ("rowid", "tokens"), "postgresql": ("id", "tokens")}
ADD = {
    "sqlite": "INSERT INTO words (rowid, tokens) VALUES (:id, :tokens)",
    "postgresql": "INSERT INTO words (id, tokens) VALUES (:id, CAST(:tokens AS integer[]))",
}
_REMOVE = {  # FTS5 without content must be told what it once was given
    "sqlite": "INSERT INTO words (words, rowid, tokens) VALUES ('delete', :id, :tokens)",
    "postgresql": "DELETE FROM words WHERE id = :id",
}
_FIND = {
    "sqlite": "SELECT rowid AS id FROM words WHERE words MATCH :all LIMIT :most",
    "postgresql": "SELECT id FROM words WHERE tokens @> CAST(:all AS integer[]){any} LIMIT :most",
}
_ANY = " AND tokens && CAST(:any{number} AS integer[])"


def mark(facet: str, value: object) -> int:
    """The int that stands for a camera's ``facet``; shares the 31 bits with words, and so may collide like them."""
    return zlib.crc32(f"{facet}\0{value}".encode()) & 0x7FFFFFFF


def indexed(camera: Camera, level: int | None = None) -> list[int]:
    """Everything by which the camera can be found, at its own level or at ``level``."""
    shared = (int(camera.district), camera.category, camera.level if level is None else level, camera.system)
    return [*tokens(camera.texts), *_marks(*shared)]


@functools.lru_cache(maxsize=1024)
def _marks(district: int, category: int, level: int, system: str) -> tuple[int, ...]:
    """What many cameras that are registered together share."""
    return mark("district", district), mark("category", category), mark("level", level), mark("system", system)


async def add(transaction: AsyncConnection, found: Indexed) -> None:
    """Index cameras."""
    dialect = transaction.dialect.name
    await copying.copy(transaction, "words", _COLUMNS[dialect], [(n, _encoded(dialect, ns)) for n, ns in found])


async def remove(transaction: AsyncConnection, found: Indexed) -> None:
    """Take cameras out, as they were indexed."""
    await transaction.execute(sql.text(_REMOVE[transaction.dialect.name]), rows(transaction.dialect.name, found))


async def find(
    transaction: AsyncConnection, every: Sequence[int], any_of: Sequence[Sequence[int]], most: int
) -> Sequence[int] | None:
    """The ids of cameras with all of ``every`` and one of each of ``any_of``; None when they are more than ``most``.

    Ints may collide: verify.
    """
    statement, parameters = _question(transaction.dialect.name, every, any_of)
    found = (await transaction.scalars(sql.text(statement), parameters | {"most": most + 1})).all()
    return found if len(found) <= most else None


def _question(dialect: str, every: Sequence[int], any_of: Sequence[Sequence[int]]) -> tuple[str, dict[str, object]]:
    if dialect == "sqlite":
        groups = [" OR ".join(str(token) for token in group) for group in any_of]
        together = [str(token) for token in every] + [f"({group})" for group in groups]
        return _FIND[dialect], {"all": " AND ".join(together)}
    clauses = "".join(_ANY.format(number=number) for number in range(len(any_of)))
    anys = {f"any{number}": list(group) for number, group in enumerate(any_of)}
    return _FIND[dialect].format(any=clauses), {"all": list(every), **anys}


def rows(dialect: str, found: Indexed) -> list[dict[str, object]]:
    """The parameters of `ADD`."""
    return [{"id": number, "tokens": _encoded(dialect, numbers)} for number, numbers in found]


def _encoded(dialect: str, numbers: Sequence[int]) -> str | list[int]:
    return " ".join(map(str, numbers)) if dialect == "sqlite" else list(numbers)
