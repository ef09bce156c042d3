"""`kapok legal-basis`: the papers that the law wants on record before Article 18 opens a camera (Article 19)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from cli import names, screen
from cli.arguments import form
from cli.invocation import Context
from kapok.permissions.v1 import legal_basis_pb2, permissions_service_pb2

legal_basis_group = typer.Typer(no_args_is_help=True, help="The papers of Article 19: register, show, revoke.")

LegalBasisArgument = Annotated[
    str, typer.Argument(parser=names.resource("legalBases"), metavar="PAPERS", help="legalBases/ID, or the ID.")
]


@dataclass(frozen=True)
class Letter:
    """A letter of introduction and the certificates of two officers."""

    number: Annotated[str, typer.Option(help="Of the letter of introduction.")]
    officer: Annotated[list[str], typer.Option(metavar="NAME:CERTIFICATE", help="Give it twice (Article 19).")]
    camera: Annotated[list[str], typer.Option(help="A camera that the letter covers; give it for each.")]
    purpose: Annotated[str, typer.Option(help="What the pictures are for.")]
    days: Annotated[float, typer.Option(min=0.001, max=90, help="How long it is valid from now.")] = 7
    issuer: Annotated[str, typer.Option(metavar="AGENCY", help="Who issued it; your own agency unless given.")] = ""
    uses: Annotated[int, typer.Option(min=0, max=10_000, help="Sessions and takeovers it opens; 0 is no limit.")] = 0
    document: Annotated[Path | None, typer.Option(help="A scan; its SHA-256 goes on record, not the file.")] = None


@legal_basis_group.command("register")
@form
def register_legal_basis(context: Context, letter: Letter) -> None:
    """Register a letter of introduction issued by your own agency or the one above it."""
    now = datetime.now(UTC)
    basis = legal_basis_pb2.LegalBasis(
        number=letter.number, use_limit=letter.uses,
        issuer=names.resource("agencies")(letter.issuer) if letter.issuer else context.obj.gateway.agency,
        officers=[_officer(text) for text in letter.officer],
        cameras=[names.camera(text) for text in letter.camera], purpose=letter.purpose,
        start_time=stamp(now), end_time=stamp(now + timedelta(days=letter.days)),
        document_sha256=hashlib.sha256(letter.document.read_bytes()).hexdigest() if letter.document else "",
    )  # fmt: skip
    _show(context, context.obj.gateway.call(permissions_service_pb2.RegisterLegalBasisRequest(legal_basis=basis)))


@legal_basis_group.command("show")
def show_legal_basis(context: Context, legal_basis: LegalBasisArgument) -> None:
    """Papers that your agency holds or issued, with how often they were used."""
    _show(context, context.obj.gateway.call(permissions_service_pb2.GetLegalBasisRequest(name=legal_basis)))


@legal_basis_group.command("revoke")
def revoke_legal_basis(
    context: Context,
    legal_basis: LegalBasisArgument,
    reason: Annotated[str, typer.Option(help="Why; it goes on record.")],
) -> None:
    """Withdraw papers, and with them every session and takeover that stands on them."""
    request = permissions_service_pb2.RevokeLegalBasisRequest(name=legal_basis, reason=reason)
    _show(context, context.obj.gateway.call(request))


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


def _show(context: Context, said: Any) -> None:
    uses = f"{said.use_count} of {said.use_limit}" if said.use_limit else str(said.use_count)
    context.obj.screen.fields(
        said, ("legal basis", said.name), ("number", said.number), ("issued by", said.issuer),
        ("covers", f"{len(said.cameras)} cameras"), ("until", screen.moment(said.end_time)), ("of", said.principal),
        ("used", uses), ("revoked", screen.moment(said.revoke_time)), ("by", said.revoked_by),
        ("because", said.revoke_reason),
    )  # fmt: skip
