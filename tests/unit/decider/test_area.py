"""An incident's area holds what lies inside it, its border included, and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.decider.area import covers, extent, inside
from services.decider.facts import Area
from tests.unit.decider.cast import SQUARE, TIANHE, TUNNEL, YUEXIU

HOOK = ((0.0, 0.0), (0.0, 3.0), (3.0, 3.0), (3.0, 0.0), (2.0, 0.0), (2.0, 2.0), (1.0, 2.0), (1.0, 0.0))  # concave
degrees = st.floats(-1, 4, allow_nan=False)


@given(degrees, degrees)
def test_a_concave_polygon_is_inside_exactly_where_its_two_arms_and_back_are(lat: float, lon: float) -> None:
    in_box = 0 <= lat <= 3 and 0 <= lon <= 3
    in_notch = 1 < lat < 2 and lon < 2
    assert inside(HOOK, (lat, lon)) == (in_box and not in_notch)


@given(degrees, degrees, st.integers(0, 7))
def test_neither_the_direction_nor_the_first_corner_matters(lat: float, lon: float, turn: int) -> None:
    turned = HOOK[turn:] + HOOK[:turn]
    assert inside(HOOK, (lat, lon)) == inside(turned, (lat, lon)) == inside(turned[::-1], (lat, lon))


def test_corners_and_borders_are_inside() -> None:
    assert all(inside(HOOK, corner) for corner in HOOK)
    assert inside(HOOK, (0.0, 1.5))


def test_points_on_one_line_have_no_extent() -> None:
    assert extent(((0, 0), (1, 1), (2, 2))) == 0
    assert extent(HOOK) == 7


def test_a_camera_is_covered_by_polygon_by_district_by_system_or_by_name() -> None:
    elsewhere = replace(TUNNEL, latitude=22.6)
    assert covers(Area(SQUARE), TUNNEL)
    assert not covers(Area(SQUARE), elsewhere)
    assert covers(Area(districts=frozenset({YUEXIU})), elsewhere)
    assert covers(Area(cameras=frozenset({TUNNEL.name})), elsewhere)
    of_system = replace(elsewhere, system="operators/metro/systems/1")
    assert covers(Area(systems=frozenset({of_system.system})), of_system)
    assert not covers(Area(systems=frozenset({of_system.system})), elsewhere)
    assert not covers(Area(), TUNNEL)


def test_a_bound_keeps_a_polygon_inside_its_district() -> None:
    assert covers(Area(SQUARE, bound=YUEXIU), TUNNEL)
    assert not covers(Area(SQUARE, bound=TIANHE), TUNNEL)
