"""A camera comes to a place of secrets while takeovers, commands, watchers and claims are on their way."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Denied
from services.decider.facts import Action, Camera, Principal
from services.permissions.claims.domain import Loss, LossKind, Statement
from services.permissions.claims.service import Claims
from services.permissions.closures import Closure, Closures
from services.permissions.decisions import Decisions
from services.permissions.papers.bases import Bases
from services.permissions.papers.letter import Officer, Papers
from services.permissions.question import Question
from services.permissions.store import takeovers
from services.permissions.takeover import Control
from services.permissions.takeovers.controls import Controls
from services.permissions.view import Views
from tests.integration.permissions.test_takeover_pages import CAMERAS, END, LEVELS, Desk, Silence
from tests.unit.decider.cast import CITY_POLICE, INFORMATIZATION, NOW, OPERATOR, PARK, POLICE, SECURITY, TUNNEL
from tests.unit.permissions import records
from tests.unit.permissions.records import Outside

NOW_SECRET = replace(TUNNEL, category=5, level=5)
OTHERS = {code: level for code, level in LEVELS.items() if code != TUNNEL.name.rpartition("/")[2]}


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[tuple[Desk, Outside]]:
    """The tunnel's level is its place category's."""
    async with records.ports_on(database_url, OTHERS) as (ports, outside):
        outside.cameras = {camera.name: camera for camera in CAMERAS}
        yield Desk(ports), outside


async def move(desk: Desk, outside: Outside, camera: Camera = NOW_SECRET) -> None:
    """The tunnel comes to another place category, by the registry's fact."""
    outside.cameras[camera.name] = camera
    is_sealed = camera.level == NOW_SECRET.level
    moved = Closure("a" * 64, (camera.name,), {camera.name: camera.category}, "principals/x", is_sealed)
    await Closures(desk.ports).end(moved)


def move_meanwhile(desk: Desk, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does so while the registry's answer about it is on its way."""
    facts = outside.facts

    async def overtaken(names: Iterable[str]) -> Mapping[str, Camera]:
        found = await facts(names)
        if found.get(TUNNEL.name) is TUNNEL:
            await move(desk, outside)
        return found

    monkeypatch.setattr(outside, "facts", overtaken)


async def control(desk: Desk) -> Control:
    async with desk.ports.database.read() as transaction:
        return (await takeovers.load_known(transaction, [TUNNEL.name]))[TUNNEL.name]


async def papers(desk: Desk, who: Principal) -> str:
    officers = (Officer("Chen", "C-1", END), Officer("Li", "C-2", END))
    letter = Papers("YX-17", who.agency, officers, frozenset({TUNNEL.name}), NOW, END, "theft", "0" * 64)
    return (await Bases(desk.ports).register(who.name, letter)).name


async def test_a_takeover_asked_for_before_is_not_granted_after(
    office: tuple[Desk, Outside], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, outside = office
    await desk.on_papers(SECURITY, TUNNEL)
    move_meanwhile(desk, outside, monkeypatch)
    with pytest.raises(Denied):
        await desk.on_papers(POLICE, TUNNEL)
    assert [one.agency for one in (await control(desk)).takeovers] == [SECURITY.agency]
    assert await desk.names(POLICE) == []


async def test_a_command_on_its_way_puts_no_older_category_back(
    office: tuple[Desk, Outside], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, outside = office
    name = await desk.on_papers(SECURITY, TUNNEL)
    await desk.changes.release(SECURITY.name, name)
    move_meanwhile(desk, outside, monkeypatch)
    await Controls(desk.ports).grant(OPERATOR.name, TUNNEL.name)
    found = (await control(desk)).camera
    assert (found.category, found.level) == (NOW_SECRET.category, NOW_SECRET.level)
    assert await desk.names(POLICE, over=True) == []


async def test_a_watcher_who_comes_again_is_not_told_what_was_remembered(office: tuple[Desk, Outside]) -> None:
    desk, outside = office
    begun = (await desk.first(CITY_POLICE)).number
    await desk.on_papers(SECURITY, TUNNEL, PARK)

    async def told() -> set[str]:
        found = set[str]()
        with suppress(Silence):
            async for news in desk.notices.watch(CITY_POLICE.name, begun):
                found |= {held.kept.takeover.camera for notice in news.notices for held in notice.order.taken}
        return found

    assert await told() == {TUNNEL.name, PARK.name}
    await move(desk, outside)
    assert await told() == {PARK.name}


async def test_papers_open_sessions_again_at_once_where_it_is_no_secret(office: tuple[Desk, Outside]) -> None:
    desk, outside = office
    basis = await papers(desk, POLICE)
    await move(desk, outside, replace(TUNNEL, category=4))
    asked = Question(POLICE.name, TUNNEL.name, Action.PLAYBACK, basis, "", "sessions/1")
    answer = await Decisions(desk.ports, Views(desk.ports)).decide(asked)
    assert (answer.decision.allowed, answer.camera.category) == (True, 4)
    assert answer.number == outside.told[-1].number


async def test_a_claim_of_what_is_a_secret_now_is_read_by_those_who_may_know_of_it(
    office: tuple[Desk, Outside],
) -> None:
    desk, outside = office
    name = await desk.on_papers(POLICE, TUNNEL)
    await desk.changes.release(POLICE.name, name)
    desk.wait(timedelta(seconds=1))
    claims = Claims(desk.ports)
    lost = Loss(next(iter(LossKind)), "broken", 100, TUNNEL.name, "0" * 64)
    await claims.file(OPERATOR.name, name, Statement("lost guests", (lost,)))
    everybody = (POLICE, CITY_POLICE, INFORMATIZATION, OPERATOR, SECURITY)

    async def readers() -> list[Principal]:
        return [who for who in everybody if await claims.list(who.name, "", None, 10)]

    assert await readers() == list(everybody)
    await move(desk, outside)
    assert await readers() == [POLICE, OPERATOR, SECURITY], "the parties, and who may know of secrets"
