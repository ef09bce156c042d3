"""`kapok takeover`: who controls cameras."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from cli import names, screen
from cli.arguments import form
from cli.cameras import CameraArgument
from cli.grounds import IncidentOption, LegalBasisOption, ReasonOption
from cli.incidents import AreaOption, CameraOption
from cli.invocation import Context
from cli.papers import stamp
from cli.sessions import PurposeOption, chosen_purpose, for_players
from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from kapok.streams.v1 import streams_service_pb2

group = typer.Typer(
    no_args_is_help=True,
    help="Temporary control of cameras (Article 18): request, renew, release, revoke, list, watch, show, holder.",
)
_CAUSE = "CAUSE_"
_SHOWN = 20  # cameras; --json has all
TakeoverArgument = Annotated[str, typer.Argument(parser=names.resource("takeovers"), metavar="TAKEOVER")]


@dataclass(frozen=True)
class Request:
    """A takeover as it is requested: of cameras, or of all that one knows of in an area, systems or the incident."""

    cause: Annotated[
        int,
        typer.Option(
            parser=names.choice(takeover_pb2.Takeover.Cause, _CAUSE),
            help=f"Why, as Article 18 has it: {names.choices(takeover_pb2.Takeover.Cause, _CAUSE)}",
        ),
    ]
    reason: Annotated[str, typer.Option(help="Why, in words.")]
    camera: Annotated[
        list[str] | None,
        typer.Argument(parser=names.camera, metavar="[CAMERA…]", help="Codes or names, at most 5,000."),
    ] = None
    area: AreaOption = None
    system: Annotated[
        list[str] | None,
        typer.Option(parser=names.system, metavar="SYSTEM", help="A whole camera system; give it for each."),
    ] = None
    all_of_incident: Annotated[bool, typer.Option("--all-of-incident", help="All cameras of the incident.")] = False
    legal_basis: LegalBasisOption = None
    incident: IncidentOption = None
    minutes: Annotated[float, typer.Option(min=0.01, max=24 * 60, help="How long, unless released before.")] = 60
    exclusive: Annotated[
        str | None, typer.Option(metavar="REASON", help="Suspend the sessions of who ranks below, and say why.")
    ] = None
    no_duty_view: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="With --exclusive: the operator's duty view too, and say why."),
    ] = None


@group.command("request")
@form
def request_takeover(context: Context, request: Request) -> None:
    """Take cameras' control over, on papers or in an incident."""
    takeover = takeover_pb2.Takeover(
        cameras=request.camera, area=names.area(request.area) if request.area else [], systems=request.system,
        all_of_incident=request.all_of_incident, reason=request.reason, legal_basis=request.legal_basis,
        incident=request.incident, is_exclusive=request.exclusive is not None,
        exclusive_reason=request.exclusive, duty_reason=request.no_duty_view,
        cause=request.cause,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
        end_time=_ahead(request.minutes),
    )  # fmt: skip
    _show(context, pb.RequestTakeoverRequest(takeover=takeover))


@group.command("renew")
def renew_takeover(
    context: Context,
    takeover: TakeoverArgument,
    minutes: Annotated[float, typer.Option(min=0.01, max=24 * 60, help="How long from now.")] = 60,
) -> None:
    """Have a takeover of your agency end later."""
    _show(context, pb.RenewTakeoverRequest(name=takeover, end_time=_ahead(minutes)))


@group.command("release")
def release_takeover(context: Context, takeover: TakeoverArgument, camera: CameraOption = None) -> None:
    """Give control back, of all cameras unless some are named."""
    _show(context, pb.ReleaseTakeoverRequest(name=takeover, cameras=camera))


@group.command("revoke")
def revoke_takeover(context: Context, takeover: TakeoverArgument, reason: ReasonOption) -> None:
    """End a takeover of another agency: for the three organs of the city."""
    _show(context, pb.RevokeTakeoverRequest(name=takeover, reason=reason))


@group.command("show")
def show_takeover(context: Context, takeover: TakeoverArgument) -> None:
    """A takeover, as much of it as concerns you."""
    _show(context, pb.GetTakeoverRequest(name=takeover))


@group.command("feeds")
def open_feeds(context: Context, takeover: TakeoverArgument, purpose: PurposeOption = None) -> None:
    """Open a live session of each camera that a takeover of your agency has; print what a player opens."""
    request = streams_service_pb2.OpenTakeoverFeedsRequest(
        takeover=takeover, purpose=chosen_purpose(context.obj.gateway, purpose)
    )
    for feed in context.obj.gateway.stream(request):
        said = for_players(feed.opened) if feed.HasField("opened") else f"refused: {feed.refused.sentence}"
        context.obj.screen.fields(feed, ("camera", feed.camera), ("play", said))


@group.command("holder")
def show_holder(context: Context, camera: CameraArgument) -> None:
    """Who controls a camera now."""
    state = context.obj.gateway.call(pb.GetControlStateRequest(name=f"{camera}/controlState"))
    context.obj.screen.fields(
        state, ("holder", state.holder), ("by", ground_of(state)), ("until", screen.moment(state.until)),
        ("epoch", state.epoch),
    )  # fmt: skip


def ground_of(state: takeover_pb2.ControlState) -> str:
    """What its holder holds by."""
    if state.takeover:
        return state.takeover
    return "a lease, which its commands prolong" if state.HasField("until") else "default, as its operator"


def _ahead(minutes: float) -> Timestamp:
    return stamp(datetime.now(UTC) + timedelta(minutes=minutes))


def _show(context: Context, request: Message) -> None:
    said = context.obj.gateway.call(request)
    holding = sum(one.is_holding for one in said.taken)
    context.obj.screen.fields(
        said, ("takeover", said.name), ("of", said.principal), ("from", screen.moment(said.start_time)),
        ("until", screen.moment(said.end_time)), ("holding", f"{holding} of {len(said.taken)}"),
        *exclusiveness(said),
        *((one.camera[-20:], _state(one)) for one in said.taken[:_SHOWN]),
        *((one.camera[-20:], f"refused: {one.sentence}") for one in said.refused[:_SHOWN]),
    )  # fmt: skip


def exclusiveness(said: takeover_pb2.Takeover) -> list[tuple[str, str]]:
    """Why who ranks below sees nothing meanwhile, and whether the operator's duty view goes on."""
    if not said.is_exclusive:
        return []
    duty = f"suspended: {said.duty_reason}" if said.duty_reason else "goes on"
    return [("exclusive", said.exclusive_reason), ("duty view", duty)]


def _state(taken: takeover_pb2.TakenCamera) -> str:
    if taken.over_by:
        return f"{taken.over_by} {screen.moment(taken.over_time)}, epoch {taken.epoch}"
    until = f" until {screen.moment(taken.end_time)}" if taken.HasField("end_time") else ""
    return f"{'held' if taken.is_holding else 'another holds it'}{until}, epoch {taken.epoch}"
