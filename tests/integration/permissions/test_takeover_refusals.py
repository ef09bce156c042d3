"""What takeovers are refused for, each under its article or by its field, and nothing of it on record."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from services.chassis import errors
from services.decider.facts import Camera, Principal
from services.permissions.incidents.service import Incidents
from services.permissions.papers.bases import Bases
from services.permissions.papers.letter import Officer, Papers
from services.permissions.takeover import Cause
from services.permissions.takeovers.controls import Controls
from services.permissions.takeovers.requests import Wish
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after
from tests.integration.permissions.test_takeover_pages import BEYOND, END, LEVELS, Desk
from tests.integration.permissions.test_takeovers import granted, state
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, OPERATOR, POLICE, TUNNEL, URBAN
from tests.unit.permissions import fires, records

MINUTE = timedelta(minutes=1)
ELSEWHERE = replace(BEYOND, latitude=23.4)  # in another district, and not where it burns


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with records.ports(tmp_path, LEVELS) as (ports, outside):
        outside.cameras = {camera.name: camera for camera in (TUNNEL, ELSEWHERE)}
        yield Desk(ports)


def wish(*cameras: Camera, basis: str = "", incident: str = "", until: datetime = LATER) -> Wish:
    return Wish(tuple(camera.name for camera in cameras), Cause.ACCIDENT, "smoke", basis, incident, until)


async def refused(desk: Desk, who: Principal, wished: Wish) -> errors.Error:
    """What the request is refused with; nothing of it is on record."""
    with pytest.raises(errors.Error) as refusal:
        await desk.takeovers.request(who.name, wished)
    assert await desk.names(CITY_POLICE, over=True) == []
    for camera in wished.cameras:
        assert (await Controls(desk.ports).state(CITY_POLICE.name, camera)).epoch == 1
    return refusal.value


async def test_who_may_not_take_over_is_refused_under_an_article_whatever_is_open_to_it(stage: Stage) -> None:
    for is_open in (False, True):
        ground = {"incident": await stage.incident("police-guangzhou", *city.AGENCIES)} if is_open else {}
        for name, (kind, _) in city.AGENCIES.items():
            if is_open and kind == "emergency-command":
                continue  # whom the incident lets
            with pytest.raises(errors.Denied) as refusal:
                await stage.take_over(name, city.TUNNEL, **ground)
            assert refusal.value.reason == ("PAPERS_MISSING" if kind.endswith("security") else "NOT_PERMITTED"), name
            assert refusal.value.metadata["article"].startswith("Article 1"), name
    assert ((await state(stage)).epoch, (await granted(stage, "metro")).epoch) == (1, 1)


async def test_papers_of_another_or_revoked_ones_or_a_revoked_principal_take_nothing(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL)
    with pytest.raises(errors.Denied) as refusal:
        await stage.take_over("police-guangzhou", city.TUNNEL, legal_basis=papers)
    assert refusal.value.reason == "PAPERS_MISSING"
    revoke = permissions.RevokePrincipalRequest(name="principals/police-yuexiu", reason="left the service")
    await stage.ask("police-guangzhou", "RevokePrincipal", revoke)
    with pytest.raises(errors.Denied):
        await stage.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers)
    assert (await state(stage)).epoch == 1


async def test_a_camera_in_another_district_is_taken_by_papers_that_name_it_alone(desk: Desk) -> None:
    """Articles 4, 5: a district's agency reaches its own; Article 18 ¶1 beyond it, for what its letter names."""
    without = await refused(desk, POLICE, wish(ELSEWHERE))
    assert (without.reason, without.metadata["article"]) == ("PAPERS_MISSING", "Article 14 ¶1")
    officers = (Officer("Chen", "C-1", END), Officer("Li", "C-2", END))
    papers = Papers("YX-18", POLICE.agency, officers, frozenset({TUNNEL.name}), NOW, END, "theft", "0" * 64)
    elsewhere = await Bases(desk.ports).register(POLICE.name, papers)
    other = await refused(desk, POLICE, wish(ELSEWHERE, basis=elsewhere.name))
    assert (other.reason, other.metadata["article"]) == ("PAPERS_MISSING", "Article 14 ¶1")
    for who in (URBAN, OPERATOR, COMMAND):
        told = await refused(desk, who, wish(ELSEWHERE))
        assert (told.reason, told.metadata["article"]) == ("NOT_PERMITTED", "Article 14 ¶1")


async def test_an_incident_that_is_over_or_elsewhere_takes_no_camera(desk: Desk) -> None:
    fire = await Incidents(desk.ports).declare(CITY_POLICE.name, fires.FIRE)
    elsewhere = await refused(desk, COMMAND, wish(ELSEWHERE, incident=fire.name))
    assert (elsewhere.reason, elsewhere.metadata["lacking"]) == ("NOT_PERMITTED", "incident")
    await Incidents(desk.ports).end(CITY_POLICE.name, fire.name)
    over = await refused(desk, COMMAND, wish(TUNNEL, incident=fire.name))
    assert (over.reason, over.metadata["lacking"]) == ("NOT_PERMITTED", "incident")
    assert over.metadata["article"] == "Article 14 ¶1"
    assert "Article 18 ¶2" in over.message


@pytest.mark.parametrize("until", [NOW - MINUTE, NOW, NOW + timedelta(hours=25), LATER + MINUTE])
async def test_an_end_in_the_past_or_too_far_or_behind_the_incidents_is_refused_by_its_field(
    desk: Desk, until: datetime
) -> None:
    fire = await Incidents(desk.ports).declare(CITY_POLICE.name, fires.FIRE)
    refusal = await refused(desk, COMMAND, wish(TUNNEL, incident=fire.name, until=until))
    assert isinstance(refusal, errors.InvalidArgument)
    assert {violation.field for violation in refusal.violations} == {"takeover.end_time"}


async def test_what_is_over_is_not_renewed_nor_released_and_stays_over(desk: Desk) -> None:
    name = await desk.in_fire()
    desk.wait(LATER - NOW)
    for late in (desk.changes.renew(COMMAND.name, name, LATER + MINUTE), desk.changes.release(COMMAND.name, name)):
        with pytest.raises(errors.FailedPrecondition, match="not in force") as refusal:
            await late
        assert refusal.value.reason == "STATE_WRONG"
    assert (await Controls(desk.ports).state(CITY_POLICE.name, TUNNEL.name)).holder.agency == OPERATOR.agency
    with pytest.raises(errors.FailedPrecondition):
        await desk.changes.renew(COMMAND.name, name, LATER + MINUTE)


async def test_only_its_agency_renews_and_releases_and_others_are_told_who_holds(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    taken = await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    later = pb.RenewTakeoverRequest(name=taken.name, end_time=after(timedelta(minutes=30)))
    for name in ("metro", "police-guangzhou", "police-yuexiu"):
        for verb, request in (
            ("RenewTakeover", later),
            ("ReleaseTakeover", pb.ReleaseTakeoverRequest(name=taken.name)),
        ):
            with pytest.raises(errors.Denied, match="Article 18") as refusal:
                await stage.ask(name, verb, request)
            assert refusal.value.metadata["holder"] == "agencies/command-guangzhou"
    found = await stage.ask("command-guangzhou", "GetTakeover", pb.GetTakeoverRequest(name=taken.name))
    assert (found.end_time, found.taken[0].is_holding) == (taken.end_time, True)
