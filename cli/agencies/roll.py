"""`kapok agencies list|show|suspend|reinstate|principals|enrol|roles|certify|uncertify`: who is on record, and what
each may be.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import names, screen
from cli.agencies.group import AgencyArgument, OptionalAgency, agency_of, group, show_agency
from cli.arguments import form
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, document, first, show_list
from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import genesis_pb2

_PAGE = 1000
_Principal = Annotated[
    str, typer.Argument(parser=names.resource("principals"), metavar="PRINCIPAL", help="principals/ID, or the ID.")
]
_Document = Annotated[Path, typer.Option("--certificate", help="X.509, PEM or DER, with kapok://principals/ID in it.")]


@group.command("list")
def list_agencies(context: Context, limit: LimitOption = 1000) -> None:
    """All agencies for the three organs of the city; for others their own."""
    show_list(
        context, pb.ListAgenciesRequest(page_size=_PAGE), limit,
        ("agency", "name", "kind", "tier", "jurisdiction", "suspended"),
        lambda one: (one.name, one.display_name, one.kind, one.tier, one.jurisdiction,
                     screen.moment(one.suspend_time)),
    )  # fmt: skip


@group.command("show")
def show(context: Context, agency: AgencyArgument) -> None:
    """One agency."""
    show_agency(context, context.obj.gateway.call(pb.GetAgencyRequest(name=agency)))


@group.command("suspend")
def suspend(context: Context, agency: AgencyArgument, reason: ReasonOption) -> None:
    """Take every right of AGENCY's principals now, in running sessions too, as municipal public security."""
    show_agency(context, context.obj.gateway.call(pb.SuspendAgencyRequest(name=agency, reason=reason)))


@group.command("reinstate")
def reinstate(context: Context, agency: AgencyArgument, reason: ReasonOption) -> None:
    """Give AGENCY its rights back, as municipal public security."""
    show_agency(context, context.obj.gateway.call(pb.ReinstateAgencyRequest(name=agency, reason=reason)))


@group.command("principals")
def list_principals(context: Context, agency: OptionalAgency = "", limit: LimitOption = 1000) -> None:
    """The principals of an agency, with their certificates."""
    parent = agency_of(agency, context.obj.gateway.agency)
    name, found = first(context.obj.gateway, pb.ListPrincipalsRequest(parent=parent, page_size=_PAGE), limit)
    context.obj.screen.table(
        {name: [document(one) for one in found]},
        ("principal", "clearance", "roles", "revoked", "certificate", "ends", "revoked"),
        (
            (one.name, one.clearance, " ".join(one.roles), screen.moment(one.revoke_time), each.name,
             screen.moment(each.expire_time), screen.moment(each.revoke_time))
            for one in found for each in (one.certificates or [genesis_pb2.Certificate()])
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Newcomer:
    """A principal that is to act for an agency."""

    principal: _Principal
    clearance: Annotated[int, typer.Option(min=1, max=5, help="The highest security level it may be shown.")]
    certificate: Annotated[Path | None, typer.Option(help="Of a system: with kapok://principals/ID in it.")] = None
    is_person: Annotated[bool, typer.Option("--person", help="Of a person: kapok agencies token makes them.")] = False
    role: Annotated[list[str] | None, typer.Option(help="One that the policy defines; may be repeated.")] = None
    agency: OptionalAgency = ""


@group.command("enrol")
@form
def enrol(context: Context, newcomer: Newcomer) -> None:
    """Register one more principal of an agency: a system with its certificate, or a person, who has none."""
    document = newcomer.certificate
    if newcomer.is_person == (document is not None):
        raise typer.BadParameter("give --certificate for a system, or --person for a person: one of the two")
    account = genesis_pb2.Principal(
        name=newcomer.principal, agency=agency_of(newcomer.agency, context.obj.gateway.agency),
        clearance=newcomer.clearance, is_person=newcomer.is_person, roles=newcomer.role,
    )  # fmt: skip
    request = pb.RegisterPrincipalRequest(principal=account, certificate=document.read_bytes() if document else b"")
    _show_principal(context, context.obj.gateway.call(request))


@group.command("roles")
def set_roles(
    context: Context,
    principal: _Principal,
    reason: ReasonOption,
    role: Annotated[list[str] | None, typer.Argument(metavar="[ROLE]...", help="All of its roles; none: none.")] = None,
    clearance: Annotated[int, typer.Option(min=0, max=5, help="The highest level it may be shown; 0: it stays.")] = 0,
) -> None:
    """Set the roles of PRINCIPAL, of those that the policy defines. What it looks at ends, and may be opened again."""
    request = pb.SetPrincipalRolesRequest(name=principal, roles=role, reason=reason, clearance=clearance)
    _show_principal(context, context.obj.gateway.call(request))


@group.command("certify")
def certify(context: Context, principal: _Principal, certificate: _Document) -> None:
    """Register one more certificate of PRINCIPAL, before the former one ends."""
    request = pb.RegisterCertificateRequest(parent=principal, certificate=certificate.read_bytes())
    _show_certificate(context, context.obj.gateway.call(request))


@group.command("uncertify")
def uncertify(
    context: Context,
    certificate: Annotated[
        str, typer.Argument(parser=names.resource("certificates"), metavar="CERTIFICATE", help="certificates/SHA-256.")
    ],
    reason: ReasonOption,
) -> None:
    """Revoke a certificate for good, and end what was opened under it."""
    _show_certificate(context, context.obj.gateway.call(pb.RevokeCertificateRequest(name=certificate, reason=reason)))


def _show_principal(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("principal", one.name), ("agency", one.agency), ("clearance", one.clearance),
        ("roles", " ".join(one.roles)), ("certificate", " ".join(one.certificate_sha256)),
    )  # fmt: skip


def _show_certificate(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("certificate", one.name), ("of", one.principal), ("names", one.uri),
        ("ends", screen.moment(one.expire_time)), ("revoked", screen.moment(one.revoke_time)),
        ("because", one.revoke_reason),
    )  # fmt: skip
