"""Changes of control that meet on one camera: who waited, or whose clock is behind, moves nothing back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Denied, Exhausted
from services.permissions.incidents.service import Incidents
from services.permissions.ports import Ports
from services.permissions.store import bases, takeovers
from services.permissions.takeover import MAX_IN_FORCE, Cause, Request, grant
from services.permissions.takeovers.control import Act, write
from services.permissions.takeovers.controls import Controls
from services.permissions.takeovers.requests import Wish
from tests.integration.permissions.test_takeover_pages import LEVELS, Desk
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, OPERATOR, PARK, POLICE, TUNNEL
from tests.unit.permissions import records

SECOND = timedelta(seconds=1)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with records.ports_on(database_url, LEVELS) as (ports, outside):
        outside.cameras = {camera.name: camera for camera in (TUNNEL, PARK)}
        yield Desk(ports)


async def on_record(ports: Ports) -> tuple[str, int]:
    """Who controls the tunnel, and under which epoch."""
    async with ports.database.read() as transaction:
        control = (await takeovers.load_known(transaction, [TUNNEL.name]))[TUNNEL.name]
    return control.agency, control.epoch


async def preempted_while(desk: Desk, waiting: asyncio.Task[object]) -> None:
    """The city's police take the tunnel over two seconds later, and ``waiting`` waits for that."""
    now, ports = desk.ports.clock.now() + 2 * SECOND, desk.ports
    asked = Request("takeovers/above", 99, CITY_POLICE, Cause.ACCIDENT, "smoke", LATER, "legalBases/1", LATER)
    async with ports.database.write() as transaction:
        await takeovers.lock(transaction)
        await asyncio.sleep(0)  # `waiting` begins
        desk.wait(2 * SECOND)
        control = (await takeovers.load_known(transaction, [TUNNEL.name]))[TUNNEL.name]
        await write(transaction, ports, [grant(control, asked, now)], Act(CITY_POLICE.name, now, "smoke"))
    await waiting


async def test_who_gives_back_after_waiting_for_a_preemption_takes_nothing_from_it(desk: Desk) -> None:
    below = await desk.in_fire()
    await preempted_while(desk, asyncio.create_task(desk.changes.release(COMMAND.name, below)))
    assert await on_record(desk.ports) == (CITY_POLICE.agency, 3)
    [over] = (await desk.reads.get(COMMAND.name, below)).taken
    assert over.kept.ended_at == desk.ports.clock.now(), "when it was over, not when that was asked for"


async def test_an_incident_that_ends_after_waiting_for_a_preemption_takes_nothing_from_it(desk: Desk) -> None:
    below = await desk.in_fire()
    incident = (await desk.reads.get(COMMAND.name, below)).taken[0].kept.takeover.ground
    ending = asyncio.create_task(Incidents(desk.ports).end(CITY_POLICE.name, incident))
    await preempted_while(desk, ending)
    assert await on_record(desk.ports) == (CITY_POLICE.agency, 3)


async def test_a_replica_whose_clock_is_behind_knows_of_a_takeover_that_began_by_anothers(desk: Desk) -> None:
    """Two replicas whose clocks differ would else name two holders, each under an epoch above the other's."""
    taken = await desk.on_papers(CITY_POLICE, TUNNEL)
    behind = Desk(replace(desk.ports, clock=ManualClock(NOW - 2 * SECOND)))
    with pytest.raises(Denied, match=CITY_POLICE.agency):
        await Controls(behind.ports).grant(OPERATOR.name, TUNNEL.name)
    await behind.in_fire()
    assert await on_record(desk.ports) == (CITY_POLICE.agency, 2)
    await behind.changes.release(CITY_POLICE.name, taken)
    assert await on_record(desk.ports) == (COMMAND.agency, 3)
    [over] = (await desk.reads.get(CITY_POLICE.name, taken)).taken
    assert over.kept.ended_at == over.kept.takeover.starts_at, "it never ended before it began"


async def test_cameras_that_are_all_full_are_refused_and_use_no_papers(desk: Desk) -> None:
    first = (await desk.reads.get(POLICE.name, await desk.on_papers(POLICE, TUNNEL, PARK))).taken[0].kept.takeover
    wish = Wish((TUNNEL.name, PARK.name), Cause.ACCIDENT, "smoke", first.ground, "", LATER)
    for _ in range(MAX_IN_FORCE - 1):
        await desk.takeovers.request(POLICE.name, wish)
    with pytest.raises(Exhausted, match="release one first"):
        await desk.takeovers.request(POLICE.name, wish)
    async with desk.ports.database.read() as transaction:
        found = await bases.find(transaction, first.ground)
    assert found is not None
    assert found.basis.uses == MAX_IN_FORCE
