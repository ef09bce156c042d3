"""A backup of a running cell: one cut through the databases of its services, then the ledger once it has caught up.

    registry, permissions, streams: snapshots within milliseconds ─► every fact on the bus is on record ─► audit's
    ─► each dumped out of its snapshot ─► manifest, last ─► the folder gets its name

A fact is in the outbox of the service that tells it until the bus has it, and the ledger has read everything that the
bus had after the cut. So each is in one of the dumps at least, and the bus itself need not be copied.
"""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path

from services.cell.backup import facts
from services.cell.backup.copiers import Snapshot, copier, kind, name
from services.cell.backup.manifest import Dump, End, Manifest, digest
from services.cell.backup.stores import Stores
from services.cell.layout import Layout, owner_only, write_private
from services.chassis import errors

LEDGER = "audit"
_SCHEMA = "SELECT version_num FROM alembic_version"
_BOOKS = (
    "SELECT book, number, hash FROM records AS one"
    " WHERE number = (SELECT max(number) FROM records AS any_one WHERE any_one.book = one.book)"
)


@dataclass(frozen=True)
class Wish:
    """What is to be copied where. ``home``: of its keys the hashes are noted, and the files copied if ``with_keys``.

    ``programs``: PostgreSQL's, if they are not on the path; ``within_s``: the ledger has to catch up.
    """

    folder: Path
    stores: Stores
    now: datetime  # aware, UTC
    home: Layout | None = None
    with_keys: bool = False
    programs: Path | None = None
    within_s: float = 60.0


@dataclass(frozen=True)
class Taken:
    """A backup, and the SHA-256 of its manifest: whoever keeps that elsewhere knows it again."""

    manifest: Manifest
    sha256: str


async def take(wish: Wish) -> Taken:
    """Make the backup; its folder appears whole or not at all. Raises errors.Error."""
    if wish.folder.exists():
        raise errors.FailedPrecondition("STATE_WRONG", f"{wish.folder} is there already: name a folder that is not")
    draft = wish.folder.with_name(f".{wish.folder.name}.draft")
    with owner_only():
        shutil.rmtree(draft, ignore_errors=True)  # of one that was interrupted
        draft.mkdir(parents=True)
        try:
            manifest = await _fill(draft, wish)
            sha256 = manifest.write(draft)
            _sync(draft)
            draft.rename(wish.folder)
            _sync(wish.folder.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Taken(manifest, sha256)


async def _fill(draft: Path, wish: Wish) -> Manifest:
    stores = wish.stores
    if stores.bus is None:
        message = "it is not known where the bus is, so nobody can say that the ledger has every fact: start the cell"
        raise errors.FailedPrecondition("STATE_WRONG", message)
    async with _cut(wish) as snapshots:
        books = {row[0]: End(int(row[1]), bytes(row[2]).hex()) for row in await snapshots[LEDGER].rows(_BOOKS)}
        dumps = {}
        for service, snapshot in snapshots.items():
            of_kind = kind(stores.databases[service])
            target = draft / name(service, of_kind)
            schema = str((await snapshot.rows(_SCHEMA))[0][0])
            await snapshot.dump(target)
            dumps[service] = Dump(of_kind, schema, target.stat().st_size, digest(target))
    secrets = secret_files(wish.home) if wish.home else {}
    for path, file in secrets.items() if wish.with_keys else ():
        write_private(draft / path, file.read_bytes())
    genesis = _genesis(draft, wish.home)
    noted = {path: digest(file) for path, file in secrets.items()}
    return Manifest(wish.now, metadata.version("kapok"), dumps, books, noted, wish.with_keys, genesis)


@asynccontextmanager
async def _cut(wish: Wish) -> AsyncIterator[Mapping[str, Snapshot]]:
    """Views of the databases that belong together."""
    urls, bus = wish.stores.databases, wish.stores.bus
    assert bus is not None, "asked before"
    async with AsyncExitStack() as held:
        taken = {}
        for service in (one for one in urls if one != LEDGER):
            view = copier(urls[service], wish.programs).snapshot(urls[service])
            taken[service] = await held.enter_async_context(view)
        await facts.recorded(bus, wish.within_s)
        view = copier(urls[LEDGER], wish.programs).snapshot(urls[LEDGER])
        taken[LEDGER] = await held.enter_async_context(view)
        yield taken


def secret_files(home: Layout) -> dict[str, Path]:
    """Keys and certificates of a home by their path below it: what a backup names, and holds only when asked to."""
    found = (path for folder in (home.keys, home.certificates) for path in sorted(folder.rglob("*")))
    return {path.relative_to(home.home).as_posix(): path for path in found if path.is_file() and path.name[0] != "."}


def _genesis(draft: Path, home: Layout | None) -> str:
    """The first policy is signed, and no secret."""
    if home is None or not home.genesis.exists():
        return ""
    write_private(draft / home.genesis.name, home.genesis.read_bytes())
    return digest(draft / home.genesis.name)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
