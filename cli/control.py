"""`kapok takeover` and `kapok move`: who controls a camera, and the pointing of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from cli import names, screen
from cli.arguments import form
from cli.cameras import CameraArgument
from cli.grounds import IncidentOption, LegalBasisOption
from cli.invocation import Context
from cli.papers import stamp
from kapok.permissions.v1 import permissions_service_pb2, takeover_pb2
from kapok.streams.v1 import streams_service_pb2

group = typer.Typer(no_args_is_help=True, help="Temporary control of a camera (Article 18): request, release, show.")
Velocity = Annotated[float, typer.Option(min=-1, max=1, help="Velocity from -1 to 1.")]


@dataclass(frozen=True)
class Request:
    """A takeover as it is requested."""

    camera: CameraArgument
    reason: Annotated[str, typer.Option(help="Why, in words.")]
    legal_basis: LegalBasisOption = None
    incident: IncidentOption = None
    minutes: Annotated[float, typer.Option(min=0.01, max=24 * 60, help="How long, unless released before.")] = 60


@group.command("request")
@form
def request_takeover(context: Context, request: Request) -> None:
    """Take a camera's control over, on papers or in an incident."""
    takeover = takeover_pb2.Takeover(
        camera=request.camera, reason=request.reason, legal_basis=request.legal_basis, incident=request.incident,
        end_time=stamp(datetime.now(UTC) + timedelta(minutes=request.minutes)),
    )  # fmt: skip
    _show(context, context.obj.gateway.call(permissions_service_pb2.RequestTakeoverRequest(takeover=takeover)))


@group.command("release")
def release_takeover(
    context: Context,
    takeover: Annotated[str, typer.Argument(parser=names.resource("takeovers"), metavar="TAKEOVER")],
) -> None:
    """Give control back."""
    _show(context, context.obj.gateway.call(permissions_service_pb2.ReleaseTakeoverRequest(name=takeover)))


@group.command("show")
def show_holder(context: Context, camera: CameraArgument) -> None:
    """Who controls a camera now."""
    request = permissions_service_pb2.GetControlStateRequest(name=f"{camera}/controlState")
    state = context.obj.gateway.call(request)
    context.obj.screen.fields(
        state, ("holder", state.holder), ("takeover", state.takeover), ("until", screen.moment(state.until)),
        ("epoch", state.epoch),
    )  # fmt: skip


def move(
    context: Context, camera: CameraArgument, pan: Velocity = 0.0, tilt: Velocity = 0.0, zoom: Velocity = 0.0
) -> None:
    """Move a camera that you control: pan + is right, tilt + is up, zoom + is in; all zero stops it."""
    request = streams_service_pb2.MoveCameraRequest(camera=camera, pan=pan, tilt=tilt, zoom=zoom)
    said = context.obj.gateway.call(request)
    context.obj.screen.fields(said, ("moved", camera), ("epoch", said.epoch), ("by", said.relay))


def _show(context: Context, said: Any) -> None:
    context.obj.screen.fields(
        said, ("takeover", said.name), ("camera", said.camera), ("of", said.principal),
        ("from", screen.moment(said.start_time)), ("until", screen.moment(said.end_time)),
        ("released", screen.moment(said.release_time)), ("holds", "yes" if said.is_holding else "no"),
        ("epoch", said.epoch),
    )  # fmt: skip
