"""How much of the city an area is: its hull, the districts that it may concern, when it counts as a whole one."""

from hypothesis import given
from hypothesis import strategies as st

from services.decider.area import extent, hull, inside
from services.decider.facts import DISTRICTS, Area
from services.permissions.incidents.area import bounded, districts_of, is_whole
from tests.unit.decider.cast import COMMAND, TIANHE, YUEXIU
from tests.unit.permissions.fires import BLOCK, DISTRICT_COMMAND, NANSHA, NEXT, WHOLE

degrees = st.integers(0, 12).map(float)
points = st.lists(st.tuples(degrees, degrees), min_size=3, max_size=12).map(tuple)


@given(points, st.tuples(degrees, degrees))
def test_a_hull_holds_whatever_lies_inside_the_polygon(
    polygon: tuple[tuple[float, float], ...], point: tuple[float, float]
) -> None:
    around = hull(polygon)
    assert set(around) <= set(polygon)
    if extent(around) and inside(polygon, point):
        assert inside(around, point)


def test_a_block_is_no_district_and_several_may_be() -> None:
    assert not is_whole([Area(BLOCK)])
    assert not is_whole([Area(BLOCK), Area(NEXT)])
    assert is_whole([Area(BLOCK)] * 5)
    assert is_whole([WHOLE])
    assert not is_whole([])


def test_an_area_concerns_the_districts_that_it_names_or_comes_near() -> None:
    assert districts_of(WHOLE) == {YUEXIU}
    assert districts_of(Area(cameras=frozenset({f"districts/{TIANHE}/cameras/1"}))) == {TIANHE}
    near = districts_of(Area(BLOCK))
    assert YUEXIU in near
    assert not near & {"440114", "440117", "440118"}
    assert districts_of(Area(NANSHA)) <= {"440115", "440113"}
    assert districts_of(bounded(Area(BLOCK), DISTRICT_COMMAND)) == {YUEXIU}
    assert bounded(Area(BLOCK), COMMAND) == Area(BLOCK)
    assert districts_of(Area(((22.5, 112.95), (22.5, 114.05), (23.95, 114.05), (23.95, 112.95)))) == set(DISTRICTS)
