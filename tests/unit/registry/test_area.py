"""An area is refused with what to send instead, and holds what lies inside it, its border included."""

import math
import time
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.decider.area import inside as is_inside
from services.decider.facts import Point
from services.registry.area import Area, Box, Circle, Polygon, bounds, inside, violations

GATE: Point = (23.1291, 113.2644)
INF, NAN = math.inf, math.nan
HOOK = ((0.0, 0.0), (0.0, 3.0), (3.0, 3.0), (3.0, 0.0), (2.0, 0.0), (2.0, 2.0), (1.0, 2.0), (1.0, 0.0))
micro = st.integers(0, 999_999).map(lambda millionths: millionths / 1e6)
quarter = st.integers(0, 8).map(lambda quarters: quarters / 4)
grid = st.tuples(quarter, quarter)
place = st.tuples(micro.map(lambda d: 22.8 + d), micro.map(lambda d: 113 + d))
outlines = st.lists(place, min_size=3, max_size=12).map(tuple)


def star(corners: int) -> Polygon:
    """A saw-toothed ring that does not cross itself."""
    turns = [2 * math.pi * index / corners for index in range(corners)]
    reach = [0.2 + 0.1 * (index * 7919 % 97) / 97 for index in range(corners)]
    return Polygon(tuple((23 + r * math.sin(t), 113 + r * math.cos(t)) for r, t in zip(reach, turns, strict=True)))


def zigzag(corners: int) -> Polygon:
    """Every other corner far east: each edge but two spans all longitudes, the slowest there is."""
    teeth = [(22.8 + 0.6 * index / corners, 113.6 if index % 2 else 113.0) for index in range(corners - 2)]
    return Polygon((*teeth, (23.5, 113.7), (22.7, 113.7)))


def fastest_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of the best of five: what the work costs, whatever else the machine does."""
    took = []
    for _ in range(5):
        start = time.thread_time()
        work()
        took.append(time.thread_time() - start)
    return min(took) * 1e3


def told(area: Area) -> str:
    """All that is wrong, as "path: sentence" joined."""
    return "; ".join(f"{wrong.field}: {wrong.description}" for wrong in violations(area))


def shares_a_point(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Of the segments ab and cd, for coordinates whose products are exact."""

    def turn(p: Point, q: Point, r: Point) -> int:
        side = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        return (side > 0) - (side < 0)

    def on(p: Point, q: Point, r: Point) -> bool:
        return turn(p, q, r) == 0 and all(min(p[k], q[k]) <= r[k] <= max(p[k], q[k]) for k in (0, 1))

    if turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0:
        return True
    return on(a, b, c) or on(a, b, d) or on(c, d, a) or on(c, d, b)


def first_meeting(corners: tuple[Point, ...]) -> tuple[int, int] | None:
    """Pair by pair, exactly, as `violations` should see it."""
    count = len(corners)
    for i, j in combinations(range(count), 2):
        a, b, c, d = corners[i], corners[(i + 1) % count], corners[j], corners[(j + 1) % count]
        if j == i + 1:  # neighbours may share b = c only: does the far end of either lie on the other?
            meets = a == b or c == d or shares_a_point(a, b, d, d) or shares_a_point(c, d, a, a)
        elif (j + 1) % count == i:
            meets = a == b or c == d or shares_a_point(a, b, c, c) or shares_a_point(c, d, b, b)
        else:
            meets = shares_a_point(a, b, c, d)
        if meets:
            return i, j
    return None


@pytest.mark.parametrize(
    "area",
    [
        Box(22.5, 112.9, 23.9, 114.1), Box(-90, -180, 90, 180), Polygon(HOOK), Polygon(HOOK[::-1]), star(1000),
        zigzag(1000), Polygon(((0, -90), (0, 90), (1, 0))), Circle(GATE, 100_000), Circle(GATE, 1e-3),
        Circle((0, 179), 100_000), Circle((-89, 0), 100_000),
    ],
)  # fmt: skip
def test_a_sound_area_passes(area: Area) -> None:
    assert violations(area) == []


@pytest.mark.parametrize(
    ("area", "path", "words"),
    [
        (Box(NAN, 113, 23, 114), "box.south_west", "finite"),
        (Box(22, 113, 91, 114), "box.north_east", "-90 to 90"),
        (Box(23, 113, 22, 114), "box", "swap their latitudes"),
        (Box(22, 179, 23, -179), "box", "split it in two"),
        (Box(22, 113, 22, 114), "box", "encloses nothing"),
        (Box(22, 113, 23, 113), "box", "encloses nothing"),
        (Polygon(()), "polygon.corners", "0 corners: send 3 to 1000"),
        (Polygon(((0, 0), (0, 1))), "polygon.corners", "2 corners"),
        (Polygon(star(1001).corners), "polygon.corners", "1001 corners"),
        (Polygon(((0, 0), (0, 1), (INF, 1))), "polygon.corners[2]", "finite"),
        (Polygon(((0, 0), (0, 181), (1, 1))), "polygon.corners[1]", "-180 to 180"),
        (Polygon(((0, 179), (0, -179), (1, 179))), "polygon.corners", "corners[0] to corners[1] crosses the antimer"),
        (Polygon(((0.1, 0.1), (0.2, 0.2), (0.3, 0.3))), "polygon.corners", "encloses nothing"),
        (Polygon((GATE, GATE, GATE)), "polygon.corners", "encloses nothing"),
        (Polygon(((0, 0), (1, 1), (0, 1), (1, 0))), "polygon.corners",
         "corners[0] to corners[1] crosses or touches the edge from corners[2] to corners[3]"),
        (Polygon((*HOOK, HOOK[0])), "polygon.corners[8]", "leave it out"),
        (Polygon(((0, 0), (0, 2), (1, 1), (2, 2), (2, 0), (1, 1))), "polygon.corners", "touches"),
        (Circle((91, 0), 5), "circle.center", "-90 to 90"),
        (Circle(GATE, 0), "circle.radius_meters", "more than 0"),
        (Circle(GATE, 100_001), "circle.radius_meters", "at most 100,000"),
        (Circle(GATE, NAN), "circle.radius_meters", "more than 0"),
        (Circle((89.5, 0), 100_000), "circle", "pole"),
        (Circle((0, 179.5), 100_000), "circle", "split it in two"),
        (Circle((0, -179.5), 100_000), "circle", "split it in two"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_field_and_what_to_send(area: Area, path: str, words: str) -> None:
    (wrong,) = violations(area)
    assert wrong.field == f"filter.area.{path}"
    assert words in wrong.description


def test_all_faults_are_told_at_once_but_never_a_thousand() -> None:
    assert told(Circle((91, 0), -1)).count("filter.area.circle.") == 2
    assert told(Box(23, 114, 22, 113)).count("swap") == 2
    lost = violations(Polygon(((INF, 0.0),) * 1000), "area")
    assert [wrong.field for wrong in lost[:2]] == ["area.polygon.corners[0]", "area.polygon.corners[1]"]
    assert len(lost) == 6
    assert lost[-1].description.startswith("995 more")


@given(st.lists(grid, min_size=3, max_size=9).map(tuple))
@example(HOOK)
@example(((0, 0), (0, 2), (0, 1), (1, 1)))
@example(((0, 0), (0, 0), (0, 1), (1, 1)))
def test_the_first_two_edges_that_meet_are_found_whatever_the_corners(corners: tuple[Point, ...]) -> None:
    heard, meeting = told(Polygon(corners)), first_meeting(corners)
    if "lie on one line" in heard:
        assert meeting, "corners on one line run back over each other"
    elif "leave it out" in heard:
        assert corners[0] == corners[-1]
    elif meeting:
        i, j = meeting
        assert f"from corners[{i}] to corners[{(i + 1) % len(corners)}] crosses or touches" in heard
        assert f"touches the edge from corners[{j}]" in heard
    else:
        assert heard == ""


def test_a_crossing_among_a_thousand_corners_is_found_in_any_of_them() -> None:
    turns = [2 * math.pi * index / 1000 for index in range(1000)]
    sound = tuple((23 + 0.2 * math.sin(turn), 113 + 0.2 * math.cos(turn)) for turn in turns)
    assert told(Polygon(sound)) == ""
    for index in (0, 31, 32, 500, 998):
        swapped = (*sound[:index], sound[index + 1], sound[index], *sound[index + 2 :])
        assert "crosses or touches" in told(Polygon(swapped))
        doubled = (*sound[:index], sound[index], *sound[index:-1])
        assert f"corners[{index}] to corners[{index + 1}]" in told(Polygon(doubled))
    assert "crosses or touches" in told(Polygon((*sound[:500], sound[10], *sound[501:])))


def test_a_thousand_corners_are_judged_in_fifty_milliseconds_and_a_million_in_one() -> None:
    for slow in (star(1000), zigzag(1000)):
        assert fastest_ms(lambda area=slow: violations(area)) < 50  # type: ignore[misc]
    endless = Polygon((GATE,) * 1_000_000)
    assert fastest_ms(lambda: violations(endless)) < 1


@given(st.lists(grid, min_size=3, max_size=9).map(tuple), st.lists(grid, min_size=1, max_size=30))
@example(HOOK, [(0.0, 1.5), (1.0, 1.0), (1.5, 1.0), *HOOK])
def test_many_points_are_judged_like_single_ones_on_borders_and_corners(
    corners: tuple[Point, ...], points: list[Point]
) -> None:
    assert_judged_like_single_points(corners, points)


@given(outlines, st.lists(place, min_size=1, max_size=50))
def test_many_points_are_judged_like_single_ones_anywhere(corners: tuple[Point, ...], points: list[Point]) -> None:
    middles = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in pairwise(corners)]
    assert_judged_like_single_points(corners, [*points, *corners, *middles])


def test_more_points_than_one_block_are_judged_like_single_ones() -> None:
    generator = np.random.default_rng(2)
    points = np.column_stack([generator.uniform(22.7, 23.3, 20_000), generator.uniform(112.7, 113.3, 20_000)])
    assert_judged_like_single_points(star(20).corners, [(float(a), float(b)) for a, b in points.round(2)])


def assert_judged_like_single_points(corners: tuple[Point, ...], points: list[Point]) -> None:
    latitudes, longitudes = np.array(points).T
    held = inside(Polygon(corners), latitudes, longitudes)
    assert held.tolist() == [is_inside(corners, point) for point in points]


def test_a_hundred_thousand_points_take_a_hundred_milliseconds() -> None:
    generator = np.random.default_rng(1)
    latitudes, longitudes = generator.uniform(22.7, 23.5, 100_000), generator.uniform(113, 113.7, 100_000)
    for area in (star(100), zigzag(100), Circle(GATE, 30_000), Box(23, 113.1, 23.2, 113.5)):
        assert fastest_ms(lambda area=area: inside(area, latitudes, longitudes)) < 100  # type: ignore[misc]


def test_no_points_are_no_answers() -> None:
    none = np.array([], dtype=np.float64)
    assert all(inside(area, none, none).tolist() == [] for area in (Box(0, 0, 1, 1), Polygon(HOOK), Circle(GATE, 1)))


def test_the_border_of_a_box_is_inside() -> None:
    held = inside(Box(22, 113, 23, 114), np.array([22.0, 23.0, 22.5, 21.999]), np.array([113.0, 114.0, 114.001, 113.5]))
    assert held.tolist() == [True, True, False, False]


@pytest.mark.parametrize("latitude", [0.0, 23.1, -60.0, 88.0])
def test_a_circle_reaches_as_many_metres_in_every_direction(latitude: float) -> None:
    degree = 2 * math.pi * 6_371_008.8 / 360
    reach = 1000 / degree
    east = reach / math.cos(math.radians(latitude))
    for factor, expected in ((0.999, True), (1.001, False)):
        around = [(reach, 0), (-reach, 0), (0, east), (0, -east)]
        latitudes = np.array([latitude + factor * up for up, _ in around])
        longitudes = np.array([113 + factor * side for _, side in around])
        assert inside(Circle((latitude, 113), 1000), latitudes, longitudes).tolist() == [expected] * 4


def test_bounds_are_tight() -> None:
    assert bounds(Polygon(HOOK)) == bounds(Box(0, 0, 3, 3)) == Box(0, 0, 3, 3)
    box = bounds(Circle((60, 20), 1000))
    assert (box.north - 60, 60 - box.south) == pytest.approx((0.008993, 0.008993), rel=1e-3)
    assert (box.east - 20, 20 - box.west) == pytest.approx((0.017986, 0.017986), rel=1e-3)
