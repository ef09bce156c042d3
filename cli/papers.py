"""`kapok legal-basis` and `kapok incident`: what the law wants on record before Articles 18 and 19 open a camera."""

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
from kapok.permissions.v1 import incident_pb2, legal_basis_pb2, permissions_service_pb2

legal_basis_group = typer.Typer(no_args_is_help=True, help="The papers of Article 19: register.")
incident_group = typer.Typer(no_args_is_help=True, help="Incidents of Article 18 ¶2: declare, end.")


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


@dataclass(frozen=True)
class Declaration:
    """An incident as it is declared."""

    name: Annotated[str, typer.Argument(help="What happened, in words.")]
    kind: Annotated[
        int,
        typer.Option(
            parser=names.choice(incident_pb2.IncidentKind, "INCIDENT_KIND_"),
            help=names.choices(incident_pb2.IncidentKind, "INCIDENT_KIND_"),
        ),
    ]
    order: Annotated[str, typer.Option(help="Number of the declaring order.")]
    area: Annotated[str, typer.Option(metavar="'LAT,LON …'", help="Corners of a polygon, three at least.")]
    agency: Annotated[list[str], typer.Option(help="An agency that it opens to; give it for each.")]
    letter: Annotated[str, typer.Option(help="Number of the letter of introduction (Article 19).")]
    officer: Annotated[list[str], typer.Option(help="Number of an enforcement certificate; give it twice.")]
    hours: Annotated[float, typer.Option(min=0.001, max=72, help="How long it lasts, unless ended before.")] = 4


@incident_group.command("declare")
@form
def declare_incident(context: Context, declaration: Declaration) -> None:
    """Declare an incident: the cameras of its area open to the agencies that it names, until it ends."""
    agency = names.resource("agencies")
    incident = incident_pb2.Incident(
        display_name=declaration.name, order_number=declaration.order, area=names.area(declaration.area),
        kind=declaration.kind,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
        end_time=stamp(datetime.now(UTC) + timedelta(hours=declaration.hours)),
        agencies=[agency(text) for text in declaration.agency], letter_number=declaration.letter,
        officer_certificates=declaration.officer,
    )  # fmt: skip
    _show(context, context.obj.gateway.call(permissions_service_pb2.DeclareIncidentRequest(incident=incident)))


@incident_group.command("end")
def end_incident(
    context: Context,
    incident: Annotated[str, typer.Argument(parser=names.resource("incidents"), metavar="INCIDENT")],
) -> None:
    """End an incident, and with it every access that it opened."""
    _show(context, context.obj.gateway.call(permissions_service_pb2.EndIncidentRequest(name=incident)))


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
    context.obj.screen.fields(
        said, ("incident", said.name), ("what", said.display_name), ("from", screen.moment(said.start_time)),
        ("until", screen.moment(said.end_time)), ("ended", screen.moment(said.closed_time)),
        ("opens to", ", ".join(said.agencies)),
    )  # fmt: skip
