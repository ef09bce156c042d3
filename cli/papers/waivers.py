"""`kapok papers waive`: an operator asks somebody for no letter, case by case (Article 19)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli import names
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.papers.group import group, show, stamp
from kapok.permissions.v1 import papers_service_pb2


@group.command("waive")
def waive_papers(
    context: Context,
    principal: Annotated[str, typer.Argument(parser=names.resource("principals"), metavar="PRINCIPAL")],
    camera: Annotated[list[str], typer.Option(help="One of your cameras; give it for each.")],
    reason: ReasonOption,
    hours: Annotated[float, typer.Option(min=0.01, max=24, help="How long.")] = 1,
) -> None:
    """Let PRINCIPAL view, retrieve and copy without a letter, for some of your cameras and a day at most."""
    end = stamp(datetime.now(UTC) + timedelta(hours=hours))
    request = papers_service_pb2.WaiveLegalBasisRequest(
        principal=principal, cameras=[names.camera(one) for one in camera], end_time=end, reason=reason
    )
    show(context, context.obj.gateway.call(request))
