"""Exclusive takeovers: asked for with a reason, told to whom they concern, and to relays whenever one changes."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import decider_service_pb2, permissions_events_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from services.chassis import errors
from services.decider.facts import Camera, Principal
from services.permissions.ending import Cause
from services.permissions.ports import Ports
from services.permissions.store import endings, takeovers
from services.permissions.takeover import Exclusive, Request, grant, release
from services.permissions.takeovers.control import Act, write
from services.permissions.takeovers.takings import filled, taken_exclusively
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after
from tests.integration.permissions.test_endings import Ear, listening
from tests.integration.permissions.test_takeover_notices import watching
from tests.unit.decider.cast import CITY_POLICE, COMMAND, PARK, TUNNEL
from tests.unit.permissions import records

COMMANDS, WHY, NO_DUTY = "command-guangzhou", "victims are to be spared", "the operator's room is evacuated"
TAKEN = permissions_events_pb2.Ending.CAUSE_CONTROL_TAKEN
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def ports(database_url: str) -> AsyncIterator[Ports]:
    async with records.ports_on(database_url) as (ports, _):
        yield ports


async def take(ports: Ports, number: int, who: Principal, cameras: Sequence[Camera], why: Exclusive | None) -> Any:
    """As the use case writes it once it was decided; what is told."""
    now = ports.clock.now()
    ends_at = now + 10 * MINUTE
    asked = Request(f"takeovers/{number}", number, who, None, "smoke", ends_at, "incidents/1", ends_at, why)
    async with ports.database.write() as transaction:
        controls = await takeovers.load_each(transaction, {camera.name: camera for camera in cameras})
        outcomes = [grant(control, asked, now) for control in controls.values()]
        await write(transaction, ports, outcomes, Act(who.name, now, "smoke", exclusive=why))
        return await taken_exclusively(transaction, outcomes, now)


async def test_relays_are_told_of_all_takeovers_of_cameras_that_are_held_exclusively(ports: Ports) -> None:
    assert await take(ports, 1, CITY_POLICE, (PARK,), None) == [], "nothing is exclusive"
    [told] = await take(ports, 2, COMMAND, (TUNNEL, PARK), Exclusive(WHY, NO_DUTY))
    assert (told.cause, told.subject) == (Cause.CONTROL_TAKEN, "takeovers/2")
    said = {(one.name, one.camera): (one.is_exclusive, one.suspends_duty) for one in told.takings}
    assert said == {
        ("takeovers/2", TUNNEL.name): (True, True),
        ("takeovers/1", PARK.name): (False, False),
        ("takeovers/2", PARK.name): (True, True),
    }
    [above] = await take(ports, 3, CITY_POLICE, (TUNNEL,), None)
    assert above.subject == f"takeovers/2/{TUNNEL.name}", "of that camera alone"
    assert {one.name for one in above.takings} == {"takeovers/2", "takeovers/3"}
    now = ports.clock.now()
    async with ports.database.write() as transaction:
        controls = await takeovers.load_known(transaction, [TUNNEL.name])
        outcomes = [release(controls[TUNNEL.name], "takeovers/3", CITY_POLICE, now)]
        await write(transaction, ports, outcomes, Act(CITY_POLICE.name, now))
        [back] = await taken_exclusively(transaction, outcomes, now)
        assert [one.name for one in back.takings] == ["takeovers/2"]
        waiting = [await filled(transaction, one) for one in await endings.unkept(transaction, 10)]
        kept = await takeovers.find(transaction, "takeovers/2")
    assert [one.number for one in waiting] == [told.number, above.number, back.number]
    assert waiting[-1] == back, "what the bucket holds is what was told"
    assert {one.exclusive for one in kept} == {Exclusive(WHY, NO_DUTY)}


async def exclusive(stage: Stage, incident: str, *cameras: str, **more: Any) -> Any:
    asked = {"incident": incident, "is_exclusive": True, "exclusive_reason": WHY} | more
    return await stage.take_over(COMMANDS, *(cameras or (city.STREET,)), **asked)


async def decided(stage: Stage, name: str, action: str = "LIVE") -> decider_service_pb2.DecideResponse:
    """What streams is answered of the street's camera."""
    request = decider_service_pb2.DecideRequest(
        principal=city.principal(name), camera=city.STREET, action=f"ACTION_{action}"
    )
    answer: decider_service_pb2.DecideResponse = await stage.serve("streams", "Decide", request)
    return answer


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"exclusive_reason": ""}, "takeover.exclusive_reason"),
        ({"exclusive_reason": "x" * 501}, "takeover.exclusive_reason"),
        ({"duty_reason": "x" * 501}, "takeover.duty_reason"),
        ({"is_exclusive": False}, "takeover.is_exclusive"),
        ({"is_exclusive": False, "exclusive_reason": "", "duty_reason": "y"}, "takeover.is_exclusive"),
    ],
)
async def test_it_needs_a_reason_of_its_own_and_a_reason_needs_it(
    stage: Stage, wrong: dict[str, Any], field: str
) -> None:
    incident = await stage.incident("police-guangzhou", COMMANDS)
    with pytest.raises(errors.InvalidArgument) as refusal:
        await exclusive(stage, incident, **wrong)
    assert [one.field for one in refusal.value.violations] == [field]
    assert not (await stage.ask(COMMANDS, "ListTakeovers", pb.ListTakeoversRequest())).takeovers


async def test_operator_and_police_are_told_why_and_streams_whose_view_is_suspended(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", COMMANDS)
    async with watching(stage, "metro") as operator, watching(stage, "police-yuexiu") as police:
        for call in (operator, police):
            await call.read()
        taken = await exclusive(stage, incident)
        for call in (operator, police):
            [notice] = (await call.read()).notices
            said = notice.takeover
            assert (said.is_exclusive, said.exclusive_reason, said.duty_reason) == (True, WHY, "")
    [listed] = (await stage.ask("metro", "ListTakeovers", pb.ListTakeoversRequest())).takeovers
    assert (listed.is_exclusive, listed.exclusive_reason) == (True, WHY)
    suspended = (await decided(stage, "urban-yuexiu")).suspension
    assert (suspended.takeover, suspended.agency) == (taken.name, f"agencies/{COMMANDS}")
    assert suspended.end_time == taken.end_time
    for who in ("police-yuexiu", "metro", COMMANDS):
        assert not (await decided(stage, who)).HasField("suspension"), who
    await exclusive(stage, incident, duty_reason=NO_DUTY)
    assert (await decided(stage, "metro")).suspension.agency == f"agencies/{COMMANDS}"
    for action in ("ADMINISTER", "INSPECT"):
        assert not (await decided(stage, "metro", action)).HasField("suspension"), "what runs is still overseen"


async def test_relays_hear_at_once_when_it_is_granted_renewed_preceded_and_back(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", COMMANDS)
    papers = await stage.papers("police-yuexiu", city.STREET)
    async with listening(stage) as ear:
        below = await exclusive(stage, incident)
        await _told(ear, below.name)
        renewed = pb.RenewTakeoverRequest(name=below.name, end_time=after(20 * MINUTE))
        later = await stage.ask(COMMANDS, "RenewTakeover", renewed)
        assert (await _told(ear, below.name))[0].end_time == later.end_time
        above = await stage.take_over("police-yuexiu", city.STREET, legal_basis=papers)
        assert {one.is_exclusive for one in await _told(ear, below.name, above.name)} == {True, False}
        await stage.ask("police-yuexiu", "ReleaseTakeover", pb.ReleaseTakeoverRequest(name=above.name))
        await _told(ear, below.name)
        last = ear.endings[-2]
        await eventually(lambda: ear.kept(last.number))
        assert await ear.kept(last.number) == last
        count = len(ear.endings)
        await stage.ask("police-guangzhou", "EndIncident", permissions.EndIncidentRequest(name=incident))
        await eventually(lambda: len(ear.endings) > count)
        assert [one.cause for one in ear.endings[count:]] == [permissions_events_pb2.Ending.CAUSE_INCIDENT_ENDED]


async def _told(ear: Ear, *names: str) -> Sequence[Any]:
    """What relays heard last of the street, once it is of these takeovers."""

    def is_told() -> Sequence[Any]:
        last = ear.endings[-1] if ear.endings else permissions_events_pb2.Ending()
        is_it = last.cause == TAKEN and {one.name for one in last.takings.takeovers} == set(names)
        return list(last.takings.takeovers) if is_it else []

    found: Any = await eventually(is_told)
    [group] = ear.endings[-1].takings.groups
    assert list(group.cameras) == [city.STREET]
    ear.endings.append(permissions_events_pb2.Ending())  # the next one must come
    return found
