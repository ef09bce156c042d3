"""`kapok cameras register`, `confirm` and `retire`: an operator's word about its own cameras."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer
from google.type.latlng_pb2 import LatLng

from cli import names, screen
from cli.arguments import form
from cli.cameras.records import CameraArgument, show
from cli.cameras.selection import CATEGORY
from cli.grounds import ReasonOption
from cli.invocation import Context
from kapok.registry.v1 import camera_pb2, registry_service_pb2

SystemOption = Annotated[str, typer.Option(parser=names.system, metavar="SYSTEM", help=names.SYSTEM)]


@dataclass(frozen=True)
class Registration:
    """A camera as its operator registers it."""

    code: Annotated[str, typer.Argument(help="20 digits (GB/T 28181); the first six are the district.")]
    system: SystemOption
    name: Annotated[str, typer.Option(help="As people of the city say it.")]
    category: Annotated[
        int,
        typer.Option(
            parser=names.choice(camera_pb2.PlaceCategory, CATEGORY),
            help=names.choices(camera_pb2.PlaceCategory, CATEGORY),
        ),
    ]
    premises: Annotated[
        int,
        typer.Option(
            parser=names.choice(camera_pb2.Premises, "PREMISES_"),
            help="What it looks at: " + names.choices(camera_pb2.Premises, "PREMISES_"),
        ),
    ]
    place: Annotated[str, typer.Option(help="Where it hangs, in words.")]
    position: Annotated[LatLng, typer.Option(parser=names.position, metavar="LAT,LON", help="WGS 84 degrees.")]
    purpose: Annotated[str, typer.Option(help="What it is for.")]
    source: Annotated[str, typer.Option(help="rtsp://[USER:PASSWORD@]HOST:PORT/PATH of its stream.")]
    secondary: Annotated[str, typer.Option(help="rtsp://HOST:PORT/PATH of its smaller stream, if it has one.")] = ""
    control: Annotated[str, typer.Option(help="Where its motors take commands: onvif://HOST[:PORT], or http://…")] = ""
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password, so that it stands in no process list.")
    ] = None
    name_en: Annotated[str, typer.Option(help="The name in English.")] = ""
    direction: Annotated[float | None, typer.Option(help="Where it looks: degrees from north, clockwise.")] = None
    mounting: Annotated[
        int | None,
        typer.Option(
            parser=names.choice(camera_pb2.Mounting, "MOUNTING_"), metavar="WORD",
            help=names.choices(camera_pb2.Mounting, "MOUNTING_"),
        ),
    ] = None  # fmt: skip


@form
def register_camera(context: Context, sheet: Registration) -> None:
    """Register a camera in a system of your own agency. Places of privacy are refused (Article 6 ¶2)."""
    camera = camera_pb2.Camera(
        code=sheet.code, system=sheet.system, display_name=sheet.name, display_name_en=sheet.name_en, place=sheet.place,
        place_category=sheet.category, premises=sheet.premises,  # type: ignore[arg-type] # numbers by their parsers
        mounting=sheet.mounting,  # type: ignore[arg-type] # the same
        position=sheet.position, direction_degrees=sheet.direction, purpose=sheet.purpose, source=_source(sheet),
    )  # fmt: skip
    request = registry_service_pb2.CreateCameraRequest(parent=f"districts/{sheet.code[:6]}", camera=camera)
    show(context, context.obj.gateway.call(request))


def confirm_cameras(
    context: Context,
    camera: Annotated[
        list[str] | None, typer.Argument(metavar="[CAMERA]…", help="Codes or names, at most 1000.")
    ] = None,
    system: Annotated[str, typer.Option(help="Or every camera of this system: operators/…/systems/…")] = "",
) -> None:
    """Confirm that the basic data of your cameras is right as it stands (Article 16 ¶2). All of them or none."""
    if bool(camera) == bool(system):
        raise typer.BadParameter("give cameras, or their --system")
    request = registry_service_pb2.ConfirmCamerasRequest(
        names=[names.camera(text) for text in camera or ()], system=names.system(system) if system else ""
    )
    said = context.obj.gateway.call(request)
    context.obj.screen.fields(said, ("confirmed", said.confirmed_count), ("at", screen.moment(said.confirm_time)))


def retire_camera(
    context: Context,
    camera: CameraArgument,
    reason: ReasonOption,
    etag: Annotated[str, typer.Option(help="As read: refused when somebody changed it since.")] = "",
) -> None:
    """Take a camera out of service for good. Its record and history stay."""
    request = registry_service_pb2.RetireCameraRequest(name=camera, reason=reason, etag=etag)
    show(context, context.obj.gateway.call(request))


def _source(sheet: Registration) -> camera_pb2.Source:
    """The address without user and password, which travel in fields of their own."""
    try:
        parts = urlsplit(sheet.source)
    except ValueError as error:
        raise typer.BadParameter(f"--source is no address: {error}") from None
    password = sheet.password_file.read_text().strip() if sheet.password_file else unquote(parts.password or "")
    return camera_pb2.Source(
        stream_uri=parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
        control_uri=sheet.control,
        secondary_stream_uri=sheet.secondary,
        username=unquote(parts.username or ""),
        password=password,
    )
