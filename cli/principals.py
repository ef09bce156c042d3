"""`kapok revoke` and `kapok reinstate`: a principal's every right ends now, or comes back."""

from typing import Annotated

import typer

from cli import names, screen
from cli.grounds import ReasonOption
from cli.invocation import Context
from kapok.permissions.v1 import permissions_service_pb2

PrincipalArgument = Annotated[str, typer.Argument(parser=names.resource("principals"), metavar="PRINCIPAL")]


def revoke(context: Context, principal: PrincipalArgument, reason: ReasonOption) -> None:
    """End PRINCIPAL's every right now, in running sessions too."""
    request = permissions_service_pb2.RevokePrincipalRequest(name=principal, reason=reason)
    said = context.obj.gateway.call(request)
    context.obj.screen.fields(
        said, ("revoked", principal), ("at", screen.moment(said.revoke_time)), ("ending", f"number {said.number}")
    )


def reinstate(context: Context, principal: PrincipalArgument, reason: ReasonOption) -> None:
    """Give a revoked PRINCIPAL its rights back. Municipal public security alone may."""
    request = permissions_service_pb2.ReinstatePrincipalRequest(name=principal, reason=reason)
    context.obj.screen.fields(context.obj.gateway.call(request), ("reinstated", principal))
