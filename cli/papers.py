"""`kapok legal-basis`: the papers that the law wants on record before Article 18 opens a camera (Article 19)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from cli import names, screen
from cli.arguments import form
from cli.invocation import Context
from kapok.permissions.v1 import legal_basis_pb2, permissions_service_pb2

legal_basis_group = typer.Typer(no_args_is_help=True, help="The papers of Article 19: register.")


@dataclass(frozen=True)
class Letter:
    """A letter of introduction and the certificates of two officers."""

    number: Annotated[str, typer.Option(help="Of the letter of introduction.")]
    officer: Annotated[list[str], typer.Option(metavar="NAME:CERTIFICATE", help="Give it twice (Article 19).")]
    camera: Annotated[list[str], typer.Option(help="A camera that the letter covers; give it for each.")]
    purpose: Annotated[str, typer.Option(help="What the pictures are for.")]
    days: Annotated[float, typer.Option(min=0.001, max=90, help="How long it is valid from now.")] = 7
    document: Annotated[Path | None, typer.Option(help="A scan; its SHA-256 goes on record, not the file.")] = None


@legal_basis_group.command("register")
@form
def register_legal_basis(context: Context, letter: Letter) -> None:
    """Register a letter of introduction issued by your own agency."""
    now = datetime.now(UTC)
    basis = legal_basis_pb2.LegalBasis(
        number=letter.number, issuer=context.obj.gateway.agency, officers=[_officer(text) for text in letter.officer],
        cameras=[names.camera(text) for text in letter.camera], purpose=letter.purpose,
        start_time=stamp(now), end_time=stamp(now + timedelta(days=letter.days)),
        document_sha256=hashlib.sha256(letter.document.read_bytes()).hexdigest() if letter.document else "",
    )  # fmt: skip
    said = context.obj.gateway.call(permissions_service_pb2.RegisterLegalBasisRequest(legal_basis=basis))
    context.obj.screen.fields(
        said, ("legal basis", said.name), ("number", said.number), ("covers", f"{len(said.cameras)} cameras"),
        ("until", screen.moment(said.end_time)), ("of", said.principal),
    )  # fmt: skip


def stamp(moment: datetime) -> Timestamp:
    """A protobuf time."""
    made = Timestamp()
    made.FromDatetime(moment)
    return made


def _officer(text: str) -> legal_basis_pb2.Officer:
    name, colon, certificate = text.rpartition(":")
    if not (colon and name and certificate):
        raise typer.BadParameter(f"--officer {text!r}: give NAME:CERTIFICATE-NUMBER")
    return legal_basis_pb2.Officer(display_name=name, certificate_number=certificate)
