"""Whom an area concerns is who runs cameras in it, counted as one would count them by hand, on either database."""

from collections import defaultdict

from services.decider.area import covers
from services.decider.facts import Area
from services.decider.facts import Camera as Judged
from services.registry.concerned import Concerned
from services.registry.domain import Camera
from tests.integration.registry.city import DISTRICTS, SOUTH, STEP, WEST, lived_in

EDGE = SOUTH + 5 * STEP  # cameras stand on it
BOX = ((SOUTH, WEST), (SOUTH, WEST + 6 * STEP), (EDGE, WEST + 6 * STEP), (EDGE, WEST))
CROSSED = ((SOUTH, WEST), (EDGE, WEST + 6 * STEP), (SOUTH, WEST + 6 * STEP), (EDGE, WEST))  # its sides cross
FAR = ((10.0, 10.0), (10.1, 10.0), (10.1, 10.1))


def judged(one: Camera) -> Judged:
    return Judged(one.name, one.level, one.category, one.district, one.operator, one.latitude, one.longitude, True)


async def test_operators_are_counted_inside_polygons_and_districts_as_far_as_the_bound(database_url: str) -> None:
    async with lived_in(database_url, seed=3, count=400) as city:
        concerned = Concerned(city.database, city.store)
        for area in (
            Area(BOX), Area(CROSSED), Area(BOX, bound=DISTRICTS[0]), Area(districts=frozenset(DISTRICTS[:2])),
            Area(BOX, frozenset(DISTRICTS[:1])), Area(BOX, frozenset(DISTRICTS[:2]), bound=DISTRICTS[1]), Area(FAR),
            Area(), Area(BOX[:2]),
        ):  # fmt: skip
            expected: dict[str, list[int]] = defaultdict(lambda: [0, 0])
            for one in city.cameras.values():
                if covers(area, judged(one)):
                    expected[one.operator][one.level in (0, 5)] += 1
            found = {one.operator: [one.open, one.sealed] for one in await concerned.count(area)}
            assert found == expected, area
        assert sum(one.sealed for one in await concerned.count(Area(BOX))) > 0
