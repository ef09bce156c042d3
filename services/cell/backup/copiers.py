"""Who copies a database, by the scheme of its URL."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from services.cell.backup import postgresql, sqlite
from services.chassis import errors

SUFFIXES = {"sqlite": sqlite.SUFFIX, "postgresql": postgresql.SUFFIX}


class Snapshot(Protocol):
    """One view of a database."""

    async def rows(self, query: str) -> Sequence[Sequence[Any]]: ...

    async def dump(self, target: Path) -> None: ...


class Copier(Protocol):
    """Takes databases of one kind, and puts them back."""

    def snapshot(self, url: str) -> AbstractAsyncContextManager[Snapshot]: ...

    async def is_empty(self, url: str) -> bool: ...

    async def is_in_use(self, url: str) -> bool: ...

    async def load(self, dump: Path, url: str) -> None: ...


def kind(url: str) -> str:
    """Of the database there; errors.FailedPrecondition when it is none of ours."""
    try:
        found = sa.make_url(url).get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        found = ""
    if found not in SUFFIXES:
        raise errors.FailedPrecondition("STATE_WRONG", f"no database's URL: {sorted(SUFFIXES)} are known")
    return found


def copier(url: str, programs: Path | None) -> Copier:
    """For the database at ``url``."""
    kinds: dict[str, type[Any]] = {"sqlite": sqlite.Copier, "postgresql": postgresql.Copier}
    made: Copier = kinds[kind(url)](programs)
    return made


def name(service: str, of_kind: str) -> str:
    """The file of a service's dump in a backup."""
    return f"{service}.{SUFFIXES[of_kind]}"
