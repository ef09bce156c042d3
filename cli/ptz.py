"""`kapok ptz`: where a camera looks, for whoever controls it."""

import time
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from google.protobuf.message import Message

from cli import names
from cli.arguments import form
from cli.cameras import CameraArgument
from cli.invocation import Context
from cli.listing import show_list
from kapok.streams.v1 import streams_service_pb2 as pb

group = typer.Typer(no_args_is_help=True, help="Point a camera that you control: move, to, by, stop, preset.")
presets = typer.Typer(no_args_is_help=True, help="What a camera keeps under a name: list, goto, set.")
group.add_typer(presets, name="preset")
_AGAIN_S = 0.4  # a move that is not told again within a second is stopped
_PRESETS_MOST = 300
_AXES = "pan + is right, tilt + is up, zoom + is in"
Velocity = Annotated[float, typer.Option(min=-1, max=1, help="Velocity from -1 to 1.")]
Part = Annotated[float, typer.Option(min=-1, max=1, help="Part of its range, -1 to 1.")]
Zoom = Annotated[float, typer.Option(min=0, max=1, help="Part of its range, 0 (wide) to 1.")]


@dataclass(frozen=True)
class Move:
    """How a camera is moved."""

    camera: CameraArgument
    pan: Velocity = 0.0
    tilt: Velocity = 0.0
    zoom: Velocity = 0.0
    seconds: Annotated[float, typer.Option(min=0.1, max=60, help="How long.")] = 1.0


@group.command("move", epilog=_AXES)
@form
def move_camera(context: Context, move: Move) -> None:
    """Move a camera for some seconds; it stops when this command ends, however it ends."""
    request = pb.MoveCameraRequest(camera=move.camera, pan=move.pan, tilt=move.tilt, zoom=move.zoom)
    end_s = time.monotonic() + move.seconds
    said = context.obj.gateway.call(request)
    try:
        while (left_s := end_s - time.monotonic()) > 0:
            time.sleep(min(left_s, _AGAIN_S))
            if left_s > _AGAIN_S:
                said = context.obj.gateway.call(request)
    finally:
        context.obj.gateway.call(pb.MoveCameraRequest(camera=move.camera))
    _tell(context, "moved", move.camera, said)


@group.command(epilog=_AXES)
def to(context: Context, camera: CameraArgument, pan: Part = 0.0, tilt: Part = 0.0, zoom: Zoom = 0.0) -> None:
    """Have a camera look somewhere: 0 is the middle of pan and tilt."""
    request = pb.PointCameraRequest(camera=camera, to={"pan": pan, "tilt": tilt, "zoom": zoom})
    _tell(context, "pointed", camera, context.obj.gateway.call(request))


@group.command(epilog=_AXES)
def by(context: Context, camera: CameraArgument, pan: Part = 0.0, tilt: Part = 0.0, zoom: Part = 0.0) -> None:
    """Have a camera look so much further."""
    request = pb.PointCameraRequest(camera=camera, by={"pan": pan, "tilt": tilt, "zoom": zoom})
    _tell(context, "pointed", camera, context.obj.gateway.call(request))


@group.command()
def stop(context: Context, camera: CameraArgument) -> None:
    """Stop a camera."""
    _tell(context, "stopped", camera, context.obj.gateway.call(pb.MoveCameraRequest(camera=camera)))


@presets.command("list")
def list_presets(context: Context, camera: CameraArgument) -> None:
    """What a camera keeps."""
    request = pb.ListPresetsRequest(parent=camera, page_size=_PRESETS_MOST)
    show_list(context, request, _PRESETS_MOST, ("preset", "name"), lambda one: (_id(one.name), one.display_name))


@presets.command("goto")
def recall_preset(
    context: Context,
    camera: CameraArgument,
    preset: Annotated[str, typer.Argument(parser=names.preset, metavar="PRESET", help="As listed.")],
) -> None:
    """Have a camera look where a preset looks."""
    request = pb.RecallPresetRequest(name=f"{camera}/presets/{preset}")
    _tell(context, "pointed", camera, context.obj.gateway.call(request))


@presets.command("set")
def create_preset(
    context: Context, camera: CameraArgument, name: Annotated[str, typer.Argument(help="At most 64 characters.")]
) -> None:
    """Have a camera keep where it looks now under a name."""
    request = pb.CreatePresetRequest(parent=camera, preset={"display_name": name})
    made = context.obj.gateway.call(request)
    context.obj.screen.fields(made, ("preset", _id(made.name)), ("name", made.display_name))


def _tell(context: Context, done: str, camera: str, said: Any) -> None:
    answer: Message = said
    context.obj.screen.fields(answer, (done, camera), ("epoch", said.epoch), ("by", said.relay))


def _id(name: str) -> str:
    return name.rpartition("/")[2]
