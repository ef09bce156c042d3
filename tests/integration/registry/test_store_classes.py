"""Counts of classes and tiles are what a count would find, whoever writes; memories of classes hold no ghost."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.registry.change import revised
from services.registry.health import Health
from services.registry.service import revise
from services.registry.store import counters, find
from services.registry.store.cameras import CameraStore, New
from services.registry.store.search import Search
from services.registry.store.tables import classes, systems
from services.registry.system.record import LifeState
from services.registry.units import ClassFilter
from tests.integration.registry.city import (
    CATEGORIES,
    EVERYTHING,
    HEALTHS,
    STATES,
    SYSTEMS,
    City,
    drawn,
    empty_city,
    recounted,
    spot,
)
from tests.unit.registry.cameras import NOW, code, numbered

Act = Callable[[AsyncConnection, CameraStore], Awaitable[None]]


async def remembers_what_is_there(transaction: AsyncConnection, *stores: CameraStore) -> None:
    """Assert that every book says of each class what the database says, and knows no other."""
    joined = sa.select(classes.c.id, systems.c.name, classes.c.kind).join(systems, systems.c.id == classes.c.system_id)
    rows = {row.id: (row.name, row.kind) for row in await transaction.execute(joined)}
    for store in stores:
        known = await store.book.refresh(transaction)
        assert len(known) == len(rows)
        assert {number: (known[number].system, known[number].kind) for number in rows} == rows
        assert {number: place for place, number in store.book._ids.items()} == rows


async def test_counts_stay_right_through_a_citys_life(database_url: str) -> None:
    async with empty_city(database_url) as city:
        chance = random.Random(1)
        await city.insert([drawn(chance, serial) for serial in range(1, 80)])
        for _ in range(8):
            await city.live(chance, 5)
            async with city.database.read() as transaction:
                await recounted(transaction)
                counts = await city.store.book.counts(transaction)
                assert counts.sum() == len(city.cameras)
        async with city.database.read() as transaction:
            await remembers_what_is_there(transaction, city.store, CameraStore())


async def writing(database: Database, store: CameraStore, chance: random.Random, serials: range) -> None:
    """One writer's day: registers cameras, and changes those of everybody."""
    for serial in serials:
        async with database.write() as transaction:
            await counters.lock(transaction)
            await store.insert(transaction, [New(drawn(chance, serial))])
        async with database.write() as transaction:
            await counters.lock(transaction)
            page = await find.page(transaction, store.book, Search(EVERYTHING, limit=200))
            some = await store.of_ids(transaction, chance.sample(page.ids, min(3, len(page.ids))))
            moves = [
                (one, replace(one.camera, health=chance.choice(HEALTHS), state=chance.choice(STATES))) for one in some
            ]
            await store.move(transaction, moves, tells=True)
            [one] = await store.of_ids(transaction, [some[0].id])
            after = replace(
                revised(one.camera, "principals/keeper", "updated", NOW), category=chance.choice(CATEGORIES)
            )
            latitude, longitude = spot(chance).values()
            await revise(transaction, store, one, replace(after, latitude=latitude, longitude=longitude))
        if chance.random() < 0.2:
            async with database.read() as transaction:
                await remembers_what_is_there(transaction, store)


async def test_two_replicas_with_many_writers_each_keep_the_counts_right(database_url: str) -> None:
    async with empty_city(database_url) as city:
        stores = (CameraStore(), CameraStore())
        writers = [
            writing(city.database, stores[n % 2], random.Random(n), range(100 * n + 1, 100 * n + 7)) for n in range(6)
        ]
        await asyncio.gather(*writers)
        async with city.database.read() as transaction:
            await recounted(transaction)
            await remembers_what_is_there(transaction, *stores)
            for store in stores:
                page = await find.page(transaction, store.book, Search(EVERYTHING, limit=100))
                assert len(await store.of_ids(transaction, page.ids)) == 36


class Undone(Exception):
    """Rolls a transaction back."""


async def undone(city: City, *acts: Act) -> None:
    """A transaction that does all this and fails at its end."""

    async def fail() -> None:
        async with city.database.write() as transaction:
            await counters.lock(transaction)
            for act in acts:
                await act(transaction, city.store)
            raise Undone

    with pytest.raises(Undone):
        await fail()


def inserting(serial: int, category: int) -> Act:
    async def act(transaction: AsyncConnection, store: CameraStore) -> None:
        await store.insert(transaction, [New(numbered(serial, system=SYSTEMS[0], category=category))])

    return act


def reading(serial: int, category: int) -> Act:
    async def act(transaction: AsyncConnection, store: CameraStore) -> None:
        stored = await store.get(transaction, code(serial))
        assert stored is not None, "a transaction reads what it wrote"
        assert stored.camera.category == category

    return act


def moving(serial: int) -> Act:
    async def act(transaction: AsyncConnection, store: CameraStore) -> None:
        stored = await store.of_codes(transaction, [code(serial)])
        moves = [(one, replace(one.camera, health=Health.TAMPERED)) for one in stored]
        await store.move(transaction, moves, tells=True)

    return act


async def codes_of(city: City, store: CameraStore, category: int) -> list[str]:
    search = Search(EVERYTHING, ClassFilter(categories=frozenset({category})))
    async with city.database.read() as transaction:
        page = await find.page(transaction, store.book, search)
        return [one.camera.code for one in await store.of_ids(transaction, page.ids)]


@pytest.mark.parametrize(
    "acts",
    [
        (inserting(9, 3),),
        (inserting(9, 3), reading(9, 3)),
        (inserting(9, 3), inserting(8, 3), reading(8, 3)),
        (inserting(9, 3), moving(9), reading(9, 3), inserting(8, 8), reading(8, 8)),
    ],
    ids=["written", "read back", "written twice", "moved on"],
)
async def test_a_class_that_was_rolled_back_leaves_no_ghost(database_url: str, acts: tuple[Act, ...]) -> None:
    """SQLite gives its id to the next class: a memory of the first would show the wrong cameras to the wrong people."""
    async with empty_city(database_url) as city:
        await undone(city, *acts)
        await city.insert([numbered(1, system=SYSTEMS[1], category=10)])
        await city.insert([numbered(2, system=SYSTEMS[0], category=3)])
        for store in (city.store, CameraStore()):
            assert await codes_of(city, store, 10) == [code(1)]
            assert await codes_of(city, store, 3) == [code(2)]
            assert await codes_of(city, store, 8) == []
            async with city.database.read() as transaction:
                await recounted(transaction)
                await remembers_what_is_there(transaction, store)
                stored = await store.of_codes(transaction, [code(1), code(2)])
                assert [one.camera for one in stored] == [city.cameras[code(1)], city.cameras[code(2)]]


async def test_a_system_moves_page_by_page_into_classes_that_it_makes(database_url: str) -> None:
    """As Systems.transition does: what the first page made must not be learnt while the second is read."""
    async with empty_city(database_url) as city:
        await city.insert([numbered(n, system=SYSTEMS[0]) for n in (1, 2)])
        async with city.database.read() as transaction:
            await city.store.book.refresh(transaction)
        other = CameraStore()  # another replica registers a camera of a class that this one does not know
        async with city.database.write() as transaction:
            await other.insert(transaction, [New(numbered(3, system=SYSTEMS[0], category=3))])

        async def stop(transaction: AsyncConnection, store: CameraStore) -> None:
            for serial in (1, 3):
                [one] = await store.of_codes(transaction, [code(serial)])
                await store.move(transaction, [(one, replace(one.camera, state=LifeState.BUILT))], tells=True)

        await undone(city, stop)
        await city.insert([numbered(4, system=SYSTEMS[2], category=8)])
        async with city.database.write() as transaction:
            await stop(transaction, city.store)
        async with city.database.read() as transaction:
            await recounted(transaction)
            await remembers_what_is_there(transaction, city.store, other)


async def test_a_reader_of_an_older_view_counts_beside_a_memory_that_knows_more(database_url: str) -> None:
    async with empty_city(database_url) as city:
        await city.insert([numbered(1, system=SYSTEMS[0])])
        async with city.database.read() as older:
            assert (await city.store.book.counts(older)).tolist() == [1]
            await city.insert([numbered(2, system=SYSTEMS[1])])
            async with city.database.read() as newer:
                known = await city.store.book.refresh(newer)
            counts = await city.store.book.counts(older)
            assert counts.tolist() == [1, 0]
            assert len(known.filtered(ClassFilter())) == len(counts)
            page = await find.page(older, city.store.book, Search(EVERYTHING))
            assert len(page.ids) == 1


async def test_pages_are_found_while_classes_are_made(database_url: str) -> None:
    """A search holds one view of the classes, however many are learnt of meanwhile."""
    async with empty_city(database_url) as city:
        chance = random.Random(2)
        await city.insert([drawn(chance, serial) for serial in range(1, 30)])
        is_done = False

        async def searching() -> int:
            count = 0
            while not is_done:
                async with city.database.read() as transaction:
                    page = await find.page(transaction, city.store.book, Search(EVERYTHING, limit=1000))
                    counts = await city.store.book.counts(transaction)
                    assert counts.sum() == len(page.ids) >= 29
                count += 1
            return count

        searches = [asyncio.create_task(searching()) for _ in range(3)]
        for serial in range(30, 60):
            await city.insert([drawn(chance, serial)])
        is_done = True
        assert min(await asyncio.gather(*searches)) > 1
