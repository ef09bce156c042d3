"""Which cameras a list, a count or an extract is about: the options, and the filter that they make."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any

import typer
from google.type.latlng_pb2 import LatLng

from cli import names
from kapok.registry.v1 import camera_filter_pb2, camera_pb2

CATEGORY, STATE, HEALTH = "PLACE_CATEGORY_", "LIFE_STATE_", "HEALTH_"


def _values(enum: Any, prefix: str) -> Any:
    return typer.Option(parser=names.choice(enum, prefix), metavar="WORD", help=names.choices(enum, prefix))


def _named(collection: str, help_text: str) -> Any:
    return typer.Option(parser=names.resource(collection), metavar="NAME", help=help_text)


@dataclass(frozen=True, kw_only=True)
class Classes:
    """What is kept per class, so that it can be counted. Each may be given several times."""

    district: Annotated[list[str] | None, typer.Option(help="Six digits.")] = None
    category: Annotated[list[int] | None, _values(camera_pb2.PlaceCategory, CATEGORY)] = None
    level: Annotated[list[int] | None, typer.Option(min=1, max=5, help="Security level.")] = None
    operator: Annotated[list[str] | None, _named("agencies", "agencies/ID, or the ID.")] = None
    system: Annotated[list[str] | None, typer.Option(parser=names.system, metavar="NAME", help=names.SYSTEM)] = None
    state: Annotated[list[int] | None, _values(camera_pb2.LifeState, STATE)] = None
    health: Annotated[list[int] | None, _values(camera_pb2.Health, HEALTH)] = None


@dataclass(frozen=True, kw_only=True)
class Selection(Classes):
    """And words, and an area."""

    text: Annotated[str, typer.Option(help="Words of its names or its place.")] = ""
    area: Annotated[str, typer.Option(metavar="'LAT,LON …'", help="Corners of a polygon, three at least.")] = ""
    box: Annotated[str, typer.Option(metavar="'LAT,LON LAT,LON'", help="South-west and north-east corner.")] = ""
    circle: Annotated[str, typer.Option(metavar="LAT,LON,METERS", help="A center and a radius.")] = ""


def class_filter(classes: Classes) -> "camera_filter_pb2.CameraFilter":
    """The filter of these classes."""
    return camera_filter_pb2.CameraFilter(
        districts=classes.district, place_categories=classes.category,  # type: ignore[arg-type] # numbers by their parsers
        security_levels=classes.level, operators=classes.operator, systems=classes.system,
        states=classes.state, healths=classes.health,  # type: ignore[arg-type] # the same
    )  # fmt: skip


def camera_filter(selection: Selection) -> "camera_filter_pb2.CameraFilter":
    """The filter of these options; typer.BadParameter for shapes that are none, or more than one."""
    chosen = class_filter(selection)
    chosen.text = selection.text
    shapes = [(parse, getattr(selection, name)) for name, parse in _SHAPES.items() if getattr(selection, name)]
    if len(shapes) > 1:
        raise typer.BadParameter(f"give one of {', '.join(f'--{name}' for name in _SHAPES)}")
    for parse, text in shapes:
        chosen.area.CopyFrom(parse(text))
    return chosen


def _polygon(text: str) -> "camera_filter_pb2.Area":
    return camera_filter_pb2.Area(polygon=camera_filter_pb2.Polygon(corners=names.area(text)))


def _box(text: str) -> "camera_filter_pb2.Area":
    corners: list[LatLng] = [names.position(corner) for corner in text.split()]
    if len(corners) != 2:
        raise typer.BadParameter("a box has two corners: 'SOUTH,WEST NORTH,EAST'")
    return camera_filter_pb2.Area(box=camera_filter_pb2.Box(south_west=corners[0], north_east=corners[1]))


def _circle(text: str) -> "camera_filter_pb2.Area":
    place, _, radius = text.rpartition(",")
    try:
        meters = float(radius)
    except ValueError:
        meters = 0.0
    if not 0 < meters <= 100_000:
        raise typer.BadParameter("a circle is LATITUDE,LONGITUDE,METERS, with a radius of at most 100000 m")
    return camera_filter_pb2.Area(circle=camera_filter_pb2.Circle(center=names.position(place), radius_meters=meters))


_SHAPES: dict[str, Callable[[str], "camera_filter_pb2.Area"]] = {"area": _polygon, "box": _box, "circle": _circle}
assert _SHAPES.keys() <= {field.name for field in fields(Selection)}
