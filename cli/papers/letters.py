"""`kapok papers sign` and `register`: letters of introduction, from their issuer to the record."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToJson, Parse, ParseError

from cli import names
from cli.arguments import form
from cli.invocation import Context
from cli.papers.group import group, show, stamp
from kapok.permissions.v1 import legal_basis_pb2, permissions_service_pb2
from services.chassis.signing import Signer
from services.permissions.papers.letter import PURPOSE, text
from services.permissions.rpc.legal_basis_messages import papers


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter of introduction and the certificates of two officers."""

    number: Annotated[str, typer.Option(help="Of the letter of introduction.")] = ""
    officer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:CERTIFICATE:YYYY-MM-DD", help="With the certificate's last day; give it twice."),
    ] = None
    camera: Annotated[list[str] | None, typer.Option(help="A camera that it covers; give it for each.")] = None
    purpose: Annotated[str, typer.Option(help="What the pictures are for.")] = ""
    days: Annotated[float, typer.Option(min=0.001, max=90, help="How long it is valid from now.")] = 7
    issuer: Annotated[str, typer.Option(metavar="AGENCY", help="Who issued it; your own agency unless given.")] = ""
    uses: Annotated[int, typer.Option(min=0, max=10_000, help="Sessions and takeovers it opens; 0 is no limit.")] = 0


@dataclass(frozen=True, kw_only=True)
class Registration(Letter):
    """And what shows that it is the letter."""

    document: Annotated[Path | None, typer.Option(help="A scan; its SHA-256 goes on record, not the file.")] = None
    signed: Annotated[Path | None, typer.Option(help="Instead of all else: what `kapok papers sign` wrote.")] = None


@dataclass(frozen=True, kw_only=True)
class Signing(Letter):
    """By whom and for whom it is signed."""

    key: Annotated[Path, typer.Argument(help="Your agency's key for letters: a seed in hexadecimal digits.")]
    output: Annotated[Path, typer.Argument(help="Where the signed letter is written, for whoever carries it.")]
    holder: Annotated[str, typer.Option(metavar="AGENCY", help="Whose officers carry it; your own unless given.")] = ""


@group.command("register")
@form
def register_legal_basis(context: Context, letter: Registration) -> None:
    """Register a letter of introduction of your own agency or the one above it, with its scan or its signature."""
    if letter.signed:
        basis = _read(letter.signed)
    else:
        basis = _basis(letter, letter.issuer or context.obj.gateway.agency)
        if letter.document:
            basis.document_sha256 = hashlib.sha256(letter.document.read_bytes()).hexdigest()
    show(context, context.obj.gateway.call(permissions_service_pb2.RegisterLegalBasisRequest(legal_basis=basis)))


@group.command("sign")
@form
def sign_letter(context: Context, letter: Signing) -> None:
    """Sign a letter of your agency's, as `register --signed` takes it. The key is on record: `kapok agencies keys`."""
    own = context.obj.gateway.agency
    basis, signer = _basis(letter, own), Signer.from_file(letter.key)
    holder = names.resource("agencies")(letter.holder) if letter.holder else own
    basis.signature = signer.sign(PURPOSE, text(papers(basis), holder))
    basis.key = f"agencyKeys/{hashlib.sha256(signer.public_key).hexdigest()}"
    letter.output.write_text(MessageToJson(basis, ensure_ascii=False))
    context.obj.screen.fields(basis, ("signed letter", letter.output), ("for", holder))


def _basis(letter: Letter, issuer: str) -> legal_basis_pb2.LegalBasis:
    now = datetime.now(UTC)
    return legal_basis_pb2.LegalBasis(
        number=letter.number, use_limit=letter.uses, issuer=names.resource("agencies")(issuer),
        officers=[officer(one) for one in letter.officer or ()],
        cameras=[names.camera(one) for one in letter.camera or ()], purpose=letter.purpose, start_time=stamp(now),
        end_time=stamp(now + timedelta(days=letter.days)),
    )  # fmt: skip


def _read(file: Path) -> legal_basis_pb2.LegalBasis:
    try:
        return Parse(file.read_text(), legal_basis_pb2.LegalBasis())
    except (ParseError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} is not what `kapok papers sign` writes: {error}") from error


def officer(said: str) -> legal_basis_pb2.Officer:
    """An officer as the command line has it."""
    name, _, rest = said.partition(":")
    certificate, _, day = rest.rpartition(":")
    try:
        ends_at = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
    except ValueError:
        ends_at = None
    if not (name and certificate and ends_at):
        raise typer.BadParameter(f"--officer {said!r}: give NAME:CERTIFICATE-NUMBER:YYYY-MM-DD, its last valid day")
    return legal_basis_pb2.Officer(
        display_name=name, certificate_number=certificate, certificate_expire_time=stamp(ends_at)
    )
