"""`kapok cameras list`, `watch`, `show`, `count` and `history`: cameras as the registry has them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp

from cli import names, screen
from cli.arguments import form
from cli.cameras.selection import CATEGORY, HEALTH, STATE, Classes, Selection, camera_filter, class_filter
from cli.invocation import Context
from cli.listing import LimitOption, ResumeOption, follow, show_list
from kapok.registry.v1 import camera_pb2, registry_service_pb2

PAGE = 500
_ORDERS = ("name", "name desc", "update_time", "update_time desc")
CameraArgument = Annotated[
    str, typer.Argument(parser=names.camera, metavar="CAMERA", help="20-digit code, or districts/…/cameras/…")
]


@dataclass(frozen=True, kw_only=True)
class Listing(Selection):
    """A list as it is asked for."""

    order_by: Annotated[str, typer.Option(help=", ".join(_ORDERS))] = "name"
    limit: LimitOption = 1000


@form
def list_cameras(context: Context, listing: Listing) -> None:
    """The cameras that you may know of."""
    request = registry_service_pb2.ListCamerasRequest(
        parent="districts/-", page_size=PAGE, filter=camera_filter(listing),
        order_by="" if listing.order_by == "name" else listing.order_by,
    )  # fmt: skip
    show_list(
        context, request, listing.limit, ("camera", "level", "category", "state", "health", "operator", "name"),
        lambda c: (c.code, c.security_level, category_of(c), state_of(c), health_of(c), c.operator, c.display_name),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Watch(Classes):
    """What is watched, and from where on."""

    resume: ResumeOption = ""


@form
def watch_cameras(context: Context, watch: Watch) -> None:
    """Cameras as they change, until Ctrl-C. With --json one answer a line, with its token."""
    request = registry_service_pb2.WatchCamerasRequest(resume_token=watch.resume, filter=class_filter(watch))
    follow(context, request, _changed)


def _changed(c: Any) -> str:
    return f"{screen.moment(c.update_time)}  {c.code}  {state_of(c)}  {health_of(c)}  {c.display_name}"


def show_camera(
    context: Context,
    camera: CameraArgument,
    as_of: Annotated[datetime | None, typer.Option(help="As it was then, UTC.")] = None,
) -> None:
    """One camera's record. Where its pictures come from is never shown."""
    show(context, context.obj.gateway.call(registry_service_pb2.GetCameraRequest(name=camera, as_of_time=_utc(as_of))))


@form
def count_cameras(context: Context, classes: Classes) -> None:
    """How many cameras you may know of, by district, category, level, operator, state and health."""
    request = registry_service_pb2.CountCamerasRequest(filter=class_filter(classes))
    said = context.obj.gateway.call(request)
    rows = [(facet.field, _shortened(value.value), value.count) for facet in said.facets for value in facet.values]
    columns = ("by", "value", "cameras")
    context.obj.screen.table(MessageToDict(said), columns, [("", "all", said.total_size), *rows])


def show_history(
    context: Context, camera: CameraArgument, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100
) -> None:
    """Every revision of a camera's basic data, newest first (Article 22)."""
    request = registry_service_pb2.ListCameraRevisionsRequest(parent=camera, page_size=PAGE)
    show_list(context, request, limit, ("from", "until", "who", "cause", "name", "place", "purpose"), _revision)


def _revision(revision: Any) -> Sequence[object]:
    camera, who = revision.camera, revision.principal.removeprefix("principals/")
    times = (screen.moment(revision.start_time), screen.moment(revision.end_time))
    return (*times, who, revision.cause, camera.display_name, camera.place, camera.purpose)


def show(context: Context, c: Any) -> None:
    """One camera on the screen."""
    context.obj.screen.fields(c, *_rows(c))


def _rows(c: Any) -> Iterator[tuple[str, object]]:
    yield from (("camera", c.name), ("name", c.display_name), ("", c.display_name_en), ("level", c.security_level))
    yield from (("category", category_of(c)), ("premises", _word(camera_pb2.Premises, "PREMISES_", c.premises)))
    yield from (("place", c.place), ("position", f"{c.position.latitude:.6f},{c.position.longitude:.6f}"))
    if c.HasField("direction_degrees"):
        yield "looks to", f"{c.direction_degrees:g}° from north"
    yield "mounting", _word(camera_pb2.Mounting, "MOUNTING_", c.mounting)
    yield from (("purpose", c.purpose), ("system", c.system), ("operator", c.operator))
    yield from (("state", state_of(c)), ("health", health_of(c)), ("pointable", "yes" if c.is_pointable else "no"))
    yield from (("updated", screen.moment(c.update_time)), ("confirmed", screen.moment(c.confirm_time)))


def category_of(camera: Any) -> str:
    """In a word."""
    return _word(camera_pb2.PlaceCategory, CATEGORY, camera.place_category)


def state_of(camera: Any) -> str:
    """In a word."""
    return _word(camera_pb2.LifeState, STATE, camera.state)


def health_of(camera: Any) -> str:
    """In a word; empty before the first report."""
    return _word(camera_pb2.Health, HEALTH, camera.health)


def _word(enum: Any, prefix: str, number: int) -> str:
    return names.label(prefix, enum.Name(number)) if number in enum.values() and number else ""


def _shortened(value: str) -> str:
    """A facet's value: enums by their word, the rest as it is."""
    for prefix in (CATEGORY, STATE, HEALTH):
        if value.startswith(prefix):
            return names.label(prefix, value)
    return value


def _utc(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment.replace(tzinfo=UTC))
    return stamp
