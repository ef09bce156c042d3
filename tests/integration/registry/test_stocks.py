"""Stocks are counted as the cameras are, whatever happened to them, on either database; nothing sealed unless asked."""

import random
from collections import Counter

import pytest

from services.registry.kind import Stock
from services.registry.store import stocks
from services.registry.system.record import LifeState
from tests.integration.registry.city import City, drawn, empty_city


async def pages(city: City, highest_level: int, size: int) -> list[Stock]:
    """All of them, page by page."""
    found: list[Stock] = []
    while True:
        async with city.database.look() as connection:
            page = await stocks.page(connection, highest_level, found[-1].place if found else (0, ""), size)
        if not page:
            return found
        found += page


@pytest.mark.parametrize("highest_level", [4, 5])
async def test_they_are_what_a_count_of_the_cameras_finds(database_url: str, highest_level: int) -> None:
    async with empty_city(database_url) as city:
        chance = random.Random(highest_level)
        await city.insert([drawn(chance, serial) for serial in range(1, 60)])
        await city.live(chance, 12)
        for code in sorted(city.cameras)[:3]:
            if city.cameras[code].state != LifeState.RETIRED:
                await city.retire(code)
        expected = Counter(
            (one.district, one.category, one.level, f"agencies/{one.system.split('/')[1]}")
            for one in city.cameras.values()
            if 1 <= one.level <= highest_level and one.state != LifeState.RETIRED
        )
        assert expected
        assert len(expected) < len(city.cameras)
        for size in (3, 1000):
            found = await pages(city, highest_level, size)
            assert {(s.kind.district, s.kind.category, s.kind.level, s.operator): s.count for s in found} == expected
            assert len(found) == len(expected)
