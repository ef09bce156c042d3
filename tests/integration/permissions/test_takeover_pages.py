"""Lists and news of takeovers on either database: what a reader is shown one by one, by the levels in force."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis.bell import Bell
from services.chassis.clock import ManualClock
from services.chassis.errors import InvalidArgument, NotFound
from services.decider.facts import Camera, Principal
from services.permissions.incidents.service import Incidents
from services.permissions.papers.bases import Bases
from services.permissions.papers.letter import Officer, Papers
from services.permissions.ports import Listed, Ports
from services.permissions.store import sealed_lists
from services.permissions.takeover import Cause
from services.permissions.takeovers.changes import TakeoverChanges
from services.permissions.takeovers.controls import Controls
from services.permissions.takeovers.notices import News, Notices
from services.permissions.takeovers.reads import TakeoverReads
from services.permissions.takeovers.requests import Takeovers, Wish
from services.permissions.takeovers.view import Page
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    EVERYBODY,
    LATER,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECURITY,
    TIANHE,
    TUNNEL,
    URBAN,
)
from tests.unit.permissions import fires, records

BEYOND = replace(
    TUNNEL, name=f"districts/{TIANHE}/cameras/{TIANHE}00001310000004", district=TIANHE, operator="agencies/another"
)
CAMERAS = (TUNNEL, PARK, SECRET, BEYOND)
LEVELS = {camera.name.rpartition("/")[2]: camera.level for camera in CAMERAS}  # of a place category they would differ
END = NOW + timedelta(days=2)
FROM_NOW: Any = None


class Silence(Exception):
    """All was told that there is to tell."""


class Mute(Bell):
    """A bell that nobody rings."""

    async def wait(self) -> None:
        raise Silence


@dataclass
class Desk:
    """Takes over and asks, for whoever it is."""

    ports: Ports

    def __post_init__(self) -> None:
        self.takeovers, self.changes = Takeovers(self.ports), TakeoverChanges(self.ports)
        self.reads = TakeoverReads(self.ports)
        self.notices = Notices(self.ports, Mute())

    async def on_papers(self, who: Principal, *cameras: Camera, until: datetime = LATER) -> str:
        """A takeover by papers that cover the cameras; its name. Time goes on a little."""
        names = tuple(camera.name for camera in cameras)
        officers = (Officer("Chen", "C-1", END), Officer("Li", "C-2", END))
        papers = Papers("YX-17", who.agency, officers, frozenset(names), NOW, END, "theft", "0" * 64)
        basis = await Bases(self.ports).register(who.name, papers)
        return await self.taken(who, Wish(names, Cause.ACCIDENT, "smoke", basis.name, "", until))

    async def in_fire(self) -> str:
        """Emergency command's takeover of the tunnel."""
        fire = await Incidents(self.ports).declare(CITY_POLICE.name, fires.FIRE)
        return await self.taken(COMMAND, Wish((TUNNEL.name,), Cause.ACCIDENT, "smoke", "", fire.name, LATER))

    async def taken(self, who: Principal, wish: Wish) -> str:
        order = await self.takeovers.request(who.name, wish)
        self.wait(timedelta(seconds=1))
        return order.taken[0].kept.takeover.name

    def wait(self, by: timedelta) -> None:
        assert isinstance(self.ports.clock, ManualClock)
        self.ports.clock.advance(by)

    async def listed(self, who: Principal, *, over: bool = False, size: int = 50) -> list[Listed]:
        """All pages of a list."""
        found, before = list[Listed](), None
        while page := await self.notices.list(who.name, Page(size, before, over)):
            found += page
            before = (page[-1].kept.takeover.starts_at, page[-1].kept.takeover.name)
        return found

    async def names(self, who: Principal, *, over: bool = False) -> list[str]:
        return [one.kept.takeover.name for one in await self.listed(who, over=over)]

    async def count(self, who: Principal, name: str) -> int:
        """How many cameras of a takeover are shown to them."""
        try:
            return len((await self.reads.get(who.name, name)).taken)
        except NotFound:
            return 0

    async def heard(self, who: Principal, after: int) -> list[tuple[str, bool]]:
        """What a watcher behind ``after`` is told at once: which takeovers, and whether of its own cameras."""
        told = list[tuple[str, bool]]()
        with suppress(Silence):
            async for news in self.notices.watch(who.name, after):
                told += [(one.order.taken[0].kept.takeover.name, one.is_own) for one in news.notices]
        return told

    async def first(self, who: Principal) -> News:
        """The first answer of a new watcher."""
        return await anext(aiter(self.notices.watch(who.name, FROM_NOW)))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with records.ports_on(database_url, LEVELS) as (ports, outside):
        outside.cameras = {camera.name: camera for camera in CAMERAS}
        yield Desk(ports)


async def test_a_list_holds_what_is_shown_one_by_one_to_everybody(desk: Desk) -> None:
    made = [
        await desk.on_papers(POLICE, TUNNEL, PARK),
        await desk.in_fire(),
        await desk.on_papers(SECURITY, SECRET, BEYOND, TUNNEL),
        await desk.on_papers(SECURITY, SECRET),
        await desk.on_papers(CITY_POLICE, BEYOND),
    ]
    for who in EVERYBODY:
        shown = {name: count for name in reversed(made) if (count := await desk.count(who, name))}
        for size in (1, 2, 50):
            found = await desk.listed(who, size=size)
            assert {one.kept.takeover.name: one.cameras for one in found} == shown, who.name
            assert [one.kept.takeover.name for one in found] == list(shown), "last granted first"
    assert [await desk.names(who) for who in (URBAN, POLICE, OPERATOR, SECURITY, CITY_POLICE)] == [
        [], made[2::-1], made[3::-1], made[::-1], [made[4], *made[2::-1]],
    ]  # fmt: skip


async def test_what_became_a_secret_is_in_no_list_from_then_on_and_what_was_opened_is(desk: Desk) -> None:
    taken = await desk.on_papers(SECURITY, TUNNEL, SECRET)
    assert [await desk.count(who, taken) for who in (POLICE, CITY_POLICE, SECURITY)] == [1, 1, 2]
    for code, is_secret in zip(LEVELS, (True, False, False, False), strict=True):
        async with desk.ports.database.write() as transaction:
            await sealed_lists.keep_secret(transaction, {code: is_secret}, 1)
    for who in (POLICE, CITY_POLICE):
        [listed] = await desk.listed(who)
        assert (listed.cameras, listed.kept.takeover.camera) == (1, SECRET.name), "it is none any more"
        shown = (await desk.reads.get(who.name, taken)).taken
        assert [one.kept.takeover.camera for one in shown] == [SECRET.name]
    assert [(one.cameras, one.in_force) for one in await desk.listed(OPERATOR)] == [(2, 2)]


async def test_those_in_force_are_listed_unless_all_are_asked_for(desk: Desk) -> None:
    short = await desk.on_papers(POLICE, TUNNEL, until=NOW + timedelta(minutes=1))
    partly = await desk.on_papers(POLICE, TUNNEL, PARK)
    await desk.changes.release(POLICE.name, partly, [PARK.name])
    desk.wait(timedelta(minutes=2))
    assert await desk.names(POLICE) == [partly], "nobody put the other's end on record yet"
    await Controls(desk.ports).expire_once()
    assert await desk.names(POLICE) == [partly]
    assert [(one.cameras, one.in_force) for one in await desk.listed(POLICE, over=True)] == [(2, 1), (1, 0)]
    assert await desk.names(POLICE, over=True) == [partly, short]


async def test_a_watcher_hears_of_each_change_in_order_and_once_of_several(desk: Desk) -> None:
    begun = (await desk.first(OPERATOR)).number
    first = await desk.in_fire()
    second = await desk.on_papers(POLICE, TUNNEL, PARK)
    assert await desk.heard(OPERATOR, begun) == [(first, True), (second, True)]
    behind = (await desk.first(OPERATOR)).number
    await desk.changes.release(POLICE.name, second, [PARK.name])
    await desk.changes.renew(POLICE.name, second, LATER + timedelta(minutes=1))
    assert await desk.heard(OPERATOR, behind) == [(second, True)]
    assert await desk.heard(CITY_POLICE, behind) == [(second, False)]
    behind = (await desk.first(OPERATOR)).number
    await desk.changes.revoke(CITY_POLICE.name, second, "a drill")
    assert await desk.heard(COMMAND, behind) == [(first, False)], "it holds again"
    assert await desk.heard(OPERATOR, behind) == [(first, True), (second, True)]
    assert (await desk.first(OPERATOR)).notices == ()


async def test_who_is_preceded_hears_of_it_and_not_by_whom(desk: Desk) -> None:
    below = await desk.in_fire()
    behind = (await desk.first(COMMAND)).number
    await desk.on_papers(SECURITY, TUNNEL, SECRET)
    assert await desk.heard(COMMAND, behind) == [(below, False)]
    [held] = (await desk.reads.get(COMMAND.name, below)).taken
    assert not held.is_holding


async def test_a_secret_taken_is_told_to_nobody_who_may_not_know_of_it(desk: Desk) -> None:
    behind = (await desk.first(POLICE)).number
    sealed = await desk.on_papers(SECURITY, SECRET)
    mixed = await desk.on_papers(SECURITY, SECRET, TUNNEL)
    for who in (POLICE, CITY_POLICE):
        assert await desk.heard(who, behind) == [(mixed, False)]
    assert await desk.heard(OPERATOR, behind) == [(sealed, True), (mixed, True)]
    later = (await desk.first(POLICE)).number
    await desk.changes.release(SECURITY.name, mixed, [SECRET.name])
    tunnels = await desk.on_papers(POLICE, PARK)
    for who in (POLICE, CITY_POLICE):
        assert await desk.heard(who, later) == [(tunnels, False)], "the part that is hidden is no news"


async def test_many_takeovers_at_once_are_all_told_whatever_a_page_holds(desk: Desk) -> None:
    behind = (await desk.first(CITY_POLICE)).number
    made = [await desk.on_papers(who, PARK) for who in (POLICE, CITY_POLICE) for _ in range(15)]
    made += [await desk.on_papers(SECURITY, BEYOND) for _ in range(25)]
    assert [name for name, _ in await desk.heard(CITY_POLICE, behind)] == made
    behind = (await desk.first(CITY_POLICE)).number
    desk.wait(timedelta(hours=2))
    await Controls(desk.ports).expire_once()
    assert sorted(name for name, _ in await desk.heard(CITY_POLICE, behind)) == sorted(made)


async def test_a_number_that_was_never_given_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidArgument, match="resume_token"):
        await anext(aiter(desk.notices.watch(OPERATOR.name, 99)))
