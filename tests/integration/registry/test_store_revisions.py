"""What a record said at any time, and that of two writers of one revision one wins (Articles 16, 22)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.chassis import errors
from services.chassis.clock import ManualClock
from services.registry.domain import Camera, Revision, Source
from services.registry.service import Registry
from services.registry.store import revisions, systems
from services.registry.store.systems import Step
from services.registry.system.record import LifeState
from tests.integration.registry.city import NOW, SYSTEMS, City, empty_city, recounted
from tests.integration.registry.clerks import deed, registry_of, renaming
from tests.unit.registry.cameras import code, numbered

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
ONE = numbered(1, system=SYSTEMS[0], created_at=NOW, updated_at=NOW, direction=45.0)


@pytest.fixture
async def city(database_url: str) -> AsyncIterator[City]:
    async with empty_city(database_url) as found:
        await found.insert([ONE, numbered(2, system=SYSTEMS[0])])
        yield found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def registry(city: City, clock: ManualClock) -> Registry:
    return registry_of(city, clock)


async def renamed(registry: Registry, clock: ManualClock, *steps: tuple[timedelta, str]) -> None:
    """The clock moves, then the name changes, again and again."""
    for by, name in steps:
        clock.advance(by)
        await registry.update(deed(), renaming(ONE, name))


async def said(registry: Registry, at: datetime | None) -> str:
    return (await registry.get("anybody", ONE.name, at)).display_name


async def test_a_record_is_read_as_of_any_time(registry: Registry, clock: ManualClock) -> None:
    await renamed(registry, clock, (DAY, "二"), (DAY, "三"))
    for at, name in (
        (NOW, "北门"), (NOW + MOMENT, "北门"), (NOW + DAY - MOMENT, "北门"), (NOW + DAY, "二"),
        (NOW + DAY + MOMENT, "二"), (NOW + 2 * DAY - MOMENT, "二"), (NOW + 2 * DAY, "三"), (NOW + 900 * DAY, "三"),
        (None, "三"),
    ):  # fmt: skip
        assert await said(registry, at) == name, at
    with pytest.raises(errors.Denied):
        await said(registry, NOW - MOMENT)


async def test_a_former_revision_says_all_that_the_record_said(city: City, registry: Registry) -> None:
    clock = ManualClock(NOW + DAY)
    changed = await registry_of(city, clock).retire(deed("principals/other"), ONE.name, "", "broken")
    assert (changed.is_retired, changed.state, changed.cause) == (True, LifeState.RETIRED, "retired: broken")
    before = await registry.get("anybody", ONE.name, NOW)
    assert before == replace(ONE, confirmed_at=changed.confirmed_at)
    assert await registry.get("anybody", ONE.name) == changed
    async with city.database.read() as transaction:
        await recounted(transaction)


async def test_as_of_a_time_the_camera_is_in_the_state_that_its_system_was_in(city: City, registry: Registry) -> None:
    async with city.database.write() as transaction:
        for state, days in ((LifeState.PLANNED, 0), (LifeState.BUILT, 1), (LifeState.ACCEPTED, 2)):
            await systems.add_step(transaction, SYSTEMS[0], Step(state, NOW + days * DAY, "principals/keeper", "why"))
    for days, state in ((0, LifeState.PLANNED), (1, LifeState.BUILT), (2, LifeState.ACCEPTED), (9, LifeState.ACCEPTED)):
        assert (await registry.get("anybody", ONE.name, NOW + days * DAY)).state is state


async def test_the_history_is_read_newest_first_in_pages(city: City, registry: Registry, clock: ManualClock) -> None:
    names = ["北门", *"二三四五六"]
    await renamed(registry, clock, *((DAY, name) for name in names[1:]))
    whole = await registry.revisions("anybody", ONE.name, 2**31 - 1, 100)
    assert [(one.camera.revision, one.camera.display_name) for one in whole] == list(
        reversed(list(enumerate(names, start=1)))
    )
    assert [one.started_at for one in whole] == [NOW + n * DAY for n in (5, 4, 3, 2, 1, 0)]
    assert [one.ended_at for one in whole] == [None, *(one.started_at for one in whole[:-1])]
    paged: list[Revision] = []
    before = 2**31 - 1
    while page := await registry.revisions("anybody", ONE.name, before, 2):
        assert len(page) <= 2
        paged += page
        before = page[-1].camera.revision
    assert paged == whole
    other = await registry.revisions("anybody", numbered(2).name, 2**31 - 1, 100)
    assert [one.camera.code for one in other] == [code(2)], "one camera's history is no other's"


async def test_a_clock_that_jumps_back_leaves_every_revision_in_order_and_every_time_answered(
    registry: Registry, clock: ManualClock
) -> None:
    """True of it: history is in the order of the changes, with the times that the clock told. As of a time, the last
    change counts that says it had been made by then: so a revision hides what a faster clock had said before it, and
    since the newest one in force says, all later times have one answer."""
    await renamed(registry, clock, (2 * DAY, "二"), (-DAY, "三"), (3 * DAY, "四"))  # on days 2, 1 and 4
    for day, name in ((0, "北门"), (1, "三"), (2, "三"), (3, "三"), (4, "四"), (5, "四")):
        assert await said(registry, NOW + day * DAY) == name, day
    history = await registry.revisions("anybody", ONE.name, 100, 100)
    assert [one.camera.display_name for one in history] == ["四", "三", "二", "北门"]
    assert [(one.started_at - NOW) // DAY for one in history] == [4, 1, 2, 0]
    assert [(one.ended_at - NOW) // DAY for one in history if one.ended_at] == [4, 1, 2]


async def test_a_clock_that_jumps_before_the_registration_loses_nothing(registry: Registry, clock: ManualClock) -> None:
    await renamed(registry, clock, (-5 * DAY, "二"))
    assert await said(registry, None) == "二"
    assert await said(registry, NOW) == "二"
    assert [one.camera.display_name for one in await registry.revisions("anybody", ONE.name, 100, 100)] == [
        "二",
        "北门",
    ]


async def settled(*tries: object) -> tuple[list[Camera], list[BaseException]]:
    """What came of writers that ran at once."""
    results = await asyncio.gather(*tries, return_exceptions=True)  # type: ignore[call-overload] # coroutines
    won = [one for one in results if isinstance(one, Camera)]
    return won, [one for one in results if isinstance(one, BaseException)]


async def test_of_many_writers_on_one_etag_one_wins_and_the_others_are_told(city: City, clock: ManualClock) -> None:
    """Two replicas: each has a memory of its own, and only the database between them."""
    replicas = [registry_of(city, clock), registry_of(City(city.database), clock)]
    for turn in range(1, 4):
        tries = [replicas[n % 2].update(deed(), renaming(ONE, f"{turn} {n}", etag=f"r{turn}")) for n in range(6)]
        won, lost = await settled(*tries)
        assert len(won) == 1
        assert [(type(one), getattr(one, "reason", one)) for one in lost] == [(errors.Aborted, "ETAG_STALE")] * 5
        assert await replicas[0].get("anybody", ONE.name) == await replicas[1].get("anybody", ONE.name) == won[0]
    async with city.database.read() as transaction:
        await recounted(transaction)
        stored = await city.store.get(transaction, ONE.code)
        assert stored is not None
        assert len(await revisions.page(transaction, stored, 100, 100)) == 4


async def test_writers_that_name_no_etag_all_win_one_after_the_other(city: City, clock: ManualClock) -> None:
    replicas = [registry_of(city, clock), registry_of(City(city.database), clock)]
    won, lost = await settled(*(replicas[n % 2].update(deed(), renaming(ONE, f"{n} 门")) for n in range(6)))
    assert not lost
    assert sorted(one.revision for one in won) == [2, 3, 4, 5, 6, 7]


async def test_a_camera_is_retired_once(registry: Registry) -> None:
    won, lost = await settled(*(registry.retire(deed(), ONE.name, "", "broken") for _ in range(3)))
    assert len(won) == 1
    assert [getattr(one, "reason", one) for one in lost] == ["STATE_WRONG"] * 2


async def test_a_source_outlives_changes_of_the_record_and_shows_in_no_revision(city: City, clock: ManualClock) -> None:
    registry = registry_of(city, clock)
    source = Source("rtsp://h/one", username="u", password="hunter2")
    await registry.update(deed(), replace(renaming(ONE, ""), mask=("source",), source=source))
    await renamed(registry, clock, (DAY, "二"))
    assert await registry.source(ONE.name) == source
    assert "hunter2" not in repr(await registry.revisions("anybody", ONE.name, 100, 100))
    with pytest.raises(errors.FailedPrecondition):
        await registry.source(numbered(2).name)
