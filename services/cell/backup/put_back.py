"""Putting a cell back from a backup, while nothing of it runs.

manifest and every hash hold? ─► nobody has the databases open, none has tables (or: over them) ─► audit first, its
books recomputed: are they those of the backup? ─► streams, registry, permissions ─► numbers above all given since
─► the ledger reads again what the bus still has
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import services.audit.app
import services.permissions.app
import services.registry.app
import services.streams.app
from services.audit.service import verified
from services.cell import keys, nats
from services.cell.backup import facts
from services.cell.backup.copiers import copier, kind, name
from services.cell.backup.manifest import End, Manifest, digest, unusable
from services.cell.backup.stores import BusAccess, Stores
from services.cell.backup.taking import LEDGER
from services.cell.layout import Layout, claim, owner_only, prepare, write_private
from services.cell.rights import SETUP
from services.chassis import database, errors

_BUS_WITHIN_S = 20.0
_ORDER = (LEDGER, "streams", "registry", "permissions")  # whoever gives numbers comes last
_MIGRATIONS = {
    "registry": services.registry.app.MIGRATIONS, "permissions": services.permissions.app.MIGRATIONS,
    "streams": services.streams.app.MIGRATIONS, "audit": services.audit.app.MIGRATIONS,
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What is to be put back. ``sha256`` of the manifest, if it is known; ``over``: records that are there may go.

    ``keys``: a folder with `keys` and `certs` of the home, where the backup holds none and the home has none either.
    """

    folder: Path
    sha256: str = ""
    over: bool = False
    keys: Path | None = None
    programs: Path | None = None


async def restore_home(wish: Wish, home: Path) -> Manifest:
    """Into a home, new or not, that no cell uses. Raises errors.Error; before anything was changed if it can."""
    manifest = checked(wish)
    source = _source_of_keys(wish, manifest, home)
    with owner_only():
        layout = prepare(home)
        async with claim(layout) as lock:
            stores = Stores.of_home(layout)
            await _refuse_unless_free(wish, manifest, stores)
            if source is not None:
                for path in manifest.secrets:
                    write_private(layout.home / path, (source / path).read_bytes())
            if manifest.genesis:
                write_private(layout.genesis, (wish.folder / layout.genesis.name).read_bytes())
            await _load(wish, manifest, stores)
            async with _own_bus(layout, lock) as access:
                await _number_anew(manifest, stores, access)
    return manifest


async def restore(wish: Wish, stores: Stores) -> Manifest:
    """Into databases of a cluster, whose keys are its own business. The same refusals."""
    manifest = checked(wish)
    await _refuse_unless_free(wish, manifest, stores)
    await _load(wish, manifest, stores)
    await _number_anew(manifest, stores, stores.bus)
    return manifest


def checked(wish: Wish) -> Manifest:
    """The manifest of a backup that is whole, as it was made, and not of a later release."""
    folder = wish.folder
    manifest = Manifest.read(folder, wish.sha256)
    if missing := [service for service in _ORDER if service not in manifest.dumps]:
        raise unusable(folder, f"the dump of {missing[0]} is missing")
    for service in _ORDER:
        dump = manifest.dumps[service]
        newest = max(file.name.partition("_")[0] for file in _MIGRATIONS[service].glob("[0-9]*.py"))
        if dump.schema.rpartition("_")[2] > newest:
            raise unusable(folder, f"{service} is of a later release (schema {dump.schema}; this one knows {newest})")
        _refuse_unless(folder, name(service, dump.kind), dump.sha256)
    if manifest.genesis:
        _refuse_unless(folder, "genesis.bin", manifest.genesis)
    return manifest


def _refuse_unless(folder: Path, file: str, sha256: str) -> None:
    try:
        is_whole = digest(folder / file) == sha256
    except OSError as gone:
        raise unusable(folder, f"{file}: {gone.strerror}") from gone
    if not is_whole:
        raise unusable(folder, f"{file} is not what was backed up: it was cut off or altered")


def _source_of_keys(wish: Wish, manifest: Manifest, home: Path) -> Path | None:
    """The folder that keys are copied from, None when the home has them; each is the one that belongs to the backup."""
    source = wish.folder if manifest.holds_secrets else wish.keys or home
    for path, sha256 in manifest.secrets.items():
        file = source / path
        if not file.is_file():
            why = (
                f"{path} is not in {source}. Keys are copied only when asked for: say --keys, the folder that has them"
            )
            raise unusable(wish.folder, why)
        if digest(file) != sha256:
            raise unusable(wish.folder, f"{file} is another key than the one that the backup belongs to")
    return None if source == home else source


async def _refuse_unless_free(wish: Wish, manifest: Manifest, stores: Stores) -> None:
    for service in _ORDER:
        url = stores.databases[service]
        if kind(url) != manifest.dumps[service].kind:
            raise unusable(wish.folder, f"{service} was in {manifest.dumps[service].kind}, not in {kind(url)}")
        hand = copier(url, wish.programs)
        if not await hand.is_empty(url):
            if not wish.over:
                raise unusable(wish.folder, f"the database of {service} has records: say --over if they may go")
            if await hand.is_in_use(url):
                raise unusable(wish.folder, f"{service} runs: stop every service first")


async def _load(wish: Wish, manifest: Manifest, stores: Stores) -> None:
    for service in _ORDER:
        url, dump = stores.databases[service], wish.folder / name(service, manifest.dumps[service].kind)
        await copier(url, wish.programs).load(dump, url)
        if service == LEDGER:
            await _refuse_other_books(url, manifest)


async def _refuse_other_books(url: str, manifest: Manifest) -> None:
    """The chains hold from their first record on, and end where they ended."""
    async with database.connect(url, _MIGRATIONS[LEDGER]) as books:
        heads = {book: End(head.number, head.hash.hex()) for book, head in (await verified(books)).items()}
    if {book: head for book, head in heads.items() if head.number} != manifest.books:
        raise errors.FailedPrecondition(
            "STATE_WRONG", "the books are not those of the manifest; restore another backup"
        )


async def _number_anew(manifest: Manifest, stores: Stores, access: BusAccess | None) -> None:
    since = [manifest.taken.isoformat()]
    await services.registry.app.restored(stores.databases["registry"], since)
    await services.permissions.app.restored(stores.databases["permissions"], since)
    if access is not None:
        await facts.read_again(access, _BUS_WITHIN_S)


@asynccontextmanager
async def _own_bus(layout: Layout, lock: int) -> AsyncIterator[BusAccess | None]:
    """The bus of a home that has its files still, while inside; of another one there is nothing to read again."""
    if not (layout.nats / "jetstream").exists():
        yield None
        return
    found = keys.Keys(layout.keys)
    async with nats.serve(layout, found, [], lock) as server:
        yield BusAccess(server.url, str(found.bus_seed(SETUP.name)))
