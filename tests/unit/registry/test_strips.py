"""The strips of squares that a store looks up cover their area, and little more."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.decider.facts import Point
from services.registry.area import Area, Box, Circle, Polygon, bounds, inside, strips, tile, tiles, violations

GATE: Point = (23.1291, 113.2644)
micro = st.integers(0, 999_999).map(lambda millionths: millionths / 1e6)
place = st.tuples(micro.map(lambda d: 22.8 + d), micro.map(lambda d: 113 + d))
on_lines = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda p: (23 + p[0] / 100, 113 + p[1] / 100))
outlines = st.lists(place, min_size=3, max_size=12).map(tuple)
circles = st.builds(Circle, place, st.floats(0.5, 100_000))
boxes = st.builds(lambda a, b: Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])), place, place)


def test_squares_are_numbered_from_the_south_west_within_31_bits() -> None:
    assert (tile(-90, -180), tile(-90, -179.997), tile(-89.997, -180)) == (0, 1, 180_000)
    assert tile(90, 180) == tile(89.999, 179.999) == 90_000 * 180_000 - 1
    assert tile(23.1291, 113.2644) == 56_564 * 180_000 + 146_632


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1))
def test_many_squares_are_numbered_like_single_ones(points: list[Point]) -> None:
    assert tiles(*np.array(points).T).tolist() == [tile(*point) for point in points]


def assert_covered(area: Area, seed: int, marks: tuple[Point, ...] = ()) -> None:
    """Random points of the area's box, points on the lines between squares, and ``marks``."""
    box, generator = bounds(area), np.random.default_rng(seed)
    latitudes = generator.uniform(box.south, box.north, 500)
    longitudes = generator.uniform(box.west, box.east, 500)
    latitudes = np.concatenate([latitudes, latitudes.round(2), latitudes, [mark[0] for mark in marks]])
    longitudes = np.concatenate([longitudes, longitudes, longitudes.round(2), [mark[1] for mark in marks]])
    held = inside(area, latitudes, longitudes)
    found = tiles(latitudes[held], longitudes[held])
    lows, highs = np.array(strips(area)).T
    assert (lows <= highs).all()
    assert (highs[:-1] < lows[1:]).all()
    strip = np.searchsorted(lows, found, side="right") - 1
    assert (strip >= 0).all()
    assert (found <= highs[strip]).all()


@given(outlines, st.integers(0, 2**32 - 1))
@example(((23.0, 113.0), (23.0 + 1e-13, 113.9), (22.99, 113.5)), 1)
@example(((23.0, 113.0), (23.0, 113.9), (23.1, 113.9), (23.1, 113.0)), 1)
def test_every_point_of_a_polygon_has_its_square_in_a_strip(corners: tuple[Point, ...], seed: int) -> None:
    assert_covered(Polygon(corners), seed, corners)


@given(st.lists(on_lines, min_size=3, max_size=8).map(tuple))
def test_every_point_of_a_polygon_along_the_squares_has_its_square_in_a_strip(corners: tuple[Point, ...]) -> None:
    assert_covered(Polygon(corners), 7, corners)


@given(circles, st.integers(0, 2**32 - 1))
@example(Circle((89.05, 0.0), 100_000), 1)
@example(Circle((0.0, 179.1), 100_000), 1)
@example(Circle((-23.0, -113.0), 3), 1)
def test_every_point_of_a_circle_has_its_square_in_a_strip(circle: Circle, seed: int) -> None:
    assert violations(circle) == []
    box = bounds(circle)
    middle, side = circle.center
    assert_covered(
        circle, seed, ((box.north - 1e-8, side), (box.south + 1e-8, side), circle.center, (middle, box.east))
    )


@given(boxes, st.integers(0, 2**32 - 1))
def test_every_point_of_a_box_has_its_square_in_a_strip(box: Box, seed: int) -> None:
    assert_covered(box, seed, ((box.south, box.west), (box.north, box.east)))


def test_strips_are_as_wide_as_the_area_is_in_their_row() -> None:
    def shifts(area: Area) -> list[tuple[int, int]]:
        return [(low - tile(23.0, 113.0), high - tile(23.0, 113.0)) for low, high in strips(area)]

    row = 180_000
    assert shifts(Box(23.0002, 113.0002, 23.003, 113.0058)) == [(0, 2), (row, row + 2)]
    # Its long side rises with longitude.
    slope = Polygon(((23.0004, 113.0004), (23.0004, 113.0096), (23.0056, 113.0096)))
    assert shifts(slope) == [(0, 4), (row + 1, row + 4), (2 * row + 3, 2 * row + 4)]
    assert shifts(Circle((23.003, 113.003), 240)) == [(0, 2), (row, row + 2), (2 * row, 2 * row + 2)]
    disc, square = strips(Circle(GATE, 50_000)), strips(bounds(Circle(GATE, 50_000)))
    share = sum(high - low for low, high in disc) / sum(high - low for low, high in square)
    assert share == pytest.approx(math.pi / 4, abs=0.01)


def test_an_area_taller_than_two_degrees_is_one_range() -> None:
    tall = Polygon(((20, 113), (25, 113), (25, 114)))
    assert strips(tall) == [(tile(20, 113), tile(25, 114))]
    assert strips(Box(-90, -180, 90, 180)) == [(0, 90_000 * 180_000 - 1)]
    assert len(strips(Box(20.001, 113, 21.999, 114))) == 1000
