"""`kapok backup` and `kapok restore`: a whole cell into a folder, and back. They need no gateway, but its files."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import form
from cli.invocation import Context

if TYPE_CHECKING:
    from services.cell.backup.manifest import Manifest

Programs = Annotated[
    Path | None, typer.Option("--programs", metavar="DIR", help="Where pg_dump and pg_restore are, if not on the path.")
]
_SHOWN = 3  # keys by name, of some dozens


StoresOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Databases and bus of a cluster, as JSON; else those of --home.")
]


@dataclass(frozen=True)
class Taking:
    """What is copied where."""

    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder; it appears when the backup is whole.")]
    stores: StoresOption = None
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Copy the home's keys and certificates too: guard them like the cell.")
    ] = False
    programs: Programs = None


@dataclass(frozen=True)
class PuttingBack:
    """What is put back, and over what."""

    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What kapok backup made.")]
    stores: StoresOption = None
    sha256: Annotated[str, typer.Option("--sha256", help="Of its manifest, as the backup said it.")] = ""
    over: Annotated[bool, typer.Option("--over", help="Records that are there may go.")] = False
    keys: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Has keys/ and certs/ of the home, if the backup has not.")
    ] = None
    programs: Programs = None


@form
def backup(context: Context, wanted: Taking) -> None:
    """Back a running cell up: its databases at one moment, the ledger with every fact until then. No key unasked."""
    from services.cell.backup import taking  # a second that most commands do without
    from services.cell.backup.stores import Stores, note
    from services.cell.layout import Layout

    home = Layout(context.obj.home.absolute())
    stores = Stores.read(wanted.stores or note(home))
    its_home = None if wanted.stores else home
    folder = wanted.folder.absolute()
    wish = taking.Wish(folder, stores, datetime.now(UTC), its_home, wanted.with_keys, wanted.programs)
    taken = asyncio.run(taking.take(wish))
    _tell(context, taken.manifest, f"backup {folder} of {taken.manifest.taken:%Y-%m-%d %H:%M:%S}Z", taken.sha256)


@form
def restore(context: Context, wanted: PuttingBack) -> None:
    """Put a cell back from FOLDER while nothing of it runs, and verify the ledger. What happened since is gone."""
    from services.cell.backup import put_back
    from services.cell.backup.stores import Stores

    folder = wanted.folder.absolute()
    wish = put_back.Wish(folder, wanted.sha256, wanted.over, wanted.keys, wanted.programs)
    if wanted.stores:
        manifest = asyncio.run(put_back.restore(wish, Stores.read(wanted.stores)))
    else:
        manifest = asyncio.run(put_back.restore_home(wish, context.obj.home))
    what = f"restored from {folder}, of {manifest.taken:%Y-%m-%d %H:%M:%S}Z: both books hold"
    _tell(context, manifest, what, wanted.sha256)
    context.obj.screen.line("revoke again what was revoked after that: docs/runbooks/backup-and-restore.md")


def _tell(context: Context, manifest: "Manifest", what: str, sha256: str) -> None:
    screen = context.obj.screen
    books = {name: end.number for name, end in manifest.books.items()}
    if screen.is_json:
        sizes = {name: dump.bytes for name, dump in manifest.dumps.items()}
        screen.document(
            {"taken": manifest.taken.isoformat(), "manifest_sha256": sha256, "databases": sizes, "books": books,
             "secrets": list(manifest.secrets), "holds_secrets": manifest.holds_secrets}
        )  # fmt: skip
    screen.line(what)
    for name, dump in manifest.dumps.items():
        screen.line(f"  {name}: {dump.bytes} bytes, schema {dump.schema}")
    for name, number in books.items():
        screen.line(f"  book {name}: {number} records")
    if manifest.secrets and not manifest.holds_secrets:
        named = ", ".join(list(manifest.secrets)[:_SHOWN])
        screen.line(f"  {len(manifest.secrets)} keys and certificates are not in it: {named} … keep keys/ and certs/")
    if sha256:
        screen.line(f"  manifest SHA-256 {sha256}")
