"""`kapok cameras`: what cameras exist, as far as the caller may know, and the registration of new ones."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import typer
from google.protobuf.json_format import MessageToDict
from google.type.latlng_pb2 import LatLng

from cli import names, screen
from cli.arguments import form
from cli.invocation import Context
from kapok.registry.v1 import camera_pb2, registry_service_pb2

group = typer.Typer(no_args_is_help=True, help="Cameras: list, show, register.")
_PAGE = 500
_CATEGORY = "PLACE_CATEGORY_"
_category = names.choice(camera_pb2.PlaceCategory, _CATEGORY)
CameraArgument = Annotated[
    str, typer.Argument(parser=names.camera, metavar="CAMERA", help="20-digit code, or districts/…/cameras/…")
]


@group.command("list")
def list_cameras(
    context: Context,
    district: Annotated[str, typer.Option(help="Six digits; all districts without it.")] = "-",
    area: Annotated[str, typer.Option(help="Corners of a polygon: 'LAT,LON LAT,LON LAT,LON'.")] = "",
    category: Annotated[
        int | None,
        typer.Option(parser=_category, metavar="CATEGORY", help=names.choices(camera_pb2.PlaceCategory, _CATEGORY)),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 1000,
) -> None:
    """The cameras that you may know of."""
    request = registry_service_pb2.ListCamerasRequest(
        parent=f"districts/{district}", page_size=min(limit, _PAGE), area=names.area(area) if area else [],
        place_category=category,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
    )  # fmt: skip
    pages = context.obj.gateway.pages(request)
    found = list(islice((camera for page in pages for camera in page.cameras), limit))
    context.obj.screen.table(
        {"cameras": [MessageToDict(camera) for camera in found]},
        ("camera", "level", "category", "operator", "name"),
        ((c.code, c.security_level, _category_of(c), c.operator, c.display_name) for c in found),
    )


@group.command("show")
def show_camera(context: Context, camera: CameraArgument) -> None:
    """One camera's record. Where its pictures come from is never shown."""
    _show(context, context.obj.gateway.call(registry_service_pb2.GetCameraRequest(name=camera)))


@dataclass(frozen=True)
class Registration:
    """A camera as its operator registers it."""

    code: Annotated[str, typer.Argument(help="20 digits (GB/T 28181); the first six are the district.")]
    name: Annotated[str, typer.Option(help="As people of the city say it.")]
    category: Annotated[int, typer.Option(parser=_category, help=names.choices(camera_pb2.PlaceCategory, _CATEGORY))]
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
    control: Annotated[str, typer.Option(help="Address of its pan, tilt and zoom, if it has them.")] = ""
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password, so that it stands in no process list.")
    ] = None
    acceptance: Annotated[str, typer.Option(help="Number of the completion acceptance (Articles 8, 10).")] = ""
    name_en: Annotated[str, typer.Option(help="The name in English.")] = ""


@group.command("register")
@form
def register_camera(context: Context, sheet: Registration) -> None:
    """Register a camera of your own agency. Places of privacy are refused (Article 6 ¶2)."""
    camera = camera_pb2.Camera(
        code=sheet.code, display_name=sheet.name, display_name_en=sheet.name_en, place=sheet.place,
        place_category=sheet.category, premises=sheet.premises,  # type: ignore[arg-type] # numbers by their parsers
        position=sheet.position, purpose=sheet.purpose, operator=context.obj.gateway.agency,
        acceptance_certificate=sheet.acceptance, source=_source(sheet),
    )  # fmt: skip
    request = registry_service_pb2.CreateCameraRequest(parent=f"districts/{sheet.code[:6]}", camera=camera)
    _show(context, context.obj.gateway.call(request))


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
        username=unquote(parts.username or ""),
        password=password,
    )


def _show(context: Context, c: Any) -> None:
    place = f"{c.position.latitude:.6f},{c.position.longitude:.6f}"
    context.obj.screen.fields(
        c, ("camera", c.name), ("name", c.display_name), ("", c.display_name_en), ("level", c.security_level),
        ("category", _category_of(c)), ("place", c.place), ("position", place), ("purpose", c.purpose),
        ("operator", c.operator), ("state", names.label("STATE_", camera_pb2.Camera.State.Name(c.state))),
        ("pointable", "yes" if c.is_pointable else "no"), ("updated", screen.moment(c.update_time)),
    )  # fmt: skip


def _category_of(camera: Any) -> str:
    return names.label(_CATEGORY, camera_pb2.PlaceCategory.Name(camera.place_category))
