"""A small city in a database, and beside it the same city as a plain dict: what the store must agree with."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import database
from services.chassis.database import Database
from services.registry.area import tile
from services.registry.change import revised
from services.registry.domain import Camera
from services.registry.health import Health
from services.registry.kind import stock
from services.registry.permission import Scope, ScopeClass
from services.registry.service import revise
from services.registry.store import counters, systems, tables
from services.registry.store.cameras import CameraStore, New
from services.registry.system.record import CameraSystem, LifeState
from tests.unit.registry.cameras import camera, code

MIGRATIONS = Path(tables.__file__).parents[1] / "migrations"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DISTRICTS, CATEGORIES, LEVELS = ("440104", "440106", "440111"), (3, 8, 10), (0, 1, 2, 5)
SYSTEMS = ("operators/metro/systems/a", "operators/metro/systems/b", "operators/parks/systems/a",
           "operators/parks/systems/b")  # fmt: skip
OPERATORS = ("agencies/metro", "agencies/parks", "agencies/nobody")
STATES, HEALTHS = (LifeState.PLANNED, LifeState.IN_SERVICE), (Health.UNSPECIFIED, Health.ONLINE, Health.OFFLINE)
WORDS = ("天河", "河北", "北门", "公园", "gate", "North", "门", "天")
SOUTH, WEST, STEP = 23.10, 113.20, 0.003  # cameras stand on a grid of 12 by 12: some sixteen tiles
EVERYTHING = Scope((ScopeClass("all", frozenset(range(6)), frozenset(range(1, 14))),))


def drawn(chance: random.Random, serial: int) -> Camera:
    """Any camera."""
    return camera(
        code=code(serial, chance.choice(DISTRICTS)), system=chance.choice(SYSTEMS), category=chance.choice(CATEGORIES),
        level=chance.choice(LEVELS), state=chance.choice(STATES), health=chance.choice(HEALTHS), **spot(chance),
        **texts(chance),
    )  # fmt: skip


def population(chance: random.Random, count: int) -> list[Camera]:
    """The first cameras of a city."""
    return [drawn(chance, serial) for serial in range(1, count + 1)]


def texts(chance: random.Random) -> dict[str, str]:
    """Names out of few words, so that they meet."""
    chinese = "".join(chance.choices(WORDS[:4], k=chance.randint(1, 3)))
    english = " ".join(chance.choices(WORDS[4:6], k=chance.randint(0, 2)))
    return {"display_name": chinese, "display_name_en": english, "place": chance.choice(WORDS)}


def spot(chance: random.Random) -> dict[str, float]:
    """A place on the grid."""
    return {"latitude": SOUTH + STEP * chance.randrange(12), "longitude": WEST + STEP * chance.randrange(12)}


@dataclass
class City:
    """``cameras`` is what the database must say; ``touched`` the order of the changes that watchers hear of."""

    database: Database
    store: CameraStore = field(default_factory=CameraStore)
    cameras: dict[str, Camera] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)
    steps: int = 0

    def _repr_pretty_(self, printer: Any, _is_cycle: bool) -> None:
        """Short: hypothesis prints it beside the search that failed."""
        printer.text(f"a city of {len(self.cameras)} cameras")

    async def insert(self, new: Sequence[Camera]) -> None:
        """Register cameras together."""
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            await self.store.insert(transaction, [New(one) for one in new])
        self._touch(new)

    async def replace(self, of: str, **changes: Any) -> Camera:
        """The next revision of one record, a day later."""
        before = self.cameras[of]
        after = revised(before, "principals/keeper", "updated", before.updated_at + timedelta(days=1))
        after = dataclasses.replace(after, **changes)
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            [stored] = await self.store.of_codes(transaction, [of])
            assert stored.camera == before
            await revise(transaction, self.store, stored, after)
        self._touch([after])
        return after

    async def retire(self, of: str) -> None:
        """For good."""
        await self.replace(of, is_retired=True, state=LifeState.RETIRED)

    async def move(self, codes: Collection[str], *, tells: bool, **changes: Any) -> None:
        """Into another state or health, together."""
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            stored = await self.store.of_codes(transaction, codes)
            moves = [(one, dataclasses.replace(one.camera, **changes)) for one in stored]
            await self.store.move(transaction, moves, tells=tells)
        self.cameras |= {after.code: after for _, after in moves}
        if tells:
            self._touch([after for _, after in moves])

    async def live(self, chance: random.Random, times: int) -> None:
        """Changes of every sort."""
        for _ in range(times):
            await self._change(chance, chance.sample(sorted(self.cameras), 5))

    async def _change(self, chance: random.Random, some: Sequence[str]) -> None:
        """One of them, or all together."""
        match chance.randrange(6):
            case 0:
                await self.replace(some[0], **texts(chance))
            case 1:
                await self.replace(some[0], **spot(chance))
            case 2:
                await self.replace(some[0], category=chance.choice(CATEGORIES), level=chance.choice(LEVELS))
            case 3:
                await self.retire(some[0])
            case 4:
                await self.move(some, tells=False, health=chance.choice(HEALTHS))
            case _:
                await self.move(some, tells=True, state=chance.choice(STATES))

    def _touch(self, cameras: Sequence[Camera]) -> None:
        for one in cameras:
            self.steps += 1
            self.touched[one.code] = self.steps
            self.cameras[one.code] = one


@asynccontextmanager
async def lived_in(url: str, seed: int, count: int) -> AsyncIterator[City]:
    """``count`` cameras, and a past: what was renamed, moved and retired lies behind in indexes and counts."""
    async with empty_city(url) as city:
        chance = random.Random(seed)
        new = population(chance, count)
        for at in range(0, count, 100):
            await city.insert(new[at : at + 100])
        await city.live(chance, count // 4)
        yield city


@asynccontextmanager
async def empty_city(url: str) -> AsyncIterator[City]:
    """A database with the systems and no camera."""
    async with database.connect(url, MIGRATIONS) as opened:
        async with opened.write() as transaction:
            for name in SYSTEMS:
                await systems.insert(transaction, CameraSystem(name, "one", LifeState.PLANNED, NOW, NOW))
        yield City(opened)


async def recounted(transaction: AsyncConnection) -> None:
    """Assert that every count that is kept is what a count finds, and that every row is in the class it says."""
    cameras, classes, tiles = tables.cameras.c, tables.classes.c, tables.tiles.c
    columns = (cameras.class_id, cameras.kind, cameras.stock, cameras.tile, cameras.code)
    rows = (await transaction.execute(sa.select(*columns, cameras.latitude, cameras.longitude))).all()
    kept = {
        number: (kind, n)
        for number, kind, n in await transaction.execute(sa.select(classes.id, classes.kind, classes.count))
    }
    assert {number: n for number, (_, n) in kept.items() if n} == Counter(row.class_id for row in rows)
    assert all((row.kind, row.stock) == (kept[row.class_id][0], stock(row.kind)) for row in rows)
    counted = Counter((row.tile, row.code[:6]) for row in rows)
    told = {
        (at, district): n
        for at, district, n in await transaction.execute(sa.select(tiles.tile, tiles.district, tiles.count))
    }
    assert {place: n for place, n in told.items() if n} == counted
    assert all(row.tile == tile(row.latitude, row.longitude) for row in rows)
