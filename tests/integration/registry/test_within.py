"""The cameras of a place are those that one would find by hand, hidden ones too, page by page, on either database."""

from services.decider.area import covers
from services.decider.facts import Area
from services.registry.domain import Camera
from services.registry.system.record import LifeState
from services.registry.within import Place, Within
from tests.integration.registry.city import DISTRICTS, City, lived_in
from tests.integration.registry.test_operators import BOX, CROSSED, FAR, judged


async def pages(within: Within, place: Place, size: int) -> list[str]:
    """All of them by code, page by page."""
    found, after = list[str](), ""
    while True:
        page, after = await within.page(place, after, size)
        assert len(page) <= size
        found += [one.code for one in page]
        if not after:
            return found


def by_hand(city: City, place: Place) -> list[str]:
    def is_there(one: Camera) -> bool:
        return (
            one.state != LifeState.RETIRED
            and (not place.polygon or covers(Area(place.polygon), judged(one)))
            and (not place.districts or one.district in place.districts)
            and (not place.systems or one.system in place.systems)
        )

    return sorted(code for code, one in city.cameras.items() if is_there(one))


async def test_each_camera_of_a_place_is_on_one_page(database_url: str) -> None:
    async with lived_in(database_url, seed=3, count=400) as city:
        within = Within(city.database, city.store)
        systems = sorted({one.system for one in city.cameras.values()})
        here, nothing = frozenset(DISTRICTS[:1]), frozenset({"operators/x/systems/y"})
        for place in (
            Place(BOX), Place(CROSSED), Place(BOX, here), Place(districts=here), Place(systems=frozenset(systems[:2])),
            Place(CROSSED, here, frozenset(systems[:3])), Place(FAR), Place(systems=nothing),
        ):  # fmt: skip
            expected = by_hand(city, place)
            for size in (7, 1000):
                assert await pages(within, place, size) == expected, place
        boxed = by_hand(city, Place(BOX))
        assert {city.cameras[code].level for code in boxed} >= {0, 5}, "hidden ones are among them"
        assert len(boxed) > 20
