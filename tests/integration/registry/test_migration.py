"""From the first release to this one: every camera is found again in every way, and the schema is the store's."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.chassis import database
from services.chassis.clock import ManualClock
from services.registry.area import Box
from services.registry.health import Health
from services.registry.store import counters, find, revisions, systems, tables
from services.registry.store.cameras import locked_source
from services.registry.store.search import Search
from services.registry.system.record import LifeState
from services.registry.units import ClassFilter
from services.registry.words import parse
from tests.integration.registry.city import EVERYTHING, MIGRATIONS, City, recounted
from tests.integration.registry.clerks import deed, registry_of, renaming
from tests.integration.registry.first_release import CHANGED, REGISTERED, Old, left
from tests.unit.registry.cameras import numbered

METRO, PARKS = "agencies/metro", "agencies/parks"
FEW, MANY = 40, 1003  # more than the migration carries over at once
CAMERAS = [
    Old(1, METRO, "A-1", locked=b"nonce and ciphertext"),
    Old(2, METRO, "", district="440106", category=3),
    Old(3, PARKS, "A-3", level=5, latitude=23.4),
    Old(4, PARKS, "A-4", level=1, district="440106", revision=1),
    *(Old(n, METRO, f"A-{n}" if n % 2 else "", level=1 + n % 4, category=1 + n % 13) for n in range(5, MANY + 1)),
]


@asynccontextmanager
async def upgraded(url: str, tmp_path: Path, cameras: list[Old]) -> AsyncIterator[City]:
    """What is there after this release has opened the first one's database."""
    await left(url, tmp_path / "first release", cameras)
    async with database.connect(url, MIGRATIONS) as opened:
        yield City(opened)


async def found(city: City, **wanted: Any) -> list[int]:
    """Serials of what a search finds, its pages added up."""
    async with city.database.read() as transaction:
        page = await find.page(transaction, city.store.book, Search(EVERYTHING, limit=2000, **wanted))
        assert page.last is None
        return [int(one.camera.code[-6:]) for one in await city.store.of_ids(transaction, page.ids)]


async def test_every_camera_of_the_first_release_is_found_again(database_url: str, tmp_path: Path) -> None:
    async with upgraded(database_url, tmp_path, CAMERAS) as city:
        async with city.database.read() as transaction:
            await recounted(transaction)
            stored = await city.store.of_codes(transaction, [one.code for one in CAMERAS])
            assert await locked_source(transaction, CAMERAS[0].code) == b"nonce and ciphertext"
            assert await locked_source(transaction, CAMERAS[1].code) is None
        assert len(stored) == MANY
        by_code = {one.camera.code: one.camera for one in stored}
        for old in CAMERAS:
            new, row = by_code[old.code], old.row
            same = ("name", "district", "display_name", "display_name_en", "category", "premises", "place", "latitude",
                    "longitude", "purpose", "operator", "level", "is_pointable")  # fmt: skip
            assert {name: getattr(new, name) for name in same} == {name: row[name] for name in same}
            assert new.state is (LifeState.IN_SERVICE if old.certificate else LifeState.BUILT)
            assert (new.created_at, new.confirmed_at, new.revision) == (REGISTERED, CHANGED, old.revision + 1)
            assert (new.health, new.is_retired, new.direction) == (Health.UNSPECIFIED, False, None)


async def test_searches_and_counts_know_what_was_carried_over(database_url: str, tmp_path: Path) -> None:
    async with upgraded(database_url, tmp_path, CAMERAS[:FEW]) as city:
        assert await found(city, words=parse("gate 3")) == [3]
        assert len(await found(city, words=parse("天河"))) == FEW
        assert await found(city, area=Box(23.39, 113.0, 23.41, 114.0)) == [3]
        assert await found(city, classes=ClassFilter(districts=frozenset({"440106"}))) == [2, 4]
        assert await found(city, classes=ClassFilter(levels=frozenset({5}))) == [3]
        assert await found(city, classes=ClassFilter(operators=frozenset({PARKS}))) == [3, 4]
        built = ClassFilter(states=frozenset({LifeState.BUILT}))
        assert sorted(await found(city, classes=built)) == [one.serial for one in CAMERAS[:FEW] if not one.certificate]
        async with city.database.read() as transaction:
            counts = await city.store.book.counts(transaction)
        everything = city.store.book.known.filtered(ClassFilter())
        told = city.store.book.known.tallied(everything, counts)
        assert told["level"] == {str(level): n for level, n in Counter(one.level for one in CAMERAS[:FEW]).items()}
        assert told["operator"] == {METRO: FEW - 2, PARKS: 2}


async def test_the_former_revision_keeps_the_certificate_and_the_time_before(database_url: str, tmp_path: Path) -> None:
    async with upgraded(database_url, tmp_path, CAMERAS[:4]) as city, city.database.read() as transaction:
        stored = await city.store.get(transaction, CAMERAS[0].code)
        assert stored is not None
        now, former = await revisions.page(transaction, stored, 100, 100)
        assert (now.camera.revision, former.camera.revision) == (4, 3)
        assert (former.started_at, former.ended_at) == (REGISTERED, now.started_at)
        assert former.camera.texts == now.camera.texts
        then = await revisions.as_of(transaction, stored, REGISTERED + timedelta(days=1))
        assert then == former
        assert await revisions.as_of(transaction, stored, REGISTERED - timedelta(days=1)) is None
        records = await transaction.scalars(sa.select(tables.revisions.c.record).order_by(tables.revisions.c.camera_id))
        kept = [json.loads(record)["acceptance_certificate"] for record in records]
        assert sorted(kept) == sorted(one.certificate for one in CAMERAS[:4])


async def test_each_operator_gets_a_system_for_what_was_accepted_and_one_for_the_rest(
    database_url: str, tmp_path: Path
) -> None:
    async with upgraded(database_url, tmp_path, CAMERAS[:4]) as city, city.database.read() as transaction:
        listed = await systems.page(transaction, "", None, "", 100)
        told = {one.system.name: (one.system.state, one.camera_count) for one in listed}
        assert told["operators/metro/systems/main"] == (LifeState.IN_SERVICE, 1)
        assert told["operators/metro/systems/unaccepted"] == (LifeState.BUILT, 1)
        main = await systems.get(transaction, "operators/metro/systems/main")
        assert main is not None
        assert main.system.acceptance is not None
        assert main.system.acceptance.certificate_number == "A-1"
        for one in listed:
            [step] = await systems.steps(transaction, one.system.name)
            assert step.state is one.system.state


async def test_no_system_that_is_carried_over_mixes_state_secrets_with_others(
    database_url: str, tmp_path: Path
) -> None:
    """Article 11; and Standing would let no other camera join it."""
    async with upgraded(database_url, tmp_path, CAMERAS[:4]) as city, city.database.read() as transaction:
        names = [one.system.name for one in await systems.page(transaction, "", None, "", 100)]
        standings = await systems.standings(transaction, names)
        assert {name for name, one in standings.items() if 0 < one.sealed_count < one.count} == set()


async def test_what_was_carried_over_lives_on(database_url: str, tmp_path: Path) -> None:
    """Its numbers go on behind those given, its sources open, it is renamed, and others join its system."""
    async with upgraded(database_url, tmp_path, CAMERAS[:4]) as city:
        async with city.database.read() as transaction:
            assert [await counters.last(transaction, name) for name in counters.ALL] == [4, 0, 0, 0]
            stored = await city.store.get(transaction, CAMERAS[1].code)
        assert stored is not None
        clock = ManualClock(datetime.now(UTC) + timedelta(days=1))
        after = await registry_of(city, clock).update(deed(), renaming(stored.camera, "动物园", stored.camera.etag))
        assert after.revision == 5
        await city.insert([numbered(9, system=stored.camera.system)])
        assert await found(city, words=parse("动物园")) == [2]
        assert await found(city, words=parse("天河")) == [1, 3, 4]
        async with city.database.read() as transaction:
            await recounted(transaction)


async def test_an_empty_first_release_becomes_an_empty_city(database_url: str, tmp_path: Path) -> None:
    async with upgraded(database_url, tmp_path, []) as city:
        assert await found(city) == []
        async with city.database.read() as transaction:
            assert await systems.page(transaction, "", None, "", 100) == []


@pytest.mark.parametrize("is_old", [True, False], ids=["from the first release", "from nothing"])
async def test_the_migration_makes_the_schema_that_the_store_reads(
    database_url: str, tmp_path: Path, is_old: bool
) -> None:
    if is_old:
        await left(database_url, tmp_path / "first release", CAMERAS[:4])
    async with database.connect(database_url, MIGRATIONS) as opened, opened.read() as transaction:
        assert await transaction.run_sync(_differences) == []


def _differences(connection: sa.Connection) -> list[object]:
    """But for the index of words, which each database has in its own way (store/words.py)."""

    def is_a_table_of_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not str(name).startswith("words")

    context = MigrationContext.configure(connection, opts={"include_name": is_a_table_of_ours})
    return list(compare_metadata(context, tables.metadata))
