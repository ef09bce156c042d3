"""Where an incident may be: inside the jurisdiction of who says so, and how much of the city counts as a district."""

from collections.abc import Iterable
from math import isfinite

from services.decider.area import extent, hull
from services.decider.facts import CITY, DISTRICTS, Area, Point, Principal, Tier
from services.permissions.fields import Fields

MAX_POINTS = 1_000  # of one incident, over all its acts
MAX_CAMERAS = 1_000  # by name, the same: so no list of names grows into a district
SOUTH_WEST, NORTH_EAST = (22.4, 112.9), (24.0, 114.1)  # Guangzhou's bounding box, WGS 84 degrees, rounded outwards
SMALLEST_EXTENT = 1e-10  # square degrees: about one square metre
# Square degrees: Yuexiu, 33.8 km², a degree being 110.8 km northwards and 102.4 km eastwards here.
SMALLEST_DISTRICT = 0.00298
NEAR = 0.1  # degrees, about ten kilometres: how rough the frames below are
# South, north, west and east of each district: it lies within its frame, which is not its border.
_FRAMES = {
    "440103": (23.03, 23.16, 113.17, 113.26),
    "440104": (23.10, 23.17, 113.23, 113.32),
    "440105": (23.04, 23.12, 113.24, 113.42),
    "440106": (23.10, 23.25, 113.29, 113.44),
    "440111": (23.13, 23.45, 113.14, 113.50),
    "440112": (23.03, 23.45, 113.38, 113.61),
    "440113": (22.86, 23.09, 113.23, 113.58),
    "440114": (23.24, 23.63, 112.95, 113.47),
    "440115": (22.43, 23.10, 113.21, 113.75),
    "440117": (23.37, 23.94, 113.27, 114.06),
    "440118": (23.08, 23.63, 113.53, 114.00),
}
_OUTSIDE = "must lie in your own district {} (Articles 4, 5): ask an agency of the city for what lies beyond"


def check_area(fields: Fields, prefix: str, area: Area, principal: Principal) -> None:
    """Claim that ``area`` (a polygon of the city, districts, cameras, or several of them) is the principal's to open.

    ``prefix`` stands before the fields' names in the request.
    """
    polygon, districts, cameras = f"{prefix}area", f"{prefix}districts", f"{prefix}cameras"
    _check_polygon(fields, polygon, area.polygon)
    fields.claim(area.districts <= {*DISTRICTS}, districts, f"must be of {' '.join(DISTRICTS)} (GB/T 2260)")
    fields.claim(len(area.cameras) <= MAX_CAMERAS, cameras, f"must name at most {MAX_CAMERAS} cameras")
    if principal.tier is Tier.DISTRICT:
        home = principal.jurisdiction
        fields.claim(area.districts <= {home}, districts, _OUTSIDE.format(home))
        is_home = all(name.startswith(f"districts/{home}/") for name in area.cameras)
        fields.claim(is_home, cameras, _OUTSIDE.format(home))
        fields.claim(not area.polygon or home in _near(area.polygon), polygon, _OUTSIDE.format(home))


def bounded(area: Area, principal: Principal) -> Area:
    """The area as far as the principal's jurisdiction goes: a polygon may cross a border, what it opens does not."""
    bound = principal.jurisdiction if principal.tier is Tier.DISTRICT else ""
    return Area(area.polygon, area.districts, area.cameras, bound)


def districts_of(area: Area) -> frozenset[str]:
    """The districts whose organs and operators an area may concern: of a polygon all whose frames it comes near."""
    if area.bound:
        return frozenset({area.bound})
    named = {name.split("/")[1] for name in area.cameras if name.startswith("districts/")}
    return frozenset({*area.districts, *named, *(_near(area.polygon) if area.polygon else ())})


def is_whole(areas: Iterable[Area]) -> bool:
    """Whether these areas together open a whole district or more: one by name, or polygons as large as the smallest.

    A polygon counts as its convex hull, so that none is made small by crossing its own sides.
    """
    found = tuple(areas)
    size = sum(extent(hull(area.polygon)) for area in found if area.polygon)
    return size >= SMALLEST_DISTRICT or any(area.districts for area in found)


def _check_polygon(fields: Fields, path: str, polygon: tuple[Point, ...]) -> None:
    if not polygon:
        return
    is_sized = 3 <= len(polygon) <= MAX_POINTS
    fields.claim(is_sized, path, f"a polygon has 3 to {MAX_POINTS} points")
    is_inside = all(_in_city(point) for point in polygon)
    fields.claim(is_inside, path, f"points must lie in Guangzhou ({CITY}): {SOUTH_WEST} to {NORTH_EAST} in degrees")
    if is_sized and is_inside:
        fields.claim(extent(hull(polygon)) > SMALLEST_EXTENT, path, "its points must not lie on one line")


def _near(polygon: tuple[Point, ...]) -> frozenset[str]:
    """The districts to whose frames the polygon's own frame comes near."""
    latitudes, longitudes = zip(*polygon, strict=True)
    return frozenset(
        district
        for district, (south, north, west, east) in _FRAMES.items()
        if max(latitudes) >= south - NEAR
        and min(latitudes) <= north + NEAR
        and max(longitudes) >= west - NEAR
        and min(longitudes) <= east + NEAR
    )


def _in_city(point: Point) -> bool:
    return all(
        isfinite(degrees) and low <= degrees <= high
        for degrees, low, high in zip(point, SOUTH_WEST, NORTH_EAST, strict=True)
    )
