"""Takeovers across an upgrade, on either database: what the release before took is listed, and no secret of it told."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from services.chassis import database
from services.decider.facts import Camera, Principal
from services.permissions import policies
from services.permissions.app import MIGRATIONS
from services.permissions.store import takeover_pages
from services.permissions.takeovers.view import Page
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, OPERATOR, PARK, SECRET, TUNNEL
from tests.unit.permissions import records

MEANWHILE = replace(TUNNEL, name=f"{TUNNEL.name[:-1]}9")
LEVELS = {camera.name.rpartition("/")[2]: camera.level for camera in (TUNNEL, PARK, SECRET, MEANWHILE)}


async def take_as_before(opened: database.Database, number: int, *cameras: Camera) -> None:
    """Write a takeover of emergency command's as the release before does."""
    bare = NOW.replace(tzinfo=None)
    shared = {
        "number": number, "name": f"takeovers/{number}", "agency": COMMAND.agency, "principal": COMMAND.name,
        "kind": COMMAND.kind.value, "tier": COMMAND.tier.value, "cause": "accident", "reason": "smoke",
        "ground": "incidents/1", "starts_at": bare, "ends_at": LATER.replace(tzinfo=None),
    }  # fmt: skip
    names = ("name", "level", "category", "district", "operator", "latitude", "longitude", "is_accepted")
    async with opened.write() as transaction:
        for camera in cameras:
            facts = json.dumps({name: getattr(camera, name) for name in names})
            state = {"camera": camera.name, "facts": facts, "agency": COMMAND.agency, "epoch": 2}
            for table, row in (("takeovers", shared | {"camera": camera.name}), ("control", state)):
                columns = [sa.column(key, sa.DateTime() if key.endswith("_at") else None) for key in row]
                await transaction.execute(sa.table(table, *columns).insert().values(**row))


async def listed(opened: database.Database, who: Principal) -> list[tuple[str, int]]:
    async with opened.read() as transaction:
        found = await takeover_pages.page(transaction, who, Page(50), NOW)
    return [(one.kept.takeover.name, one.cameras) for one in found]


async def test_what_the_release_before_took_is_listed_and_no_secret_of_it_told(
    database_url: str, tmp_path: Path
) -> None:
    former = tmp_path / "former"
    former.mkdir()
    for path in MIGRATIONS.glob("00*.py"):
        if path.name < "0015":
            shutil.copy(path, former)
    async with database.connect(database_url, former) as before:
        await take_as_before(before, 1, TUNNEL, SECRET, PARK)
    async with database.connect(database_url, MIGRATIONS) as upgraded:
        await policies.adopt_genesis(upgraded, records.genesis(LEVELS), b"signed", NOW)
        await take_as_before(upgraded, 2, MEANWHILE)
        assert await listed(upgraded, CITY_POLICE) == [("takeovers/1", 2)]
        assert await listed(upgraded, OPERATOR) == [("takeovers/1", 3)]
