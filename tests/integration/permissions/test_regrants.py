"""A takeover is renewed where it would be granted again, and nowhere else; on either database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kapok.permissions.v1 import takeovers_service_pb2 as pb
from services.chassis.errors import Denied
from services.decider.facts import Camera
from services.permissions.incidents.service import Incidents
from services.permissions.papers.bases import Bases
from services.permissions.papers.letter import Officer, Papers
from services.permissions.takeover import Cause
from services.permissions.takeovers.requests import Wish
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after
from tests.integration.permissions.test_ordinary_control import DUTY
from tests.integration.permissions.test_takeover_pages import END, Desk
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, PARK, POLICE, TUNNEL
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
