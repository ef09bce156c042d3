"""A database in a file: copied by SQLite's own backup out of one read transaction, while others go on writing."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

SUFFIX = "db"
_WAIT_S = 10.0


@dataclass(frozen=True)
class Snapshot:
    """One view of the database, held by ``source``."""

    source: sqlite3.Connection

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        """What ``query`` finds in it."""
        return self.source.execute(query).fetchall()

    async def dump(self, target: Path) -> None:
        """Write it, on disk when this returns."""
        await asyncio.to_thread(self._copy, target)

    def _copy(self, target: Path) -> None:
        with closing(sqlite3.connect(target)) as copy:
            self.source.backup(copy)  # all pages in one step, out of the transaction that is open
            copy.execute("PRAGMA journal_mode=DELETE")  # a file by itself
        with target.open("rb") as file:
            os.fsync(file.fileno())


@dataclass(frozen=True)
class Copier:
    """Takes and puts back; ``programs`` are PostgreSQL's, which this needs none of."""

    programs: Path | None = None

    @asynccontextmanager
    async def snapshot(self, url: str) -> AsyncIterator[Snapshot]:
        """The database as it is now, while inside."""
        path = _path(url)
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_S, check_same_thread=False)) as source:
            source.isolation_level = None
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from this on the view is fixed
            yield Snapshot(source)

    async def is_empty(self, url: str) -> bool:
        """Whether nothing was ever written there."""
        path = _path(url)
        return not path.exists() or path.stat().st_size == 0

    async def is_in_use(self, _url: str) -> bool:
        """A home is claimed as a whole."""
        return False

    async def load(self, dump: Path, url: str) -> None:
        """Have the database be what was dumped, whole or not at all."""
        await asyncio.to_thread(_put, dump, _path(url))


def _put(dump: Path, path: Path) -> None:
    draft = path.with_name(f".{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        with dump.open("rb") as source:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    for log in ("-wal", "-shm"):  # of the database that was there
        path.with_name(path.name + log).unlink(missing_ok=True)
    draft.replace(path)


def _path(url: str) -> Path:
    return Path(sa.make_url(url).database or "")
