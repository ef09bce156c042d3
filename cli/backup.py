"""`kapok backup` and `kapok restore`: a whole cell into a folder, and back. They need no gateway, but its files."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.invocation import Context

if TYPE_CHECKING:
    from services.cell.backup.manifest import Manifest

Programs = Annotated[
    Path | None, typer.Option("--programs", metavar="DIR", help="Where pg_dump and pg_restore are, if not on the path.")
]
_SHOWN = 3  # keys by name, of some dozens


def backup(
    context: Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A new folder; it appears when the backup is whole.")
    ],
    stores: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Databases and bus of a cluster, as JSON; else those of --home.")
    ] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Copy the home's keys and certificates too: guard them like the cell.")
    ] = False,
    programs: Programs = None,
) -> None:
    """Back a running cell up: its databases at one moment, the ledger with every fact until then. No key unasked."""
    from services.cell.backup import taking  # a second that most commands do without
    from services.cell.backup.stores import Stores, note
    from services.cell.layout import Layout

    home = None if stores else Layout(context.obj.home.absolute())
    where = stores or note(Layout(context.obj.home.absolute()))
    wish = taking.Wish(folder.absolute(), Stores.read(where), datetime.now(UTC), home, with_keys, programs)
    taken = asyncio.run(taking.take(wish))
    _tell(context, taken.manifest, f"backup {folder} of {taken.manifest.taken:%Y-%m-%d %H:%M:%S}Z", taken.sha256)


def restore(
    context: Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What kapok backup made.")],
    stores: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Databases and bus of a cluster, as JSON; else into --home.")
    ] = None,
    sha256: Annotated[str, typer.Option("--sha256", help="Of its manifest, as the backup said it.")] = "",
    over: Annotated[bool, typer.Option("--over", help="Records that are there may go.")] = False,
    keys: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Has keys/ and certs/ of the home, if the backup has not.")
    ] = None,
    programs: Programs = None,
) -> None:
    """Put a cell back from FOLDER while nothing of it runs, and verify the ledger. What happened since is gone."""
    from services.cell.backup import put_back
    from services.cell.backup.stores import Stores

    wish = put_back.Wish(folder.absolute(), sha256, over, keys, programs)
    home = context.obj.home
    coming = put_back.restore(wish, Stores.read(stores)) if stores else put_back.restore_home(wish, home)
    manifest = asyncio.run(coming)
    _tell(context, manifest, f"restored from {folder}, of {manifest.taken:%Y-%m-%d %H:%M:%S}Z: both books hold", sha256)
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
