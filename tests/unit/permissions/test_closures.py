"""A camera closed to everybody ends what stands on it, once; what was decided on older facts claims an older number."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.clock import ManualClock
from services.decider.facts import Action
from services.permissions.closures import REMEMBERED, Closure, Closures
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.store import endings
from services.permissions.view import Views
from tests.unit.decider.cast import PARK, POLICE, TUNNEL
from tests.unit.permissions import records
from tests.unit.permissions.records import Outside

ASKED = Question(POLICE.name, TUNNEL.name, Action.LIVE)
SUSPENDED = Closure("a" * 64, (TUNNEL.name, PARK.name))


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[tuple[Ports, Outside]]:
    async with records.ports(tmp_path) as made:
        yield made


async def ended(ports: Ports) -> list[tuple[int, Cause, str]]:
    async with ports.database.read() as transaction:
        return [(e.number, e.cause, e.subject) for e in await endings.unkept(transaction, 10_000)]


async def test_each_camera_of_a_fact_has_an_ending_on_record_that_is_told(platform: tuple[Ports, Outside]) -> None:
    ports, outside = platform
    closures = Closures(ports)
    closures.hear(SUSPENDED)
    assert closures.has_waiting.is_set()
    await closures.end_once()
    assert await ended(ports) == [(1, Cause.CAMERA_CHANGED, TUNNEL.name), (2, Cause.CAMERA_CHANGED, PARK.name)]
    assert [(ending.number, ending.subject) for ending in outside.told] == [(1, TUNNEL.name), (2, PARK.name)]


async def test_the_same_fact_ends_once_whichever_replica_hears_it_again(platform: tuple[Ports, Outside]) -> None:
    ports, outside = platform
    for replica in (Closures(ports), Closures(ports)):
        replica.hear(SUSPENDED)
        replica.hear(SUSPENDED)
        await replica.end_once()
    assert len(await ended(ports)) == len(outside.told) == 2


async def test_another_suspension_of_the_same_camera_ends_again(platform: tuple[Ports, Outside]) -> None:
    ports, _ = platform
    closures = Closures(ports)
    for fact in ("a" * 64, "b" * 64):
        closures.hear(Closure(fact, (TUNNEL.name, TUNNEL.name)))
    await closures.end_once()
    assert [number for number, _, _ in await ended(ports)] == [1, 2]


async def test_facts_are_remembered_for_a_day_only(platform: tuple[Ports, Outside]) -> None:
    ports, outside = platform
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    closures = Closures(ports)
    for waited in (timedelta(0), REMEMBERED, timedelta(seconds=1)):
        clock.advance(waited)
        closures.hear(SUSPENDED)
        await closures.end_once()
    assert len(outside.told) == 4


async def test_what_the_database_does_not_take_waits_for_the_next_round(
    platform: tuple[Ports, Outside], monkeypatch: pytest.MonkeyPatch
) -> None:
    ports, outside = platform
    closures = Closures(ports)
    closures.hear(SUSPENDED)

    async def away(*_: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(endings, "append_each", away)
        with pytest.raises(OSError, match="away"):
            await closures.end_once()
    await closures.end_once()
    assert len(outside.told) == 2


async def test_a_decision_on_facts_from_before_the_ending_claims_an_older_number(
    platform: tuple[Ports, Outside],
) -> None:
    ports, outside = platform
    closures, decisions = Closures(ports), Decisions(ports, Views(ports))
    outside.cameras[PARK.name] = PARK
    closures.hear(Closure("a" * 64, (TUNNEL.name,)))
    await closures.end_once()
    stale = await decisions.decide(ASKED)  # the camera is remembered as it was
    assert (stale.decision.allowed, stale.number) == (True, outside.told[-1].number - 1)
    assert (await decisions.decide(replace(ASKED, camera=PARK.name))).number == outside.told[-1].number
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(seconds=61))  # nothing is remembered for that long
    assert (await decisions.decide(ASKED)).number == outside.told[-1].number
