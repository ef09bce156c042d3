"""The policy's levels are followed while place categories change: neither undoes the other."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Aborted
from services.chassis.outbox import Message, Outbox
from services.registry.change import Change
from services.registry.domain import Camera, Deed
from services.registry.levels import LevelChanges, Levels
from services.registry.reclassifying import Reclassifying
from services.registry.service import Registry
from services.registry.store.tables import metadata
from services.registry.system.record import LifeState
from services.registry.vault import Vault
from tests.integration.registry.city import NOW, SYSTEMS, City, empty_city
from tests.integration.registry.clerks import AllowsEverything, Short, deed
from tests.unit.registry.cameras import camera, code

LEVEL_OF = {3: 2, 10: 5}  # by place category
DRAWN = camera(code=code(1, "440104"), system=SYSTEMS[0], category=3, level=1, state=LifeState.PLANNED)
REVISION = 1


class Permissions(AllowsEverything):
    """One version of the policy. ``meanwhile`` happens once, while an answer about levels is on its way."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        answer = [LEVEL_OF[category] for _, category in cameras], REVISION
        once, self.meanwhile = self.meanwhile, None
        if once is not None:
            await once()
        return answer

    async def level_changes(self, since: int) -> LevelChanges:
        return LevelChanges(REVISION, tuple(LEVEL_OF)) if since < REVISION else LevelChanges(since)


class Facts(Short):
    """Those of several cameras too."""

    def many(self, verb: str, cameras: Sequence[Camera], _deed: Deed, at: datetime) -> Iterator[Message]:
        return (Message(str(uuid.uuid4()), f"{verb}.{one.code}", b"", at) for one in cameras)


@dataclass
class Office:
    """One camera, the registry, and what follows the policy."""

    city: City
    permissions: Permissions
    registry: Registry
    levels: Levels

    async def move(self, category: int = 10) -> Camera:
        """The operator draws it at another place."""
        draft = Camera(**{name: getattr(DRAWN, name) for name in Camera.__slots__} | {"category": category})
        return await self.registry.update(deed(), Change(DRAWN.name, ("place_category",), draft))

    async def on_record(self) -> tuple[int, int]:
        """Its place category and its level."""
        async with self.city.database.read() as transaction:
            [stored] = await self.city.store.of_codes(transaction, [DRAWN.code])
        return stored.camera.category, stored.camera.level


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with empty_city(database_url) as city:
        await city.insert([DRAWN])
        permissions, secrecy_changed, facts = Permissions(), asyncio.Event(), Facts()
        kept, clock = (city.database, Outbox(city.database, metadata), city.store), ManualClock(NOW)
        reclassifying = Reclassifying(permissions, secrecy_changed)
        registry = Registry(*kept, Vault(bytes(32)), permissions, facts, clock, reclassifying)
        yield Office(city, permissions, registry, Levels(*kept, permissions, facts, clock, secrecy_changed))


async def test_a_category_that_changes_while_levels_are_followed_keeps_its_own_level(office: Office) -> None:
    office.permissions.meanwhile = office.move
    await office.levels.follow()
    assert await office.on_record() == (10, 5)
    assert await office.levels.followed() == REVISION


async def test_a_level_of_a_version_that_was_replaced_meanwhile_is_not_written(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def a_newer_version_is_followed() -> None:
        monkeypatch.setattr(f"{__name__}.REVISION", 2)
        await office.levels.follow()

    office.permissions.meanwhile = a_newer_version_is_followed
    with pytest.raises(Aborted) as refusal:
        await office.move()
    assert refusal.value.reason == "LEVELS_CHANGED"
    assert await office.on_record() == (3, 2), "as the newer version has it"
    assert (await office.move()).level == 5


@pytest.mark.parametrize(("category", "is_told_anew"), [(10, True), (3, False)])
async def test_findings_are_told_anew_when_a_camera_became_a_secret(
    office: Office, category: int, is_told_anew: bool
) -> None:
    await office.move(category)
    assert office.levels.secrecy_changed.is_set() == is_told_anew
