"""Numbers of changes are given once and in the order of the commits, so that a watcher behind one misses nothing."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from services.chassis.bell import Bell
from services.registry.change import revised
from services.registry.domain import Camera
from services.registry.listing import Filter
from services.registry.service import revise
from services.registry.store import counters, find
from services.registry.store.cameras import New
from services.registry.store.search import Order, Search
from services.registry.store.tables import cameras
from services.registry.system.record import LifeState
from tests.integration.registry.city import EVERYTHING, NOW, SYSTEMS, City, empty_city
from tests.integration.registry.clerks import watching_of
from tests.unit.registry.cameras import code, numbered

WRITERS, TURNS = 5, 6
LAST = {code(100 * writer + serial): TURNS for writer in range(WRITERS) for serial in (1, 2)}


async def writing(city: City, writer: int, bell: Bell) -> None:
    """Two cameras of its own: registered together, then renamed one after the other, with pauses where others run."""
    chance = random.Random(writer)
    serials = (100 * writer + 1, 100 * writer + 2)
    async with city.database.write() as transaction:
        await city.store.insert(transaction, [New(numbered(n, system=SYSTEMS[writer % 4])) for n in serials])
        await asyncio.sleep(0)
    bell.ring()
    for _ in range(TURNS - 1):
        for serial in serials:
            async with city.database.write() as transaction:
                if chance.random() < 0.5:
                    await counters.lock(transaction)
                [one] = await city.store.of_codes(transaction, [code(serial)])
                await revise(transaction, city.store, one, revised(one.camera, "principals/keeper", "updated", NOW))
                for _ in range(chance.randrange(5)):
                    await asyncio.sleep(0)
            bell.ring()


async def watched(city: City, bell: Bell) -> Sequence[Camera]:
    """Everything that a watcher from the beginning hears, until it has heard the last of every camera."""
    heard: list[Camera] = []
    seen: dict[str, int] = {}
    token = "0"
    async for news in watching_of(city, bell).watch("anybody", Filter(), token):
        assert int(news.resume_token) > int(token), "it gets on"
        token = news.resume_token
        heard += news.cameras
        for one in news.cameras:
            assert one.revision > seen.get(one.code, 0), "nothing is told twice, nor an older revision after a newer"
            seen[one.code] = one.revision
        if seen == LAST:
            break
    return heard


async def test_a_watcher_misses_no_committed_change_while_others_write(database_url: str) -> None:
    """Two replicas write, a third one watches; it ends only once it has heard the last change of every camera."""
    async with empty_city(database_url) as city:
        bell, replicas = Bell(), (city, City(city.database))
        async with asyncio.timeout(30):
            watchers = [asyncio.create_task(watched(City(city.database), bell)) for _ in range(2)]
            await asyncio.gather(*(writing(replicas[n % 2], n, bell) for n in range(WRITERS)))
            for heard in await asyncio.gather(*watchers):
                assert {one.code: one.revision for one in heard} == LAST


async def test_numbers_are_unique_and_none_lies_behind_the_counter(database_url: str) -> None:
    async with empty_city(database_url) as city:
        bell = Bell()
        await asyncio.gather(*(writing(city, n, bell) for n in range(WRITERS)))
        async with city.database.read() as transaction:
            numbers = list(await transaction.scalars(sa.select(cameras.c.change)))
            last = await counters.last(transaction, "change")
        assert max(Counter(numbers).values()) == 1
        assert max(numbers) == last == WRITERS * 2 * TURNS, "each change took one number"


async def test_a_number_that_was_taken_back_is_given_again_and_never_seen(database_url: str) -> None:
    async with empty_city(database_url) as city:

        async def fail() -> None:
            async with city.database.write() as transaction:
                await city.store.insert(transaction, [New(numbered(1, system=SYSTEMS[0]))])
                raise ValueError

        with pytest.raises(ValueError):
            await fail()
        async with city.database.read() as transaction:
            assert await counters.last(transaction, "change") == 0
        await city.insert([numbered(2, system=SYSTEMS[0])])
        assert await behind(city, 0) == [code(2)]


async def behind(city: City, token: int) -> list[str]:
    """The codes that changed behind ``token``."""
    async with city.database.read() as transaction:
        search = Search(EVERYTHING, order=Order("change"), after=token, limit=100)
        page = await find.page(transaction, city.store.book, search)
        return [one.camera.code for one in await city.store.of_ids(transaction, page.ids)]


async def test_watchers_hear_of_a_new_state_and_not_of_a_new_health(database_url: str) -> None:
    async with empty_city(database_url) as city:
        await city.insert([numbered(n, system=SYSTEMS[0]) for n in (1, 2, 3)])
        await city.move([code(1)], tells=False, health=3)
        assert await behind(city, 3) == []
        await city.move([code(2), code(1)], tells=True, state=LifeState.BUILT)
        assert await behind(city, 3) == [code(1), code(2)]
        async with city.database.read() as transaction:
            last = await counters.last(transaction, "change")
        await city.replace(code(3), display_name="renamed")
        assert await behind(city, last) == [code(3)]
        assert await behind(city, 0) == [code(1), code(2), code(3)]


async def test_counters_count_apart(database_url: str) -> None:
    async with empty_city(database_url) as city:
        async with city.database.write() as transaction:
            taken = {name: await counters.take(transaction, name, n) for n, name in enumerate(counters.ALL, start=1)}
        assert taken == {"change": range(1, 2), "alarm": range(1, 3), "request": range(1, 4), "levels": range(1, 5)}
        async with city.database.read() as transaction:
            assert [await counters.last(transaction, name) for name in counters.ALL] == [1, 2, 3, 4]
