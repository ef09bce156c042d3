"""A walk over the pages of any search finds just what a plain filter finds, on both databases and on every path."""

import itertools
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.bell import Bell
from services.chassis.database import Database
from services.decider.facts import Action
from services.registry.listing import Filter
from services.registry.permission import Scope
from services.registry.store import find, walk, words
from services.registry.store.search import Order, Search
from services.registry.units import ClassFilter
from services.registry.watching import Watching
from services.registry.words import parse, tokens
from tests.integration.registry import model
from tests.integration.registry.city import EVERYTHING, SYSTEMS, City, empty_city, lived_in, population
from tests.postgres import Server
from tests.unit.registry.cameras import code, numbered

pytestmark = pytest.mark.asyncio(loop_scope="module")
# find.FEW, find._TASTED, find._LOOKED_AT, walk._STRIDE
SPARSE, DENSE, NARROW = (1_500, 1_000, 4_000, 300), (15, 20, 60, 10), (0, 5, 20, 5)
SEED, COUNT = 3, 240
NAMES = [
    one.name for one in population(random.Random(SEED), COUNT)
]  # what hypothesis draws is drawn before the city is
_numbers = itertools.count(1)


def url_of(kind: str, folder: Path, server: Server | None) -> str:
    """A new database."""
    if server is None:
        return f"sqlite+aiosqlite:///{folder / f'{kind}.db'}"
    return server.new_database(f"find_{next(_numbers)}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    return url_of(request.param, tmp_path_factory.mktemp("find"), server)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(url: str) -> AsyncIterator[City]:
    async with lived_in(url, SEED, COUNT) as found:
        yield found


@contextmanager
def bounded(few: int, tasted: int, looked_at: int, stride: int) -> Iterator[None]:
    """With so many candidates sorted, and so many rows looked at, at most."""
    with (
        mock.patch.object(find, "FEW", few),
        mock.patch.object(find, "_TASTED", tasted),
        mock.patch.object(find, "_LOOKED_AT", looked_at),
        mock.patch.object(walk, "_STRIDE", stride),
    ):
        yield


async def walked(city: City, search: Search) -> list[str]:
    """The codes of all pages; asserts that each page is within its limit and that the walk gets on."""
    found: list[str] = []
    after: Any = None
    for _ in range(3 * len(city.cameras) + 3):
        asked = Search(search.scope, search.classes, search.words, search.area, search.order, after, search.limit)
        async with city.database.read() as transaction:
            page = await find.page(transaction, city.store.book, asked)
            stored = await city.store.of_ids(transaction, page.ids)
        assert [one.id for one in stored] == list(page.ids)
        assert [one.camera for one in stored] == [city.cameras[one.camera.code] for one in stored]
        assert len(page.ids) <= search.limit
        found += [one.camera.code for one in stored]
        if page.last is None:
            return found
        assert after is None or search.order.is_behind(page.last, after)
        after = page.last
    raise AssertionError("the walk does not end")


@given(search=model.searches(NAMES), bounds=st.sampled_from((SPARSE, DENSE, NARROW)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_pages_of_any_search_add_up_to_what_a_plain_filter_finds(
    city: City, search: Search, bounds: tuple[int, int, int, int]
) -> None:
    with bounded(*bounds):
        assert await walked(city, search) == model.listed(city, search)


class Permissions:
    """Gives everybody the same scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def scope(self, principal: str, action: Action) -> Scope:
        return self._scope


@given(scope=model.scopes(NAMES), wanted=model.filters)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_counts_tell_of_what_is_permitted_and_wanted_and_of_nothing_else(
    city: City, scope: Scope, wanted: ClassFilter
) -> None:
    wanted = replace(wanted, levels=wanted.levels - {0})  # nobody may ask for what has no level yet
    watching = Watching(city.database, city.store, Permissions(scope), Bell())
    told = await watching.count("anybody", Filter(wanted))
    expected = model.found_by(city, scope, wanted, None, None)
    assert told.total == len(expected)
    assert told.facets == model.tallied(expected)


async def test_dense_pages_come_short_and_lead_on(city: City) -> None:
    """Else the property above would say nothing of short pages."""
    with bounded(*NARROW):
        async with city.database.read() as transaction:
            page = await find.page(transaction, city.store.book, Search(EVERYTHING, words=parse("天河北门"), limit=50))
    assert len(page.ids) < 50
    assert page.last is not None


async def test_an_empty_city_has_one_empty_page(tmp_path: Path) -> None:
    async with empty_city(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}") as city:
        named = Scope(cameras=frozenset({numbered(1).name}))
        for search in (Search(EVERYTHING), Search(Scope()), Search(named, words=parse("天河")), Search(named)):
            assert await walked(city, search) == []


async def found(database: Database, city: City, text: str, system: str = SYSTEMS[0]) -> list[str]:
    """The codes of cameras of one system with these words."""
    search = Search(EVERYTHING, ClassFilter(systems=frozenset({system})), parse(text), order=Order())
    async with database.read() as transaction:
        page = await find.page(transaction, city.store.book, search)
        return [one.camera.code for one in await city.store.of_ids(transaction, page.ids)]


async def test_the_index_of_words_follows_names_and_place(database_url: str) -> None:
    async with empty_city(database_url) as city:
        await city.insert([numbered(1, system=SYSTEMS[0], display_name="动物园", place="west")])
        assert await found(city.database, city, "动物") == [code(1)]
        await city.replace(code(1), display_name="植物园", display_name_en="Garden", place="east")
        for word, codes in (("植物", [code(1)]), ("garden", [code(1)]), ("east", [code(1)]), ("物园", [code(1)]),
                            ("动物", []), ("west", []), ("north", [])):  # fmt: skip
            assert await found(city.database, city, word) == codes, word
        await city.replace(code(1), category=3)
        assert await found(city.database, city, "植物") == [code(1)], "its marks changed with its category"
        async with city.database.read() as transaction:
            for gone in (tokens(["动物"]), [words.mark("category", 10)]):
                assert await words.find(transaction, gone, [], 10) == []


async def test_numbers_of_words_that_collide_are_told_apart_by_the_words(database_url: str) -> None:
    """Every word and every pair has one number here, and so has every mark."""
    with (
        mock.patch("services.registry.words._word", return_value=7),
        mock.patch("services.registry.words._pairs", return_value=[7]),
        mock.patch.object(words, "mark", return_value=7),
    ):
        async with empty_city(database_url) as city:
            names = ("天河", "越秀", "gate")
            new = [numbered(n, system=SYSTEMS[0], display_name=name, place="x") for n, name in enumerate(names, 1)]
            await city.insert([*new, numbered(9, system=SYSTEMS[1], display_name="天河", place="x")])
            async with city.database.read() as transaction:
                hits = await words.find(transaction, [7], [[7]], 10)
            assert hits is not None
            assert len(hits) == 4, "the index can't tell them apart"
            for serial, name in enumerate(names, 1):
                if name != "gate":  # the English name of every one of them
                    assert await found(city.database, city, name) == [code(serial)]
            assert await found(city.database, city, "gate") == [code(n) for n in (1, 2, 3)]
            await city.replace(code(1), display_name="越秀")
            assert await found(city.database, city, "越秀") == [code(1), code(2)]
            assert await found(city.database, city, "天河") == []
