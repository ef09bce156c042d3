"""A camera comes back as it was written, revision by revision, and nothing half-written stays."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from services.registry.change import revised
from services.registry.health import Health
from services.registry.store import counters, find
from services.registry.store.cameras import New, locked_source
from services.registry.store.search import Search
from services.registry.system.record import LifeState
from tests.integration.registry.city import EVERYTHING, SYSTEMS, City, empty_city, recounted
from tests.unit.registry.cameras import NOW, camera, code, numbered

ONE = numbered(
    1, system=SYSTEMS[0], display_name="天河\u3000北门 '\"%;", direction=0.1 + 0.2, latitude=-23.123456789012345,
    longitude=179.99999999999997, is_pointable=True, level=0, health=Health.TAMPERED, state=LifeState.BUILT,
    created_at=NOW + timedelta(microseconds=1), confirmed_at=NOW - timedelta(microseconds=1), mounting=3,
)  # fmt: skip


@pytest.fixture
async def city(database_url: str) -> AsyncIterator[City]:
    async with empty_city(database_url) as found:
        yield found


async def test_a_camera_comes_back_to_the_last_bit(city: City) -> None:
    await city.insert([ONE])
    async with city.database.read() as transaction:
        stored = await city.store.get(transaction, ONE.code)
        assert stored is not None
        assert stored.camera == ONE
        assert await city.store.of_ids(transaction, [stored.id]) == [stored]
        assert await city.store.get(transaction, code(2)) is None
        assert await city.store.healths(transaction, [ONE.code, code(2), "'"]) == {ONE.code: Health.TAMPERED}


async def test_cameras_come_in_the_order_that_was_asked_for(city: City) -> None:
    await city.insert([numbered(n, system=SYSTEMS[n % 4]) for n in (3, 1, 2)])
    async with city.database.read() as transaction:
        by_code = await city.store.of_codes(transaction, [code(3), code(9), code(2), code(2)])
        assert [stored.camera.code for stored in by_code] == [code(2), code(3)]
        ids = [stored.id for stored in reversed(by_code)]
        assert [s.camera.code for s in await city.store.of_ids(transaction, [*ids, 10**9])] == [code(3), code(2)]
        assert await city.store.of_ids(transaction, []) == []


async def test_a_code_is_taken_once_and_the_failed_batch_leaves_nothing(city: City) -> None:
    await city.insert([ONE])
    with pytest.raises(IntegrityError):
        await city.insert([numbered(2, system=SYSTEMS[1]), ONE])
    async with city.database.read() as transaction:
        await recounted(transaction)
        found = await find.page(transaction, city.store.book, Search(EVERYTHING))
        assert len(found.ids) == 1


async def test_an_older_revision_never_overwrites_a_newer_one_and_changes_no_count(city: City) -> None:
    await city.insert([ONE])
    after = replace(revised(ONE, "principals/keeper", "updated", NOW), category=3, latitude=23.0)
    async with city.database.write() as transaction:
        stored = await city.store.get(transaction, ONE.code)
        assert stored is not None
        assert await city.store.replace(transaction, stored, after, b"locked")
        assert not await city.store.replace(transaction, stored, replace(after, display_name="late", category=8))
    async with city.database.read() as transaction:
        await recounted(transaction)
        assert [s.camera for s in await city.store.of_codes(transaction, [ONE.code])] == [after]


async def test_no_new_source_leaves_the_old_one(city: City) -> None:
    async with city.database.write() as transaction:
        await city.store.insert(transaction, [New(ONE, b"locked"), New(numbered(2, system=SYSTEMS[0]))])
    city.cameras[ONE.code] = ONE
    await city.replace(ONE.code, display_name="renamed")
    async with city.database.read() as transaction:
        assert await locked_source(transaction, ONE.code) == b"locked"
        assert await locked_source(transaction, code(2)) is None
        [(stored, locked)] = await city.store.with_sources(transaction, -1, 10)
        assert (stored.camera.code, locked) == (ONE.code, b"locked")
        assert await city.store.with_sources(transaction, stored.id, 10) == []


async def test_a_confirmation_changes_the_day_and_nothing_else(city: City) -> None:
    await city.insert([ONE, numbered(2, system=SYSTEMS[0])])
    day = NOW + timedelta(days=400, microseconds=7)
    async with city.database.write() as transaction:
        await counters.lock(transaction)
        stored = await city.store.get(transaction, ONE.code)
        assert stored is not None
        await city.store.confirm(transaction, [stored.id], day)
        await city.store.confirm(transaction, [], day)
    async with city.database.read() as transaction:
        after = await city.store.of_codes(transaction, [ONE.code, code(2)])
    assert [s.camera for s in after] == [replace(ONE, confirmed_at=day), numbered(2, system=SYSTEMS[0])]


async def test_a_camera_of_no_system_is_refused_whole(city: City) -> None:
    with pytest.raises(KeyError):
        await city.insert([camera(system="operators/no/systems/one")])
    async with city.database.read() as transaction:
        await recounted(transaction)
