"""Cameras in a real SQLite file: a permission finds in SQL what it holds of one camera; the migration is the schema."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.chassis import database
from services.chassis.database import Database
from services.registry import store
from services.registry.app import MIGRATIONS
from services.registry.domain import Camera
from services.registry.permission import Scope, ScopeClass
from tests.unit.registry.cameras import camera

EVERY_LEVEL, EVERY_CATEGORY = frozenset(range(1, 6)), frozenset(range(1, 14))
DISTRICTS, OPERATORS = ("440104", "440106"), ("agencies/metro", "agencies/parks")


def city() -> list[Camera]:
    """One camera of every district, level, category (two of them) and operator (two of them)."""
    found = []
    for serial, (district, level, category, operator) in enumerate(product(DISTRICTS, range(1, 6), (3, 10), OPERATORS)):
        code = f"{district}00001320{serial:06d}"
        name = f"districts/{district}/cameras/{code}"
        found.append(
            camera(name=name, code=code, level=level, category=category, operator=operator, latitude=23 + serial / 100)
        )
    return sorted(found, key=lambda one: one.name)


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'a registry.db'}"
    async with database.connect(url, MIGRATIONS) as opened:
        async with opened.write() as transaction:
            for one in city():
                await store.insert(transaction, one, None)
        yield opened


async def listed(records: Database, scope: Scope, wanted: store.Filter, limit: int = 1000) -> list[Camera]:
    async with records.read() as transaction:
        return await store.page(transaction, scope, wanted, "", limit)


@pytest.mark.parametrize(
    "found",
    [
        ScopeClass("all", EVERY_LEVEL, EVERY_CATEGORY),
        ScopeClass("low", frozenset({1, 2}), frozenset({3})),
        ScopeClass("own", EVERY_LEVEL, EVERY_CATEGORY, operator=OPERATORS[0]),
        ScopeClass("foreign", frozenset({1, 4}), EVERY_CATEGORY, operator=OPERATORS[0], is_operator_excluded=True),
        ScopeClass("district", EVERY_LEVEL, EVERY_CATEGORY, districts=frozenset({DISTRICTS[1]})),
        ScopeClass("elsewhere", EVERY_LEVEL, EVERY_CATEGORY, excluded_districts=frozenset({DISTRICTS[1]})),
        ScopeClass("no level", frozenset(), EVERY_CATEGORY),
        ScopeClass("no category", EVERY_LEVEL, frozenset()),
    ],
    ids=lambda found: found.rule,
)
async def test_a_class_finds_in_sql_what_it_holds(records: Database, found: ScopeClass) -> None:
    assert await listed(records, Scope((found,)), store.Filter()) == [one for one in city() if found.holds(one)]


async def test_classes_and_names_are_alternatives_and_nothing_is_nothing(records: Database) -> None:
    low, named = ScopeClass("low", frozenset({1}), EVERY_CATEGORY), city()[-1]
    assert named.level == 5
    expected = [one for one in city() if one.level == 1] + [named]
    assert await listed(records, Scope((low,), frozenset({named.name})), store.Filter()) == expected
    assert await listed(records, Scope(), store.Filter()) == []


async def test_filters_narrow_the_scope_and_the_limit_comes_last(records: Database) -> None:
    everything = Scope((ScopeClass("all", EVERY_LEVEL, EVERY_CATEGORY),))
    wanted = store.Filter("440106", 3, (23.0, 113.0, 23.3, 114.0))
    expected = [
        one for one in city() if one.district == "440106" and one.category == 3 and 23.0 <= one.latitude <= 23.3
    ]
    assert expected
    assert await listed(records, everything, wanted) == expected
    assert await listed(records, everything, wanted, limit=1) == expected[:1]


async def test_an_older_revision_never_overwrites_a_newer_one(records: Database) -> None:
    one = city()[0]
    async with records.write() as transaction:
        assert await store.replace(transaction, camera(name=one.name, code=one.code, revision=2), b"locked")
        assert not await store.replace(transaction, camera(name=one.name, code=one.code, revision=2), None)
        assert await store.replace(transaction, camera(name=one.name, code=one.code, revision=3), None)
        assert await store.locked_source(transaction, one.name) == b"locked", "no new source leaves the old one"


async def test_the_migration_makes_the_schema_that_the_store_reads(records: Database) -> None:
    async with records.read() as transaction:
        assert await transaction.run_sync(_differences) == []


def _differences(connection: sa.Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), store.metadata))
