"""`kapok changes`: a camera's place and purpose change with authorisation only (Article 22)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from google.type.latlng_pb2 import LatLng

from cli import names, screen
from cli.arguments import form
from cli.cameras import CameraArgument
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from kapok.registry.v1 import camera_pb2, changes_service_pb2

group = typer.Typer(no_args_is_help=True, help="Change requests (Article 22): request, decide, withdraw, list.")
_PAGE = 500
_STATES = changes_service_pb2.CameraChange.State
_STATE, _CATEGORY, _PREMISES = "STATE_", "PLACE_CATEGORY_", "PREMISES_"
ChangeArgument = Annotated[
    str, typer.Argument(parser=names.resource("cameraChanges"), metavar="CHANGE", help="cameraChanges/ID, or the ID.")
]


def _values(enum: Any, prefix: str) -> Any:
    return typer.Option(parser=names.choice(enum, prefix), metavar="WORD", help=names.choices(enum, prefix))


@dataclass(frozen=True)
class Request:
    """A change as it is asked for. What is not given stays as it is."""

    camera: CameraArgument
    reason: Annotated[str, typer.Option(help="Why.")]
    place: Annotated[str | None, typer.Option(help="Where it will hang, in words.")] = None
    position: Annotated[LatLng | None, typer.Option(parser=names.position, metavar="LAT,LON", help="WGS 84.")] = None
    direction: Annotated[float | None, typer.Option(help="Degrees from north, clockwise.")] = None
    purpose: Annotated[str | None, typer.Option(help="What it will be for.")] = None
    category: Annotated[int | None, _values(camera_pb2.PlaceCategory, _CATEGORY)] = None
    premises: Annotated[int | None, _values(camera_pb2.Premises, _PREMISES)] = None


@group.command("request")
@form
def request_change(context: Context, request: Request) -> None:
    """Ask for a change of place or purpose of a camera of yours. The public security of its district decides."""
    change = changes_service_pb2.CameraChange(
        camera=request.camera, reason=request.reason, place=request.place, position=request.position,
        direction_degrees=request.direction, purpose=request.purpose,
        place_category=request.category, premises=request.premises,  # type: ignore[arg-type] # numbers by their parsers
    )  # fmt: skip
    _show(context, context.obj.gateway.call(changes_service_pb2.RequestCameraChangeRequest(camera_change=change)))


@group.command("decide")
def decide_change(
    context: Context,
    change: ChangeArgument,
    is_approved: Annotated[bool, typer.Option("--approve/--reject", help="Approval applies it at once.")],
    reason: ReasonOption,
) -> None:
    """Approve or reject a request, as the public security of the camera's district or of the municipality."""
    request = changes_service_pb2.DecideCameraChangeRequest(name=change, approved=is_approved, reason=reason)
    _show(context, context.obj.gateway.call(request))


@group.command("withdraw")
def withdraw_change(context: Context, change: ChangeArgument) -> None:
    """Take a request of your own back before it is decided."""
    _show(context, context.obj.gateway.call(changes_service_pb2.WithdrawCameraChangeRequest(name=change)))


@group.command("list")
def list_changes(
    context: Context,
    camera: Annotated[
        str | None, typer.Option(parser=names.camera, metavar="CAMERA", help="Of one camera; of all without it.")
    ] = None,
    state: Annotated[int | None, _values(_STATES, _STATE)] = None,
    limit: LimitOption = 1000,
) -> None:
    """The requests about cameras that you run or supervise, newest first."""
    request = changes_service_pb2.ListCameraChangesRequest(
        camera=camera or "",
        state=state or 0,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
        page_size=_PAGE,
    )
    show_list(
        context, request, limit, ("change", "camera", "state", "asked", "changes", "why"),
        lambda one: (one.name, one.camera.rpartition("/")[2], _state(one), screen.moment(one.request_time), _what(one),
                     one.reason),
    )  # fmt: skip


def _show(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("change", one.name), ("camera", one.camera), ("state", _state(one)), *_changed(one), ("why", one.reason),
        ("asked by", one.requested_by), ("at", screen.moment(one.request_time)), ("decided by", one.decided_by),
        ("at", screen.moment(one.decide_time)), ("because", one.decision_reason),
    )  # fmt: skip


def _what(one: Any) -> str:
    return "; ".join(f"{label}: {value}" for label, value in _changed(one) if value)


def _changed(one: Any) -> Iterator[tuple[str, str]]:
    yield "place", one.place
    if one.HasField("position"):
        yield "position", f"{one.position.latitude:.6f},{one.position.longitude:.6f}"
    if one.HasField("direction_degrees"):
        yield "looks to", f"{one.direction_degrees:g}° from north"
    yield "purpose", one.purpose
    for label, enum, prefix, number in (
        ("category", camera_pb2.PlaceCategory, _CATEGORY, one.place_category),
        ("premises", camera_pb2.Premises, _PREMISES, one.premises),
    ):
        yield label, names.label(prefix, enum.Name(number)) if number else ""


def _state(one: Any) -> str:
    return names.label(_STATE, _STATES.Name(one.state))
