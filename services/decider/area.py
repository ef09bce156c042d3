"""Plane geometry of an incident's area. A city is small enough for degrees to serve as a plane."""

from itertools import pairwise

from services.decider.facts import Area, Camera, Point


def covers(area: Area, camera: Camera) -> bool:
    """Whether the camera is named, in a named district, of a named operator or system, or inside the polygon; and not
    beyond the bound.
    """
    return (not area.bound or area.bound == camera.district) and (
        camera.name in area.cameras
        or camera.district in area.districts
        or camera.operator in area.operators
        or camera.system in area.systems
        or (len(area.polygon) > 2 and inside(area.polygon, (camera.latitude, camera.longitude)))
    )


def inside(polygon: tuple[Point, ...], point: Point) -> bool:
    """Even-odd rule by casting a ray northwards; a point on the border is inside. O(corners)."""
    latitude, longitude = point
    is_inside = False
    lat_a, lon_a = polygon[-1]
    for lat_b, lon_b in polygon:
        side = (lon_b - lon_a) * (latitude - lat_a) - (lat_b - lat_a) * (longitude - lon_a)
        if side == 0 and _between(lat_a, latitude, lat_b) and _between(lon_a, longitude, lon_b):
            return True
        # Half-open in longitude, so that a ray through a corner counts it once.
        if (lon_a > longitude) != (lon_b > longitude) and (side < 0) == (lon_b > lon_a):
            is_inside = not is_inside
        lat_a, lon_a = lat_b, lon_b
    return is_inside


def extent(polygon: tuple[Point, ...]) -> float:
    """Enclosed area in square degrees (shoelace formula); 0 when all points lie on one line."""
    corners = pairwise((polygon[-1], *polygon))
    return abs(sum(lat_a * lon_b - lat_b * lon_a for (lat_a, lon_a), (lat_b, lon_b) in corners)) / 2


def hull(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Corners of the smallest convex polygon around ``points`` (Andrew's monotone chain). O(n log n).

    It encloses at least what ``inside`` finds in a polygon, also in one whose sides cross.
    """
    ordered = sorted(set(points))
    return (*_chain(ordered), *_chain(ordered[::-1])) or points


def _chain(ordered: list[Point]) -> list[Point]:
    """One side of the hull without its last point."""
    side: list[Point] = []
    for lat, lon in ordered:
        while len(side) > 1:
            (lat_a, lon_a), (lat_b, lon_b) = side[-2:]
            if (lat_b - lat_a) * (lon - lon_a) - (lon_b - lon_a) * (lat - lat_a) > 0:
                break
            side.pop()
        side.append((lat, lon))
    return side[:-1]


def _between(one: float, value: float, other: float) -> bool:
    return one <= value <= other or other <= value <= one
