"""What tests of permissions' use cases stand on: a real database with a genesis; cameras and the bus are made."""

import itertools
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import database
from services.chassis.clock import ManualClock
from services.decider.area import covers
from services.decider.facts import CATEGORIES, SEALED_LEVEL, Area, Camera
from services.permissions import policies
from services.permissions.agencies.domain import Account, Agency
from services.permissions.app import MIGRATIONS
from services.permissions.ending import Ending
from services.permissions.genesis import Genesis
from services.permissions.ports import Change, Operators, Ports
from services.permissions.snapshots import Known
from services.permissions.takeovers.area import Place
from tests.unit.decider.cast import EVERYBODY, GENESIS, NOW, TUNNEL, deciding

_PAGE = 1_000


@dataclass
class Outside:
    """Cameras, journal, voice and fences in one."""

    cameras: dict[str, Camera] = field(default_factory=lambda: {TUNNEL.name: TUNNEL})
    told: list[Ending] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)  # committed or not
    fenced: dict[str, int] = field(default_factory=dict)
    asked_anew: list[str] = field(default_factory=list)

    async def facts(self, names: Iterable[str]) -> Mapping[str, Camera]:
        return {name: self.cameras[name] for name in names if name in self.cameras}

    async def operators(self, area: Area) -> Operators:
        here = {c.operator: set[bool]() for c in self.cameras.values() if covers(area, c)}
        for camera in self.cameras.values():
            if covers(area, camera):
                here[camera.operator].add(camera.level < SEALED_LEVEL)
        is_open = frozenset(operator for operator, levels in here.items() if True in levels)
        return Operators(is_open, frozenset(here) - is_open)

    async def within(self, place: Place, after: str) -> tuple[Mapping[str, Camera], str]:
        """A thousand cameras a page."""
        here = sorted(name for name, camera in self.cameras.items() if name > after and _is_at(camera, place))
        return {name: self.cameras[name] for name in here[:_PAGE]}, here[_PAGE - 1] if len(here) > _PAGE else ""

    async def fresh(self, names: Sequence[str]) -> Mapping[str, Camera]:
        self.asked_anew += names
        return {name: self.cameras[name] for name in names if name in self.cameras}

    def forget_all(self) -> None: ...

    async def known(self, names: Sequence[str]) -> Known:
        found = await self.facts(names)
        return Known(found, [name for name in names if name not in found], 0, 0.0)

    def is_current(self, known: Known) -> bool:
        return all(self.cameras.get(name) is camera for name, camera in known.cameras.items())

    async def add(self, transaction: AsyncConnection, *changes: Change) -> None:
        self.changes += changes

    def wake(self) -> None: ...

    async def tell(self, *endings: Ending) -> None:
        self.told += endings

    async def fence(self, epochs: Mapping[str, int]) -> bool:
        self.fenced |= epochs
        return True


def _is_at(camera: Camera, place: Place) -> bool:
    return (
        (not place.polygon or covers(Area(place.polygon), camera))
        and (not place.districts or camera.district in place.districts)
        and (not place.systems or camera.system in place.systems)
    )


def genesis(camera_levels: Mapping[str, int]) -> Genesis:
    """The policy that ships, and everybody of the cast; place category n has level (n - 1) % 5 + 1."""
    agencies = tuple(Agency(who.agency, who.agency, who.kind, who.tier, who.jurisdiction) for who in EVERYBODY)
    accounts = tuple(Account(who.name, who.agency, who.clearance, frozenset()) for who in EVERYBODY)
    return Genesis(GENESIS, agencies, accounts, {n: (n - 1) % 5 + 1 for n in CATEGORIES}, camera_levels)


async def everybody_as_before(opened: database.Database) -> None:
    """Put the cast on record as the first release did, whatever columns there are today."""
    known = genesis({})
    agencies = [
        {"name": a.name, "display_name": a.display_name, "kind": a.kind.value, "tier": a.tier.value,
         "jurisdiction": a.jurisdiction} for a in known.agencies
    ]  # fmt: skip
    people = [{"name": a.name, "agency": a.agency, "clearance": a.clearance} for a in known.accounts]
    async with opened.write() as transaction:
        for table, rows in (("agencies", agencies), ("principals", people)):
            await transaction.execute(sa.table(table, *map(sa.column, rows[0])).insert(), rows)


@asynccontextmanager
async def ports(folder: Path, camera_levels: Mapping[str, int] | None = None) -> AsyncIterator[tuple[Ports, Outside]]:
    """Ports on a new database, and the outside that stands behind them."""
    async with ports_on(f"sqlite+aiosqlite:///{folder / 'a home.db'}", camera_levels) as made:
        yield made


@asynccontextmanager
async def ports_on(url: str, camera_levels: Mapping[str, int] | None = None) -> AsyncIterator[tuple[Ports, Outside]]:
    """The same on the empty database at ``url``; ids are numbers in order."""
    outside, clock, numbers = Outside(), ManualClock(NOW), itertools.count(1)
    async with database.connect(url, MIGRATIONS) as records:
        await policies.adopt_genesis(records, genesis(camera_levels or {}), b"signed", NOW)
        made = Ports(records, deciding(), outside, outside, outside, outside, clock, lambda: f"{next(numbers):03}")
        yield made, outside
