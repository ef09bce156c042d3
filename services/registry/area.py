"""Where a list looks: the shapes of CameraFilter.area, their faults, what they hold, which tiles cover them. Pure.

Degrees are WGS 84 and serve as a plane for boxes and polygons; a circle lies on a sphere. The world is divided into
tiles of a five-hundredth of a degree (about 220 m), numbered row by row from the south-west: `tile` is what a store
indexes, `strips` what it looks up, `inside` what decides.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.chassis.errors import Violation
from services.decider.facts import Point
from services.registry import outline
from services.registry.outline import MARGIN, Degrees, Edges, Truths

EARTH_RADIUS_M = 6_371_008.8  # mean radius (IUGG)
CORNERS = range(3, 1001)
LARGEST_RADIUS_M = 100_000
PER_DEGREE = 500
ROWS, COLUMNS = 180 * PER_DEGREE, 360 * PER_DEGREE  # of tiles in the world
TALLEST = 1000  # rows that get a strip each
_NAMED = 5  # corners off the earth that are named one by one; an answer has limits
_SPLIT = "crosses the antimeridian (longitude 180): split it in two, one on each side"
_DEGREES = "must be finite WGS 84 degrees: latitude -90 to 90, longitude -180 to 180"


@dataclass(frozen=True, slots=True)
class Box:
    """All between two latitudes and two longitudes, in degrees."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """Corners in order; the last joins the first."""

    corners: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """All within ``radius_m`` metres of the centre, over the ground."""

    center: Point
    radius_m: float


Area = Box | Polygon | Circle


def violations(area: Area, field: str = "filter.area") -> list[Violation]:
    """Everything wrong with ``area``, each with what to send instead; empty when it is sound.

    ``field`` is the path of the Area message. The other functions of this module expect a sound area.
    """
    match area:
        case Box():
            return list(_box_faults(area, f"{field}.box"))
        case Polygon():
            return list(_polygon_faults(area.corners, f"{field}.polygon.corners"))
        case Circle():
            return list(_circle_faults(area, f"{field}.circle"))


def _box_faults(box: Box, path: str) -> Iterator[Violation]:
    corners = {"south_west": (box.south, box.west), "north_east": (box.north, box.east)}
    off_earth = [Violation(f"{path}.{name}", _DEGREES) for name, corner in corners.items() if not _is_place(*corner)]
    yield from off_earth
    if off_earth:
        return
    if box.south > box.north:
        yield Violation(path, "its south_west lies north of its north_east: swap their latitudes")
    if box.west > box.east:
        yield Violation(path, f"its south_west lies east of its north_east: swap their longitudes; if it {_SPLIT}")
    if box.south == box.north or box.west == box.east:
        yield Violation(path, "encloses nothing: send two corners that differ in latitude and in longitude")


def _polygon_faults(corners: tuple[Point, ...], path: str) -> Iterator[Violation]:
    """The count comes first, so that a million corners cost nothing; each later rule relies on the earlier ones."""
    if len(corners) not in CORNERS:
        yield Violation(path, f"has {len(corners)} corners: send {CORNERS[0]} to {CORNERS[-1]}")
        return
    off_earth = [index for index, corner in enumerate(corners) if not _is_place(*corner)]
    yield from (Violation(f"{path}[{index}]", _DEGREES) for index in off_earth[:_NAMED])
    if len(off_earth) > _NAMED:
        yield Violation(path, f"{len(off_earth) - _NAMED} more corners are no place on earth: {_DEGREES}")
    if off_earth:
        return
    edges = Edges.around(corners)
    far = np.flatnonzero(np.abs(edges.longitude_b - edges.longitude_a) > 180)
    if len(far):
        yield Violation(path, f"{_edge(int(far[0]), len(corners))} {_SPLIT}")
    elif outline.is_flat(edges):
        yield Violation(path, "encloses nothing, its corners lie on one line: send three that do not")
    elif corners[0] == corners[-1]:
        yield Violation(
            f"{path}[{len(corners) - 1}]", "repeats the first corner: leave it out, the last joins the first"
        )
    elif crossing := outline.crossing(edges):
        one, other = (_edge(index, len(corners)) for index in crossing)
        yield Violation(path, f"{one} crosses or touches {other}: send the outline once around, each corner once")


def _is_place(latitude: float, longitude: float) -> bool:
    return abs(latitude) <= 90 and abs(longitude) <= 180  # what is not a number is neither


def _edge(index: int, count: int) -> str:
    return f"the edge from corners[{index}] to corners[{(index + 1) % count}]"


def _circle_faults(circle: Circle, path: str) -> Iterator[Violation]:
    is_sized = 0 < circle.radius_m <= LARGEST_RADIUS_M
    if not is_sized:
        yield Violation(f"{path}.radius_meters", f"must be more than 0, at most {LARGEST_RADIUS_M:,} metres")
    if not _is_place(*circle.center):
        yield Violation(f"{path}.center", _DEGREES)
    elif is_sized:
        around = _around(circle)
        if around is None:
            yield Violation(path, "reaches a pole: send a smaller radius, or a box")
        elif around.west < -180 or around.east > 180:
            yield Violation(path, f"{_SPLIT}, as boxes or polygons")


def bounds(area: Area) -> Box:
    """The smallest box around ``area``; around a circle a millimetre more, so that no rounding loses a point."""
    match area:
        case Box():
            return area
        case Polygon():
            latitudes, longitudes = zip(*area.corners, strict=True)
            return Box(min(latitudes), min(longitudes), max(latitudes), max(longitudes))
        case Circle():
            return _around(area) or Box(-90, -180, 90, 180)


def _around(circle: Circle) -> Box | None:
    """The box around a circle, maybe beyond longitude 180; None when the circle reaches a pole."""
    latitude, longitude = circle.center
    angle = circle.radius_m / EARTH_RADIUS_M
    up = math.degrees(angle) + MARGIN
    if abs(latitude) + up >= 90:
        return None
    side = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(latitude))))) + MARGIN
    return Box(latitude - up, longitude - side, latitude + up, longitude + side)


def inside(area: Area, latitudes: Degrees, longitudes: Degrees) -> Truths:
    """Which of n points lie in ``area``: n truths for n latitudes and n longitudes in degrees.

    Borders are inside, by the rule of services.decider.area.inside. Time grows with n, little with corners.
    """
    box = bounds(area)
    held: Truths = (latitudes >= box.south) & (latitudes <= box.north)
    held &= (longitudes >= box.west) & (longitudes <= box.east)
    if isinstance(area, Box):
        return held
    near = np.flatnonzero(held)
    if isinstance(area, Polygon):
        held[near] = outline.holds(Edges.around(area.corners), latitudes[near], longitudes[near])
    else:
        held[near] = _meters(area.center, latitudes[near], longitudes[near]) <= area.radius_m
    return held


def _meters(center: Point, latitudes: Degrees, longitudes: Degrees) -> Degrees:
    """Great-circle distances from ``center`` (haversine)."""
    latitude, longitude = np.radians(center)
    lat, lon = np.radians(latitudes), np.radians(longitudes)
    half = np.sin((lat - latitude) / 2) ** 2 + np.cos(latitude) * np.cos(lat) * np.sin((lon - longitude) / 2) ** 2
    meters: Degrees = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return meters


def tile(latitude: float, longitude: float) -> int:
    """The number of the tile that a place on earth lies in: needs 64 bits; it never falls as a coordinate rises."""
    row = min(math.floor((latitude + 90) * PER_DEGREE), ROWS - 1)
    return row * COLUMNS + min(math.floor((longitude + 180) * PER_DEGREE), COLUMNS - 1)


def tiles(latitudes: Degrees, longitudes: Degrees) -> NDArray[np.int64]:
    """`tile` of n places at once."""
    rows = np.minimum(np.floor((latitudes + 90) * PER_DEGREE).astype(np.int64), ROWS - 1)
    columns = np.minimum(np.floor((longitudes + 180) * PER_DEGREE).astype(np.int64), COLUMNS - 1)
    return rows * COLUMNS + columns


def strips(area: Area) -> list[tuple[int, int]]:
    """Sorted, disjoint ranges of tiles, ends included, that cover ``area``: one per row, as wide as it is there.

    An area taller than 1000 rows (2 degrees) gets a single range from its lowest tile to its highest.
    """
    box = bounds(area)
    lowest, highest = tile(box.south, box.west), tile(box.north, box.east)
    rows = np.arange(lowest // COLUMNS, highest // COLUMNS + 1)
    if len(rows) > TALLEST:
        return [(lowest, highest)]
    south, height = rows / PER_DEGREE - 90, 1 / PER_DEGREE
    west, east = _widths(area, south, south + height)
    middle = south + height / 2
    first, last = tiles(middle, np.maximum(west, box.west)), tiles(middle, np.minimum(east, box.east))
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _widths(area: Area, south: Degrees, north: Degrees) -> tuple[Degrees, Degrees]:
    """Westernmost and easternmost longitude of ``area`` in each of n rows."""
    match area:
        case Box():
            return np.full(len(south), area.west), np.full(len(south), area.east)
        case Polygon():
            return outline.widths(Edges.around(area.corners), south, north)
        case Circle():
            return _circle_widths(area, south, north)


def _circle_widths(circle: Circle, south: Degrees, north: Degrees) -> tuple[Degrees, Degrees]:
    """A circle is widest a little poleward of its centre, and narrows from there."""
    latitude = np.radians(circle.center[0])
    angle = circle.radius_m / EARTH_RADIUS_M
    widest = np.arcsin(np.sin(latitude) / np.cos(angle))
    at = np.clip(widest, np.radians(south - MARGIN), np.radians(north + MARGIN))
    square = (np.sin(angle / 2) ** 2 - np.sin((at - latitude) / 2) ** 2) / (np.cos(latitude) * np.cos(at))
    half = np.degrees(2 * np.arcsin(np.sqrt(np.clip(square, 0, 1)))) + MARGIN
    return circle.center[1] - half, circle.center[1] + half
