"""Cameras and filters: protobuf ↔ domain. The numbers of enums are the protos' own."""

import functools
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.latlng_pb2 import LatLng

from kapok.registry.v1 import camera_filter_pb2, camera_pb2, registry_service_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import Point
from services.registry.area import CORNERS, Area, Box, Circle, Polygon
from services.registry.domain import Camera, Revision, Source
from services.registry.enrolment import Draft
from services.registry.listing import Filter
from services.registry.units import ClassFilter

_MOST_VALUES = 100  # of one part of a filter; more are refused before they are looked at


def camera(found: Camera) -> camera_pb2.Camera:
    """The record as the API shows it, without its source."""
    message = camera_pb2.Camera(
        name=found.name,
        code=found.code,
        display_name=found.display_name,
        display_name_en=found.display_name_en,
        place_category=found.category,  # type: ignore[arg-type] # the numbers are the enum's own; so below
        premises=found.premises,  # type: ignore[arg-type]
        place=found.place,
        purpose=found.purpose,
        operator=found.operator,
        security_level=found.level,
        state=found.state.value,  # type: ignore[arg-type]
        is_pointable=found.is_pointable,
        etag=found.etag,
        system=found.system,
        direction_degrees=found.direction,
        mounting=found.mounting,  # type: ignore[arg-type]
        health=found.health.value,  # type: ignore[arg-type]
    )
    message.position.latitude, message.position.longitude = found.latitude, found.longitude
    message.create_time.CopyFrom(_stamp(found.created_at))
    message.update_time.CopyFrom(_stamp(found.updated_at))
    message.confirm_time.CopyFrom(_stamp(found.confirmed_at))
    return message


@functools.lru_cache(maxsize=64)
def _stamp(at: datetime) -> Timestamp:
    """What is registered together bears the same times: converting them is a fifth of a message's cost."""
    made = Timestamp()
    made.FromDatetime(at)
    return made


def draft(sent: camera_pb2.Camera, by: str, now: datetime) -> Draft:
    """What was sent, as a first revision. Of the output-only fields only a level is read, to be refused."""
    found = Camera(
        code=sent.code,
        system=sent.system,
        display_name=sent.display_name,
        display_name_en=sent.display_name_en,
        category=sent.place_category,
        premises=sent.premises,
        place=sent.place,
        latitude=sent.position.latitude,
        longitude=sent.position.longitude,
        purpose=sent.purpose,
        direction=sent.direction_degrees if sent.HasField("direction_degrees") else None,
        mounting=sent.mounting,
        created_at=now,
        updated_at=now,
        confirmed_at=now,
        changed_by=by,
        is_pointable=bool(sent.source.control_uri),
    )
    return Draft(found, source(sent), bool(sent.security_level))


def source(sent: camera_pb2.Camera) -> Source | None:
    """Where the pictures come from, when it was sent."""
    if not sent.HasField("source"):
        return None
    given = sent.source
    return Source(
        given.stream_uri, given.control_uri, given.username, given.password, given.secondary_stream_uri
    )  # fmt: skip


def wanted(sent: camera_filter_pb2.CameraFilter, parent: str = "") -> Filter:
    """A filter; ``parent`` is the six digits of the list's own district, "" for all."""
    districts = frozenset(sent.districts)
    if parent:
        districts = frozenset({parent}) if not districts or parent in districts else frozenset({"000000"})
    for name in ("districts", "place_categories", "security_levels", "operators", "systems", "states", "healths"):
        if len(getattr(sent, name)) > _MOST_VALUES:
            raise InvalidArgument(Violation(f"filter.{name}", f"names more than {_MOST_VALUES}: ask in several lists"))
    classes = ClassFilter(
        districts, frozenset(sent.place_categories), frozenset(sent.security_levels), frozenset(sent.operators),
        frozenset(sent.systems), frozenset(sent.states), frozenset(sent.healths),
    )  # fmt: skip
    return Filter(classes, sent.text, _area(sent.area) if sent.HasField("area") else None)


def _area(sent: camera_filter_pb2.Area) -> Area:
    shape = sent.WhichOneof("shape")
    if shape == "polygon":
        count = len(sent.polygon.corners)
        if count not in CORNERS:  # looked at first: millions fit in a message, and each becomes an object
            advice = f"has {count} corners; a polygon has {CORNERS[0]} to {CORNERS[-1]}"
            raise InvalidArgument(Violation("filter.area.polygon.corners", advice))
        return Polygon(tuple(map(_point, sent.polygon.corners)))
    if shape == "circle":
        return Circle(_point(sent.circle.center), sent.circle.radius_meters)
    if shape == "box":
        return Box(*_point(sent.box.south_west), *_point(sent.box.north_east))
    raise InvalidArgument(Violation("filter.area", "must be a box, a polygon or a circle"))


def _point(sent: LatLng) -> Point:
    return sent.latitude, sent.longitude


def instant(sent: Timestamp, field: str) -> datetime:
    """An aware UTC time; errors.InvalidArgument for one that no calendar has."""
    try:
        return sent.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(Violation(field, "must be a time between the years 1 and 9999")) from error


FACETS = {  # of a count → of a filter, in the singular
    "district": "district", "category": "place_category", "level": "security_level", "operator": "operator",
    "state": "state", "health": "health",
}  # fmt: skip
_ENUMS = {"category": camera_pb2.PlaceCategory, "state": camera_pb2.LifeState, "health": camera_pb2.Health}


def facet(name: str, value: str) -> str:
    """A facet's value as JSON has it: the names of enums, all else as it is."""
    return _ENUMS[name].Name(int(value)) if name in _ENUMS else value


def revision(found: Revision) -> registry_service_pb2.CameraRevision:
    """What a camera's record said, from when, by whom."""
    message = registry_service_pb2.CameraRevision(
        camera=camera(found.camera), principal=found.camera.changed_by, cause=found.camera.cause
    )
    message.start_time.FromDatetime(found.started_at)
    if found.ended_at is not None:
        message.end_time.FromDatetime(found.ended_at)
    return message
