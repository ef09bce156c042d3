"""A takeover is renewed where it would be granted again, and nowhere else; on either database."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from kapok.permissions.v1 import takeovers_service_pb2 as pb
from services.chassis.errors import Denied, NotFound, Unavailable
from services.decider.facts import Camera
from services.permissions.incidents.service import Incidents
from services.permissions.papers.bases import Bases
from services.permissions.papers.letter import Officer, Papers
from services.permissions.rpc import takeover_messages
from services.permissions.store.agency_tables import principals
from services.permissions.takeover import Cause
from services.permissions.takeovers.changes import TakeoverChanges
from services.permissions.takeovers.requests import Wish
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after
from tests.integration.permissions.test_ordinary_control import DUTY
from tests.integration.permissions.test_takeover_pages import END, Desk
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, PARK, POLICE, TUNNEL, URBAN
from tests.unit.permissions import fires, records

MINUTE = timedelta(minutes=1)
SOON = LATER - timedelta(minutes=30)
LEVELS = {camera.name.rpartition("/")[2]: camera.level for camera in (TUNNEL, PARK)}


class Outpost(Desk):
    """A desk whose registry can be told that a camera was moved."""

    outside: records.Outside

    def move(self, camera: Camera) -> None:
        """To where it does not burn."""
        self.outside.cameras[camera.name] = replace(camera, latitude=camera.latitude + 1)


class Away:
    """A registry that does not answer."""

    async def facts(self, names: Iterable[str]) -> Mapping[str, Camera]:
        if list(names):
            raise Unavailable("SERVICE_AWAY", "registry does not answer")
        return {}


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Outpost]:
    async with records.ports_on(database_url, LEVELS) as (ports, outside):
        outside.cameras = {camera.name: camera for camera in (TUNNEL, PARK)}
        desk = Outpost(ports)
        desk.outside = outside
        yield desk


async def in_fire(desk: Desk, *cameras: Camera) -> str:
    """Emergency command's takeover of them."""
    fire = await Incidents(desk.ports).declare(CITY_POLICE.name, fires.FIRE)
    names = tuple(camera.name for camera in cameras)
    return await desk.taken(COMMAND, Wish(names, Cause.ACCIDENT, "smoke", "", fire.name, SOON))


async def test_a_camera_that_it_would_not_be_given_now_keeps_its_end_and_the_others_are_renewed(desk: Outpost) -> None:
    name = await in_fire(desk, TUNNEL, PARK)
    desk.move(PARK)
    renewed = await desk.changes.renew(COMMAND.name, name, LATER)
    refusal = renewed.refused[PARK.name]
    assert (refusal.reason, refusal.metadata["lacking"]) == ("NOT_PERMITTED", "incident")
    for order in (renewed, await desk.reads.get(COMMAND.name, name)):
        ends = {one.kept.takeover.camera: one.kept.takeover.ends_at for one in order.taken}
        assert ends == {TUNNEL.name: LATER, PARK.name: SOON}


@pytest.mark.parametrize("act", ["renew", "release"])
async def test_the_rest_is_renewed_and_given_back_whole_after_the_earlier_end(desk: Outpost, act: str) -> None:
    name = await in_fire(desk, TUNNEL, PARK)
    desk.move(PARK)
    await desk.changes.renew(COMMAND.name, name, LATER)
    desk.wait(SOON - NOW)  # PARK's end has come, and nobody has put it on record yet
    if act == "renew":
        order = await desk.changes.renew(COMMAND.name, name, LATER)
    else:
        order = await desk.changes.release(COMMAND.name, name)
    assert [one.kept.takeover.camera for one in order.taken] == [TUNNEL.name]


async def test_its_end_is_that_of_what_is_in_force_and_who_ends_earlier_says_so(desk: Outpost) -> None:
    name = await in_fire(desk, TUNNEL, PARK)
    desk.move(PARK)
    await desk.changes.renew(COMMAND.name, name, LATER)
    said = takeover_messages.order(await desk.reads.get(COMMAND.name, name))
    assert [(one.camera, one.HasField("end_time")) for one in said.taken] == [(TUNNEL.name, False), (PARK.name, True)]
    assert said.taken[1].end_time.ToDatetime(UTC) == SOON
    await desk.changes.release(COMMAND.name, name, [TUNNEL.name])
    assert takeover_messages.order(await desk.reads.get(COMMAND.name, name)).end_time.ToDatetime(UTC) == SOON
    assert [one.kept.takeover.ends_at for one in await desk.listed(COMMAND)] == [SOON]


async def test_who_may_not_know_of_it_is_told_so_before_the_registry_is_asked(desk: Outpost) -> None:
    name = await in_fire(desk, TUNNEL)
    desk.ports = replace(desk.ports, cameras=Away())  # type: ignore[arg-type] # as much of it as is asked
    desk.changes = TakeoverChanges(desk.ports)
    for one in ("takeovers/never", name):
        with pytest.raises(NotFound):
            await desk.changes.renew(URBAN.name, one, LATER)
    with pytest.raises(Unavailable):
        await desk.changes.renew(COMMAND.name, name, LATER)


async def test_another_of_the_agency_renews_what_stands_on_its_holders_papers(desk: Outpost) -> None:
    name = await desk.on_papers(POLICE, TUNNEL, until=SOON)
    async with desk.ports.database.write() as transaction:
        [row] = await transaction.execute(principals.select().where(principals.c.name == POLICE.name))
        await transaction.execute(principals.insert(), {**row._asdict(), "name": "principals/colleague"})
    renewed = await desk.changes.renew("principals/colleague", name, LATER)
    assert [one.kept.takeover.ends_at for one in renewed.taken] == [LATER]


async def test_where_it_would_be_given_nothing_now_nothing_is_renewed(desk: Outpost) -> None:
    name = await in_fire(desk, TUNNEL)
    desk.move(TUNNEL)
    with pytest.raises(Denied) as refusal:
        await desk.changes.renew(COMMAND.name, name, LATER)
    assert refusal.value.metadata["lacking"] == "incident"
    [stands] = (await desk.reads.get(COMMAND.name, name)).taken
    assert stands.kept.takeover.ends_at == SOON


async def test_papers_that_the_takeover_used_up_still_renew_it(desk: Outpost) -> None:
    officers = (Officer("Chen", "C-1", END), Officer("Li", "C-2", END))
    papers = Papers(
        "YX-17", POLICE.agency, officers, frozenset({TUNNEL.name}), NOW, END, "theft", "0" * 64, use_limit=1
    )
    basis = await Bases(desk.ports).register(POLICE.name, papers)
    name = await desk.taken(POLICE, Wish((TUNNEL.name,), Cause.ACCIDENT, "smoke", basis.name, "", SOON))
    renewed = await desk.changes.renew(POLICE.name, name, LATER)
    assert ([one.kept.takeover.ends_at for one in renewed.taken], renewed.refused) == ([LATER], {})


async def test_who_opened_the_incident_renews_nothing_in_it(stage: Stage) -> None:
    incident = await stage.incident("command-guangzhou", "command-guangzhou")
    taken = await stage.take_over(DUTY, city.TUNNEL, incident=incident)
    later = pb.RenewTakeoverRequest(name=taken.name, end_time=after(timedelta(minutes=30)))
    with pytest.raises(Denied, match="another principal") as refusal:
        await stage.ask("command-guangzhou", "RenewTakeover", later)
    assert refusal.value.metadata["article"] == "Article 18 ¶2"
    assert (await stage.ask(DUTY, "RenewTakeover", later)).end_time == later.end_time
