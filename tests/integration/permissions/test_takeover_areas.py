"""Takeovers of an area, an incident or whole systems: each camera there is decided by itself, and no secret is told."""

from typing import Any

import pytest

from kapok.permissions.v1 import permissions_service_pb2 as permissions
from services.chassis import errors
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_proposals import adopted
from tests.integration.permissions.test_sealed_levels import drawn

AREA = [{"latitude": latitude, "longitude": longitude} for latitude, longitude in city.BLOCK]
ELSEWHERE = [{"latitude": corner["latitude"] + 0.02, "longitude": corner["longitude"]} for corner in AREA]
SYSTEM, SEALED, ABSENT = (
    f"operators/{name}" for name in ("metro/systems/main", "archive/systems/main", "archive/systems/mane")
)
COMMAND = "command-guangzhou"


def outcomes(takeover: Any) -> tuple[list[str], dict[str, str]]:
    """The cameras taken, and the others with the reason of each refusal."""
    return [one.camera for one in takeover.taken], {one.camera: one.reason for one in takeover.refused}


async def refused(stage: Stage, who: str, **wanted: Any) -> errors.Error:
    """The refusal of a takeover that must not be."""
    with pytest.raises(errors.Error) as refusal:
        await stage.take_over(who, **wanted)
    return refusal.value


async def test_all_cameras_of_the_incident_are_taken_and_a_secret_among_them_is_in_no_answer(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", COMMAND)
    taken = await stage.take_over(COMMAND, incident=incident, all_of_incident=True)
    assert outcomes(taken) == ([city.STREET, city.TUNNEL], {})
    assert all(one.is_holding and one.epoch == 2 for one in taken.taken)
    assert "0019" not in str(taken), "the secret's code"


async def test_an_area_is_decided_camera_by_camera(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL)
    taken = await stage.take_over("police-yuexiu", area=AREA, legal_basis=papers)
    assert outcomes(taken) == ([city.TUNNEL], {city.STREET: "PAPERS_MISSING"})
    assert taken.refused[0].article == "Article 14 ¶1"
    bare = await refused(stage, "police-yuexiu", area=AREA)
    assert (bare.reason, bare.metadata["camera"]) == ("PAPERS_MISSING", city.STREET)


async def test_national_security_takes_the_secret_of_an_area_too(stage: Stage) -> None:
    papers = await stage.papers("security-guangzhou", city.SECRET)
    taken = await stage.take_over("security-guangzhou", area=AREA, legal_basis=papers)
    assert outcomes(taken) == (
        [city.SECRET],
        {city.STREET: "PAPERS_MISSING", city.TUNNEL: "PAPERS_MISSING"},
    )


async def test_a_whole_system_is_taken_and_a_sealed_one_is_one_that_never_was(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", COMMAND)
    taken = await stage.take_over(COMMAND, incident=incident, systems=[SYSTEM, SYSTEM])
    assert outcomes(taken) == ([city.STREET, city.TUNNEL], {})
    said = []
    for name in (SEALED, ABSENT):
        refusal = await refused(stage, COMMAND, incident=incident, systems=[SYSTEM, name])
        assert isinstance(refusal, errors.NotFound)
        said.append(f"{refusal.message} {sorted(refusal.metadata.items())}".replace(name, "NAME"))
    assert said[0] == said[1]


async def test_a_camera_that_became_a_secret_is_in_no_area_from_that_moment_on(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", COMMAND)
    empty = await refused(stage, COMMAND, incident=incident, area=ELSEWHERE)
    codes = {f"c{name.rpartition('/')[2]}": 5 for name in (city.STREET, city.TUNNEL)}
    await adopted(stage, sealed_levels=(await drawn(stage, **codes)).name)
    sealed = await refused(stage, COMMAND, incident=incident, area=AREA)
    assert isinstance(sealed, errors.InvalidArgument)
    assert (sealed.message, dict(sealed.metadata)) == (empty.message, dict(empty.metadata))


async def test_an_incident_that_ended_or_does_not_concern_one_has_no_cameras_to_take(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", COMMAND)
    await stage.ask("police-guangzhou", "EndIncident", permissions.EndIncidentRequest(name=incident))
    over = await refused(stage, COMMAND, incident=incident, all_of_incident=True)
    assert (over.reason, over.metadata["state"], over.metadata["article"]) == ("STATE_WRONG", "ended", "Article 18 ¶2")
    ended = await refused(stage, COMMAND, incident=incident, area=AREA)
    assert (ended.reason, ended.metadata["lacking"]) == ("NOT_PERMITTED", "incident")
    never = "incidents/00000000-0000-4000-8000-000000000000"
    assert isinstance(await refused(stage, COMMAND, incident=never, all_of_incident=True), errors.NotFound)


async def test_who_declared_an_incident_takes_none_of_its_cameras_by_area_either(stage: Stage) -> None:
    incident = await stage.incident(COMMAND, COMMAND)
    refusal = await refused(stage, COMMAND, incident=incident, all_of_incident=True)
    assert (refusal.reason, refusal.metadata["article"]) == ("NOT_PERMITTED", "Article 18 ¶2")
    assert (await stage.take_over(f"{COMMAND}-duty", incident=incident, all_of_incident=True)).taken


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"cameras": [city.TUNNEL], "area": AREA}, "takeover.cameras"),
        ({"area": AREA, "systems": [SYSTEM]}, "takeover.cameras"),
        ({"all_of_incident": True}, "takeover.incident"),
        ({"systems": ["operators/metro"]}, r"takeover.systems[0]"),
        ({"systems": [SYSTEM] * 101}, "takeover.systems"),
        ({"area": AREA * 300}, "takeover.area"),
    ],
)
async def test_what_is_no_area_is_refused_by_its_field(stage: Stage, wanted: Any, field: str) -> None:
    refusal = await refused(stage, "police-guangzhou", **wanted)
    assert isinstance(refusal, errors.InvalidArgument)
    assert [one.field for one in refusal.violations] == [field]


async def test_an_operator_and_a_department_take_no_area_over(stage: Stage) -> None:
    for who in ("metro", "urban-yuexiu"):
        refusal = await refused(stage, who, area=AREA)
        assert (refusal.reason, refusal.metadata["article"]) == ("NOT_PERMITTED", "Article 18")
