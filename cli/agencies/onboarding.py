"""`kapok agencies onboard`: a new agency on record, with a folder that it can connect with at once.

1 a private key is made here   2 the authority certifies it   3 agency, principal and certificate go on record, all or
nothing   4 the folder gets its addresses. Before 3 the cell knows nothing of it, and a certificate that is not on
record opens nothing; after 3 the same command again writes what is missing.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cli import names
from cli.agencies.folder import Folder
from cli.agencies.group import group
from cli.arguments import form
from cli.gateway import Gateway
from cli.invocation import Context
from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import genesis_pb2
from services.cell.authority import Authority
from services.chassis.errors import AlreadyExists, FailedPrecondition, InvalidArgument, Violation


@dataclass(frozen=True)
class Newcomer:
    """Who is to connect. Its first principal bears the agency's own id."""

    agency: Annotated[str, typer.Argument(parser=names.resource("agencies"), metavar="NAME", help="ID, such as lake.")]
    kind: Annotated[str, typer.Option(help="One of the seven: public-security … operator.")]
    tier: Annotated[str, typer.Option(help="municipal or district.")]
    jurisdiction: Annotated[str, typer.Option(help="Six digits: 440100 is the city (GB/T 2260).")]
    display_name: Annotated[str, typer.Option("--name", help="As people say it; its id unless given.")] = ""
    clearance: Annotated[int, typer.Option(min=1, max=5, help="The highest security level it may be shown.")] = 1
    folder: Annotated[Path | None, typer.Option(help="Where its files go; a folder of its id unless given.")] = None
    csr: Annotated[Path | None, typer.Option(help="Its own request (PKCS #10): then no key is made here.")] = None
    certificate: Annotated[Path | None, typer.Option(help="Issued already, by whoever holds the authority's key.")] = (
        None
    )


@group.command("onboard")
@form
def onboard(context: Context, newcomer: Newcomer) -> None:
    """Put a new agency on record and write the folder that it connects with. Run it again when it was cut off."""
    gateway = context.obj.gateway
    identifier = newcomer.agency.removeprefix("agencies/")
    folder = Folder(newcomer.folder or Path(identifier))
    pem = _certificate(gateway, newcomer, folder, identifier)
    agency = genesis_pb2.Agency(
        name=newcomer.agency, display_name=newcomer.display_name or identifier, kind=newcomer.kind, tier=newcomer.tier,
        jurisdiction=newcomer.jurisdiction,
    )  # fmt: skip
    principal = genesis_pb2.Principal(name=f"principals/{identifier}", clearance=newcomer.clearance)
    request = pb.RegisterAgencyRequest(agency=agency, principal=principal, certificate=pem)
    _register(gateway, request)
    told = json.loads((gateway.home / "endpoints.json").read_text())
    folder.connect(
        identifier, gateway.endpoints.grpc, gateway.endpoints.ca.read_bytes(),
        {"agency": newcomer.agency, "kind": newcomer.kind, "http": told.get("http", ""),
         "ledger_public_key": told["ledger_public_key"], "audience": gateway.endpoints.audience},
    )  # fmt: skip
    context.obj.screen.fields(
        agency, ("agency", agency.name), ("principal", principal.name), ("certificate", _fingerprint(pem)),
        ("folder", folder.path), ("connects with", f"kapok --home {folder.path} --as {identifier} cameras list"),
        ("in a program", f"python {folder.example} {folder.endpoints}" if folder.example.exists() else ""),
    )  # fmt: skip


def _certificate(gateway: Gateway, newcomer: Newcomer, folder: Folder, identifier: str) -> bytes:
    """The certificate: the one given, the one at hand from a run before, or one issued now."""
    if newcomer.certificate:
        folder.keep_certificate(newcomer.certificate.read_bytes())
    elif not folder.certificate.exists():
        request = newcomer.csr.read_bytes() if newcomer.csr else folder.make_request(identifier)
        folder.keep_certificate(_issued(gateway, identifier, request, newcomer.csr or folder.request))
    return folder.certificate.read_bytes()


def _issued(gateway: Gateway, identifier: str, request: bytes, file: Path) -> bytes:
    authority = Authority.at_hand(gateway.endpoints.ca, datetime.now(UTC))
    if authority is None:
        message = (
            f"the key of this cell's authority is not here: have {file} signed for kapok://principals/{identifier},"
            " then run the same command with --certificate"
        )
        raise FailedPrecondition("STATE_WRONG", message, state="no authority")
    try:
        return authority.certify(identifier, request)
    except ValueError as error:
        raise InvalidArgument(Violation("csr", f"can't be signed: {error}")) from None


def _register(gateway: Gateway, request: pb.RegisterAgencyRequest) -> None:
    """Put it on record; a former run may have done it already."""
    try:
        gateway.call(request)
    except AlreadyExists:
        if not _is_on_record(gateway, request):
            raise


def _is_on_record(gateway: Gateway, request: pb.RegisterAgencyRequest) -> bool:
    """Whether just this agency is on record, and its principal with just this certificate."""
    wanted, owner = request.agency, request.principal
    agencies = [one for page in gateway.pages(pb.ListAgenciesRequest()) for one in page.agencies]
    same = [
        one
        for one in agencies
        if (one.name, one.kind, one.tier, one.jurisdiction)
        == (wanted.name, wanted.kind, wanted.tier, wanted.jurisdiction)
    ]
    pages = gateway.pages(pb.ListPrincipalsRequest(parent=wanted.name)) if same else iter(())
    fingerprint = _fingerprint(request.certificate)
    return any(
        one.name == owner.name and one.clearance == owner.clearance and fingerprint in one.certificate_sha256
        for page in pages
        for one in page.principals
    )


def _fingerprint(pem: bytes) -> str:
    return sha256(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)).hexdigest()
