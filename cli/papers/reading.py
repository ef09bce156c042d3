"""`kapok papers list`, `show` and `revoke`: what is on record."""

from cli import screen
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from cli.papers.group import LegalBasisArgument, group, show
from kapok.permissions.v1 import papers_service_pb2, permissions_service_pb2

_PAGE = 500


@group.command("list")
def list_papers(context: Context, limit: LimitOption = 100) -> None:
    """Papers that your agency holds, issued or oversees, and those for cameras that it runs; newest first."""
    show_list(
        context, papers_service_pb2.ListLegalBasesRequest(page_size=_PAGE), limit,
        ("papers", "number", "issued by", "of", "cameras", "until", "used", "revoked"),
        lambda b: (b.name, b.number, b.issuer, b.principal, len(b.cameras), screen.moment(b.end_time), b.use_count,
                   screen.moment(b.revoke_time)),
    )  # fmt: skip


@group.command("show")
def show_legal_basis(context: Context, legal_basis: LegalBasisArgument) -> None:
    """Papers that your agency holds, issued or meets, with how often they were used."""
    show(context, context.obj.gateway.call(permissions_service_pb2.GetLegalBasisRequest(name=legal_basis)))


@group.command("revoke")
def revoke_legal_basis(
    context: Context,
    legal_basis: LegalBasisArgument,
    reason: ReasonOption,
) -> None:
    """Withdraw papers, and with them every session and takeover that stands on them."""
    request = permissions_service_pb2.RevokeLegalBasisRequest(name=legal_basis, reason=reason)
    show(context, context.obj.gateway.call(request))
