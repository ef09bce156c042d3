"""Several areas at once: inside any, inside both, and tiles that cover what is inside."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.decider.area import inside as is_inside
from services.registry.area import Box, Polygon, tile
from services.registry.joined import AnyOf, Both, bounds, inside, strips

places = st.tuples(
    st.integers(0, 40).map(lambda n: 23.0 + n / 1000), st.integers(0, 40).map(lambda n: 113.0 + n / 1000)
)
polygons = st.lists(places, min_size=3, max_size=6).map(lambda corners: Polygon(tuple(corners)))
boxes = st.builds(lambda a, b: Box(*map(min, a, b), *map(max, a, b)), places, places)


@given(st.lists(polygons, min_size=1, max_size=4), boxes, st.lists(places, min_size=1, max_size=30))
def test_points_lie_in_any_and_in_both_and_in_the_tiles_that_cover_them(
    drawn: list[Polygon], box: Box, points: list[tuple[float, float]]
) -> None:
    any_of = AnyOf(tuple(drawn))
    both = Both(box, any_of)
    latitudes, longitudes = np.array(points).T
    in_any = [any(is_inside(polygon.corners, point) for polygon in drawn) for point in points]
    in_box = [box.south <= lat <= box.north and box.west <= lon <= box.east for lat, lon in points]
    assert inside(any_of, latitudes, longitudes).tolist() == in_any
    in_both = [one and other for one, other in zip(in_any, in_box, strict=True)]
    assert inside(both, latitudes, longitudes).tolist() == in_both
    for shape, held in ((any_of, in_any), (both, in_both)):
        frame, covering = bounds(shape), strips(shape)
        assert all(low <= high for low, high in covering)
        assert all(high < low for (_, high), (low, _) in itertools.pairwise(covering))
        for (lat, lon), is_held in zip(points, held, strict=True):
            if is_held:
                assert frame.south <= lat <= frame.north
                assert frame.west <= lon <= frame.east
                assert any(low <= tile(lat, lon) <= high for low, high in covering)
