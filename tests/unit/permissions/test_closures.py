"""A camera closed to everybody ends what stands on it, once; decisions afterwards ask for it anew."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Denied
from services.decider.facts import Action
from services.permissions.closures import REMEMBERED, Closure, Closures
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.store import endings
from services.permissions.view import Views
from tests.unit.decider.cast import PARK, POLICE, SECRET, TUNNEL
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
    await Closures(ports).end(SUSPENDED)
    assert await ended(ports) == [(1, Cause.CAMERA_CHANGED, TUNNEL.name), (2, Cause.CAMERA_CHANGED, PARK.name)]
    assert [(ending.number, ending.subject) for ending in outside.told] == [(1, TUNNEL.name), (2, PARK.name)]


async def test_the_same_fact_ends_once_whichever_replica_hears_it_again(platform: tuple[Ports, Outside]) -> None:
    ports, outside = platform
    for replica in (Closures(ports), Closures(ports)):
        await replica.end(SUSPENDED)
        await replica.end(SUSPENDED)
    assert len(await ended(ports)) == len(outside.told) == 2


async def test_another_suspension_of_the_same_camera_ends_again(platform: tuple[Ports, Outside]) -> None:
    ports, _ = platform
    closures = Closures(ports)
    for fact in ("a" * 64, "b" * 64):
        await closures.end(Closure(fact, (TUNNEL.name, TUNNEL.name)))
    assert [number for number, _, _ in await ended(ports)] == [1, 2]


async def test_facts_are_remembered_for_a_day_only(platform: tuple[Ports, Outside]) -> None:
    ports, outside = platform
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    closures = Closures(ports)
    for waited in (timedelta(0), REMEMBERED, timedelta(seconds=1)):
        clock.advance(waited)
        await closures.end(SUSPENDED)
    assert len(outside.told) == 4


async def test_what_the_database_does_not_take_is_not_half_done_and_is_taken_when_it_comes_again(
    platform: tuple[Ports, Outside], monkeypatch: pytest.MonkeyPatch
) -> None:
    ports, outside = platform
    closures = Closures(ports)

    async def away(*_: object, **_options: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(endings, "append_each", away)
        with pytest.raises(OSError, match="away"):
            await closures.end(SUSPENDED)
    await closures.end(SUSPENDED)
    assert len(outside.told) == 2


async def test_a_decision_after_the_ending_asks_for_the_camera_anew_and_claims_to_know_of_it(
    platform: tuple[Ports, Outside],
) -> None:
    ports, outside = platform
    clock, decisions = ports.clock, Decisions(ports, Views(ports))
    assert isinstance(clock, ManualClock)
    assert (await decisions.decide(ASKED)).decision.allowed
    assert outside.asked_anew == [], "nothing ended: what is remembered is good"
    await Closures(ports).end(Closure("a" * 64, (TUNNEL.name,), is_sealed=True))
    assert (await decisions.decide(ASKED)).number == outside.told[-1].number
    assert outside.asked_anew == [TUNNEL.name]
    clock.advance(timedelta(seconds=61))  # nothing is remembered for that long
    assert (await decisions.decide(ASKED)).number == outside.told[-1].number
    assert outside.asked_anew == [TUNNEL.name]


async def test_a_secret_that_ended_lately_is_asked_for_no_more_often_than_a_name_that_never_was(
    platform: tuple[Ports, Outside],
) -> None:
    ports, outside = platform
    outside.cameras[SECRET.name] = SECRET
    await Closures(ports).end(Closure("a" * 64, (SECRET.name,), is_sealed=True))
    with pytest.raises(Denied):
        await Decisions(ports, Views(ports)).decide(replace(ASKED, camera=SECRET.name))
    assert outside.asked_anew == []
