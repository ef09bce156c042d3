"""Incidents across an upgrade, on either database: what the former release wrote and writes stays valid."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis import database
from services.decider.facts import AgencyKind, Area
from services.permissions.app import MIGRATIONS
from services.permissions.incidents.commands import Ruling
from services.permissions.incidents.domain import State, is_shown
from services.permissions.incidents.service import Incidents
from services.permissions.ports import Ports
from services.permissions.store import incidents
from services.permissions.store.incident_tables import incident_acts
from services.permissions.store.tables import metadata
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, POLICE, YUEXIU, principal
from tests.unit.permissions import records
from tests.unit.permissions.fires import BLOCK, FIRE, WHOLE
from tests.unit.permissions.records import Outside

YES = Ruling(1, True, "seen")
Platform = tuple[Ports, Outside]


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as made:
        yield made


FORMER = ("0001_first.py", "0002_closures.py")


def former_row(name: str, **changes: object) -> dict[str, object]:
    """An incident as the release before writes it."""
    bare = NOW.replace(tzinfo=None)
    row = {
        "name": name, "display_name": "Fire", "kind": "accident", "order_number": "O-1",
        "area": json.dumps({"polygon": BLOCK, "bound": ""}), "letter_number": "L-1",
        "officer_certificates": '["C-1", "C-2"]', "principal": COMMAND.name, "agency": COMMAND.agency,
        "starts_at": bare, "ends_at": LATER.replace(tzinfo=None) + timedelta(days=36_500), "closed_at": None,
    }  # fmt: skip
    return row | changes


async def write_as_before(records_: database.Database, row: dict[str, object]) -> None:
    columns = [sa.column(key, sa.DateTime() if key.endswith("_at") else sa.String()) for key in row]
    table = sa.table("incidents", *columns)
    opened = sa.table("incident_agencies", sa.column("incident"), sa.column("agency"))
    async with records_.write() as transaction:
        await transaction.execute(table.insert().values(**row))
        await transaction.execute(opened.insert().values(incident=row["name"], agency=COMMAND.agency))


async def test_what_the_former_release_keeps_stays_valid_before_and_after_the_upgrade(
    database_url: str, tmp_path: Path
) -> None:
    former = tmp_path / "former"
    former.mkdir()
    for name in FORMER:
        shutil.copy(MIGRATIONS / name, former)
    async with database.connect(database_url, former) as before:
        await records.everybody_as_before(before)
        await write_as_before(before, former_row("incidents/old"))
        await write_as_before(before, former_row("incidents/past", ends_at=LATER.replace(tzinfo=None)))
        await write_as_before(
            before, former_row("incidents/bound", area=json.dumps({"polygon": BLOCK, "bound": YUEXIU}))
        )
    async with database.connect(database_url, MIGRATIONS) as upgraded:
        await write_as_before(upgraded, former_row("incidents/meanwhile"))
        async with upgraded.read() as transaction:
            opened = await incidents.open_to_each(transaction, [COMMAND.agency], NOW)
            [fact] = (one for one in opened[COMMAND.agency] if one.name == "incidents/old")
            assert (fact.area, fact.starts_at) == (Area(BLOCK), NOW)
            assert await incidents.due(transaction, LATER + timedelta(days=1)) == [], "the past is not told again"
            past, bound, meanwhile = [
                await incidents.find(transaction, f"incidents/{name}") for name in ("past", "bound", "meanwhile")
            ]
            listed = await incidents.page(transaction, POLICE, None, 10)
            far = await incidents.page(transaction, principal(AgencyKind.PUBLIC_SECURITY, "440117"), None, 10)
        assert past is not None
        assert past.state is State.EXPIRED
        assert bound is not None
        assert bound.districts == {YUEXIU}
        assert meanwhile is not None
        assert meanwhile.state is State.IN_FORCE
        assert {one.name for one in listed} == {"incidents/old", "incidents/past", "incidents/bound"}
        assert all(is_shown(one, POLICE) for one in listed)
        assert far == []
        assert not await incidents_of_the_former_release(upgraded, "incidents/none")
        async with upgraded.write() as transaction:
            await incidents.save(transaction, meanwhile)
        async with upgraded.read() as transaction:
            assert await incidents.find(transaction, "incidents/meanwhile") == meanwhile


async def incidents_of_the_former_release(records_: database.Database, name: str) -> list[str]:
    """What the release before takes for in force now."""
    question = sa.text(
        "SELECT name FROM incidents WHERE starts_at <= :now AND :now < ends_at AND closed_at IS NULL AND name = :name"
    ).bindparams(sa.bindparam("now", type_=sa.DateTime()))
    async with records_.read() as transaction:
        found = await transaction.execute(question, {"now": NOW.replace(tzinfo=None), "name": name})
        return list(found.scalars())


async def test_the_former_release_opens_nothing_on_what_waits(platform: Platform) -> None:
    ports, _ = platform
    use = Incidents(ports)
    waiting = await use.declare(COMMAND.name, replace(FIRE, area=WHOLE))
    assert await incidents_of_the_former_release(ports.database, waiting.name) == []
    await use.decide(CITY_POLICE.name, waiting.name, YES)
    assert await incidents_of_the_former_release(ports.database, waiting.name) == [waiting.name]


async def test_the_tables_are_what_the_migrations_make_of_either_database(platform: Platform) -> None:
    ports, _ = platform
    async with ports.database.read() as transaction:
        made = await transaction.run_sync(lambda c: {t: _columns(c, t) for t in metadata.tables if t != "outbox"})
    assert made == {
        name: {column.name for column in table.columns} for name, table in metadata.tables.items() if name != "outbox"
    }
    assert "approve_by" in {column.name for column in incident_acts.columns}


def _columns(connection: sa.Connection, table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(connection).get_columns(table)}
