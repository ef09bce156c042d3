"""The group of commands, and what they share."""

from datetime import datetime
from typing import Annotated, Any

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from cli import names, screen
from cli.invocation import Context

group = typer.Typer(
    no_args_is_help=True, help="The papers of Article 19: sign, register, list, show, revoke, waive, review."
)
LegalBasisArgument = Annotated[
    str, typer.Argument(parser=names.resource("legalBases"), metavar="PAPERS", help="legalBases/ID, or the ID.")
]


def stamp(moment: datetime) -> Timestamp:
    """A protobuf time."""
    made = Timestamp()
    made.FromDatetime(moment)
    return made


def show(context: Context, said: Any) -> None:
    """One set of papers on the screen."""
    uses = f"{said.use_count} of {said.use_limit}" if said.use_limit else str(said.use_count)
    officers = ", ".join(f"{one.display_name} ({one.certificate_number})" for one in said.officers)
    proof = f"signed by {said.key}" if said.key else f"SHA-256 {said.document_sha256[:16]}…"
    context.obj.screen.fields(
        said, ("legal basis", said.name), ("number", said.number), ("issued by", said.issuer),
        ("", "a waiver: no letter is asked for" if said.is_waiver else proof), ("officers", officers),
        ("covers", f"{len(said.cameras)} cameras"), ("until", screen.moment(said.end_time)), ("of", said.principal),
        ("used", uses), *(("waits for", name) for name in said.reviews),
        ("revoked", screen.moment(said.revoke_time)), ("by", said.revoked_by), ("because", said.revoke_reason),
    )  # fmt: skip
