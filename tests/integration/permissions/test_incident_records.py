"""Incidents on either database: what is kept of them, what time ends, who is shown which, and the former release's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Denied, Error, FailedPrecondition, InvalidArgument, NotFound
from services.decider.facts import Action, AgencyKind, Area
from services.permissions.batches import Batch, Batches
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.incidents.commands import Extension, Ruling, Widening
from services.permissions.incidents.domain import APPROVAL_WITHIN, Declared, State, is_shown
from services.permissions.incidents.service import Incidents
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.store import endings, incidents
from services.permissions.store.glances import Asked, glance
from services.permissions.takeover import Cause as Why
from services.permissions.takeovers.changes import TakeoverChanges
from services.permissions.takeovers.requests import Takeovers, Wish
from services.permissions.view import Views
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    EVERYBODY,
    INFORMATIZATION,
    LATER,
    NOW,
    OPERATOR,
    PARK,
    SECRET,
    SECTOR,
    TIANHE,
    TUNNEL,
    URBAN,
    principal,
)  # fmt: skip
from tests.unit.permissions import records
from tests.unit.permissions.fires import FIRE, NEXT, WHOLE
from tests.unit.permissions.records import Outside

NORTH = replace(TUNNEL, name=TUNNEL.name[:-1] + "7", latitude=23.13)
MORE = Widening("O-3", "smoke drifts north", Area(NEXT))
YES = Ruling(1, True, "seen")
Platform = tuple[Ports, Outside]


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as (ports, outside):
        outside.cameras |= {camera.name: camera for camera in (NORTH, PARK, SECRET)}
        yield ports, outside


def advance(ports: Ports, by: timedelta) -> None:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(by)


def verbs(outside: Outside) -> list[str]:
    return [change.verb for change in outside.changes]


async def sees(ports: Ports, who: Any, camera: Any) -> bool:
    """Alone, and in a batch with other cameras."""
    views, asked = Views(ports), Question(who.name, camera.name, Action.PLAYBACK)
    is_allowed = (await Decisions(ports, views).decide(asked)).decision.allowed
    several = [NORTH.name, camera.name, TUNNEL.name]
    answers = await Batches(ports, views).decide_named(Batch(who.name, asked.action), several)
    assert bool(answers.allowed[1]) == is_allowed
    return is_allowed


async def is_more(ports: Ports) -> bool:
    """Whether a glance at a question of the command sends it to a transaction."""
    async with ports.database.look() as connection:
        return (await glance(connection, Asked([COMMAND.name], [PARK.name]), ports.clock.now(), NOW)).is_more


async def ended(ports: Ports) -> list[tuple[Cause, str]]:
    async with ports.database.read() as transaction:
        return [(e.cause, e.subject) for e in await endings.unkept(transaction, 10_000)]


async def test_a_whole_district_opens_when_a_second_principal_has_approved_it(platform: Platform) -> None:
    ports, outside = platform
    use = Incidents(ports)
    waiting = await use.declare(COMMAND.name, replace(FIRE, area=WHOLE))
    assert waiting.state is State.PENDING
    assert not await sees(ports, COMMAND, TUNNEL)
    assert not await is_more(ports), "it opens nothing yet"
    with pytest.raises(Denied, match="another principal"):
        await use.decide(COMMAND.name, waiting.name, YES)
    approved = await use.decide(CITY_POLICE.name, waiting.name, YES)
    assert await is_more(ports)
    assert await sees(ports, COMMAND, TUNNEL)
    assert approved == await use.get(COMMAND.name, waiting.name)
    assert approved.acts[0].decided_by == CITY_POLICE.name
    assert verbs(outside) == ["incident.submitted", "incident.approved"]
    assert [change.by for change in outside.changes] == [COMMAND.name, CITY_POLICE.name]


async def test_a_widening_opens_nothing_before_it_and_every_act_is_read_back(platform: Platform) -> None:
    ports, outside = platform
    use = Incidents(ports)
    declared = await use.declare(COMMAND.name, FIRE)
    assert (await sees(ports, COMMAND, TUNNEL), await sees(ports, COMMAND, NORTH)) == (True, False)
    advance(ports, timedelta(minutes=10))
    urban = replace(MORE, opens_to=frozenset({URBAN.agency}), letter_number="L-2", certificates=("C-3", "C-4"))
    wider = await use.widen(CITY_POLICE.name, declared.name, urban)
    assert await sees(ports, COMMAND, NORTH)
    assert await sees(ports, URBAN, TUNNEL)
    longer = await use.extend(COMMAND.name, declared.name, Extension("O-2", "it burns", LATER + timedelta(hours=1)))
    assert longer.acts[:2] == wider.acts
    assert longer == await use.get(URBAN.name, declared.name)
    async with ports.database.read() as transaction:
        opened = await incidents.open_to_each(transaction, [URBAN.agency, SECTOR.agency], ports.clock.now())
    assert {stage.starts_at for stage in opened[URBAN.agency]} == {ports.clock.now()}, "not from the declaration on"
    assert opened[SECTOR.agency] == ()
    assert verbs(outside) == ["incident.declared", "incident.widened", "incident.extended"]
    assert all(change.article == "Article 18 ¶2" for change in outside.changes)


async def test_time_ends_an_incident_on_record_once_with_its_takeovers_and_sessions(platform: Platform) -> None:
    ports, outside = platform
    use, takeovers = Incidents(ports), Takeovers(ports)
    declared = await use.declare(CITY_POLICE.name, FIRE)
    wish = Wish((TUNNEL.name,), Why.ACCIDENT, "smoke", "", declared.name, LATER)
    taken = await takeovers.request(COMMAND.name, wish)
    advance(ports, LATER - NOW)
    outside.changes.clear()
    await use.expire_once()
    await asyncio.gather(Incidents(ports).expire_once(), Incidents(ports).expire_once())
    assert await ended(ports) == [(Cause.INCIDENT_ENDED, declared.name)]
    assert [ending.subject for ending in outside.told] == [declared.name]
    assert sorted(verbs(outside)) == ["incident.expired", "takeover.expired"]
    assert (await use.get(CITY_POLICE.name, declared.name)).state is State.EXPIRED
    assert not await sees(ports, COMMAND, TUNNEL)
    with pytest.raises(FailedPrecondition):
        await TakeoverChanges(ports).release(COMMAND.name, taken.taken[0].kept.takeover.name)
    with pytest.raises(FailedPrecondition, match="declare a new one"):
        await use.extend(CITY_POLICE.name, declared.name, Extension("O", "late", LATER + timedelta(hours=1)))


async def test_two_replicas_put_one_expiry_on_record_once(platform: Platform) -> None:
    ports, outside = platform
    for _ in range(3):
        await Incidents(ports).declare(COMMAND.name, FIRE)
    advance(ports, LATER - NOW)
    await asyncio.gather(Incidents(ports).expire_once(), Incidents(ports).expire_once())
    assert len(await ended(ports)) == 3
    assert verbs(outside).count("incident.expired") == 3


async def test_what_nobody_approves_in_time_lapses_on_record(platform: Platform) -> None:
    ports, outside = platform
    use = Incidents(ports)
    waiting = await use.declare(COMMAND.name, replace(FIRE, area=WHOLE, ends_at=NOW + timedelta(hours=5)))
    advance(ports, APPROVAL_WITHIN)
    assert (await use.get(COMMAND.name, waiting.name)).state is State.LAPSED
    with pytest.raises(FailedPrecondition):
        await use.decide(CITY_POLICE.name, waiting.name, YES)
    await use.expire_once()
    await use.expire_once()
    assert verbs(outside) == ["incident.submitted", "incident.lapsed"]
    assert await ended(ports) == []


async def test_its_end_ends_it_for_everybody_and_a_takeover_falls_with_it(platform: Platform) -> None:
    ports, outside = platform
    use, takeovers = Incidents(ports), Takeovers(ports)
    declared = await use.declare(CITY_POLICE.name, FIRE)
    await takeovers.request(COMMAND.name, Wish((TUNNEL.name,), Why.ACCIDENT, "smoke", "", declared.name, LATER))
    with pytest.raises(Denied):
        await use.end(COMMAND.name, declared.name)
    await use.end(INFORMATIZATION.name, declared.name)
    assert await ended(ports) == [(Cause.INCIDENT_ENDED, declared.name)]
    assert verbs(outside)[-2:] == ["takeover.released", "incident.ended"]
    await use.expire_once()
    assert len(await ended(ports)) == 1


@pytest.mark.parametrize("acting", ["declares", "widens", "approves"])
async def test_whoever_has_a_hand_in_opening_a_camera_does_not_take_it_over(platform: Platform, acting: str) -> None:
    ports, _ = platform
    use, takeovers = Incidents(ports), Takeovers(ports)
    by = COMMAND if acting == "declares" else CITY_POLICE
    declared = await use.declare(by.name, replace(FIRE, area=WHOLE if acting == "approves" else FIRE.area))
    if acting == "widens":
        await use.widen(COMMAND.name, declared.name, MORE)
    if acting == "approves":
        await use.decide(COMMAND.name, declared.name, YES)
    with pytest.raises(Denied, match="another principal") as refused:
        await takeovers.request(COMMAND.name, Wish((TUNNEL.name,), Why.ACCIDENT, "smoke", "", declared.name, LATER))
    assert refused.value.metadata["article"] == "Article 18 ¶2"


async def test_a_camera_that_is_hidden_and_one_that_never_existed_are_refused_alike(platform: Platform) -> None:
    ports, outside = platform
    use = Incidents(ports)
    declared = await use.declare(COMMAND.name, replace(FIRE, area=Area(cameras=frozenset({TUNNEL.name}))))
    assert declared.operators == {OPERATOR.agency}
    said = []
    for name in (SECRET.name, TUNNEL.name[:-1] + "9"):
        area = Area(cameras=frozenset({name}))
        for act in (
            lambda area=area: use.declare(COMMAND.name, replace(FIRE, area=area)),
            lambda area=area: use.widen(COMMAND.name, declared.name, replace(MORE, area=area)),
        ):
            with pytest.raises(Denied) as refused:
                await act()
            said.append(str((refused.value.message, refused.value.metadata)).replace(name, "CAMERA"))
    assert len(set(said)) == 1
    with pytest.raises(Denied, match="emergency command"):  # who may not is not told which cameras exist
        await use.declare(URBAN.name, replace(FIRE, area=Area(cameras=frozenset({SECRET.name}))))
    assert verbs(outside) == ["incident.declared"]


async def test_agencies_are_on_record_or_refused_by_field(platform: Platform) -> None:
    ports, _ = platform
    use = Incidents(ports)
    declared = await use.declare(COMMAND.name, FIRE)
    ghost = replace(MORE, opens_to=frozenset({"agencies/ghost"}), letter_number="L", certificates=("C-1", "C-2"))
    with pytest.raises(InvalidArgument) as refused:
        await use.widen(COMMAND.name, declared.name, ghost)
    assert [violation.field for violation in refused.value.violations] == ["agencies"]
    assert len((await use.get(COMMAND.name, declared.name)).acts) == 1


async def test_what_is_listed_is_what_is_shown_page_by_page(platform: Platform) -> None:
    ports, _ = platform
    use = Incidents(ports)
    said = (
        FIRE,
        replace(FIRE, area=WHOLE),
        replace(FIRE, area=Area(cameras=frozenset({TUNNEL.name}))),
        replace(FIRE, opens_to=frozenset({URBAN.agency})),
        replace(FIRE, opens_to=frozenset({SECTOR.agency}), area=Area(districts=frozenset({TIANHE}))),
    )
    made: list[Declared] = []
    for number, declaration in enumerate(said * 2):
        advance(ports, timedelta(seconds=number % 2))  # some in the same moment
        made.append(await use.declare(COMMAND.name, declaration))
    tianhe = principal(AgencyKind.PUBLIC_SECURITY, TIANHE)
    for who in EVERYBODY:
        shown = {one.name for one in made if is_shown(one, who)}
        found: list[Declared] = []
        while page := await use.list(who.name, (found[-1].acts[0].at, found[-1].name) if found else None, 3):
            found += page
        assert {one.name for one in found} == shown, who.name
        assert [one.name for one in found] == [
            m.name for m in sorted(made, key=_place, reverse=True) if m.name in shown
        ]
        for one in made:
            if one.name not in shown:
                with pytest.raises(NotFound) as hidden:
                    await use.get(who.name, one.name)
                with pytest.raises(NotFound) as absent:
                    await use.get(who.name, "incidents/none")
                assert hidden.value.message.replace(one.name, "N") == absent.value.message.replace(
                    "incidents/none", "N"
                )
    assert not is_shown(made[4], URBAN), "it waits, and was never opened to anybody"
    assert is_shown(made[4], tianhe)


async def test_an_end_and_a_longer_end_at_once_leave_one_of_both_orders(platform: Platform) -> None:
    ports, _ = platform
    use = Incidents(ports)
    for _ in range(5):
        declared = await use.declare(COMMAND.name, FIRE)
        longer = Extension("O-2", "it burns", LATER + timedelta(hours=1))
        results = await asyncio.gather(
            use.end(COMMAND.name, declared.name), use.extend(COMMAND.name, declared.name, longer),
            use.widen(CITY_POLICE.name, declared.name, MORE), return_exceptions=True,
        )  # fmt: skip
        assert all(isinstance(result, Declared | Error) for result in results)
        over = await use.get(COMMAND.name, declared.name)
        assert (over.state, over.ends_at) == (State.ENDED, NOW)
        assert [act.number for act in over.acts] == list(range(1, len(over.acts) + 1))


def _place(declared: Declared) -> tuple[Any, str]:
    return declared.acts[0].at, declared.name
