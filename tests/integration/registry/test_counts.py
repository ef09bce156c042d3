"""Counts by facet tell each caller of what it may know and of nothing else."""

from typing import Any

import pytest

from kapok.registry.v1 import registry_service_pb2 as pb
from services.chassis import errors
from tests.integration.registry.town import (
    ABOVE,
    ARCHIVE,
    BANK,
    ELSEWHERE,
    METRO,
    POLICE,
    QUIET_PLACE,
    SECRET_PLACE,
    SECURITY,
    TIANHE,
    URBAN,
    YUEXIU,
    Town,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATABASES = ("postgresql",)
COUNT = "RegistryService.CountCameras"
FACETS = ["district", "place_category", "security_level", "operator", "state", "health"]


async def count(town: Town, agency: str, **wanted: Any) -> tuple[int, dict[str, dict[str, int]]]:
    """The total, and by facet and value the rest."""
    answer = await town.by(agency)(COUNT, pb.CountCamerasRequest(filter=wanted))
    assert [facet.field for facet in answer.facets] == FACETS
    return answer.total_size, {f.field: {one.value: one.count for one in f.values} for f in answer.facets}


async def test_each_caller_counts_what_it_may_know(town: Town) -> None:
    line, vault = await town.system(METRO, "counted"), await town.system(ARCHIVE, "counted")
    await town.camera(line)
    await town.camera(line)
    await town.camera(line, TIANHE)
    await town.camera(line, place_category=QUIET_PLACE)
    await town.camera(vault, place_category=SECRET_PLACE)
    systems = [line, vault]
    totals = {
        agency: (await count(town, agency, systems=systems))[0]
        for agency in (METRO, ARCHIVE, BANK, ABOVE, POLICE, ELSEWHERE, URBAN, SECURITY)
    }
    assert totals == {METRO: 4, ARCHIVE: 1, BANK: 0, ABOVE: 4, POLICE: 3, ELSEWHERE: 1, URBAN: 2, SECURITY: 5}
    _, facets = await count(town, ABOVE, systems=systems)
    assert facets == {
        "district": {YUEXIU: 3, TIANHE: 1},
        "place_category": {"PLACE_CATEGORY_OTHER": 3, QUIET_PLACE: 1},
        "security_level": {"2": 3, "4": 1},
        "operator": {"agencies/metro": 4},
        "state": {"LIFE_STATE_IN_SERVICE": 4},
        "health": {"HEALTH_UNSPECIFIED": 4},
    }
    assert (await count(town, ABOVE, security_levels=[5]))[0] == 0
    assert (await count(town, ABOVE, systems=[vault])) == (
        await count(town, ABOVE, systems=["operators/no/systems/no"])
    )
    assert (await count(town, ABOVE, operators=["agencies/archive"]))[0] == 0
    assert (await count(town, SECURITY, security_levels=[5], systems=systems))[1]["security_level"] == {"5": 1}


async def test_papers_add_the_cameras_that_they_name_and_no_other(town: Town) -> None:
    system = await town.system(METRO, "papers")
    named, other = await town.camera(system, place_category=QUIET_PLACE), await town.camera(system)
    assert (await count(town, ELSEWHERE, systems=[system]))[0] == 0
    await town.papers(ELSEWHERE, named.name)
    total, facets = await count(town, ELSEWHERE, systems=[system])
    assert (total, facets["security_level"], facets["district"]) == (1, {"4": 1}, {YUEXIU: 1})
    assert (facets["state"], facets["place_category"]) == ({"LIFE_STATE_IN_SERVICE": 1}, {QUIET_PLACE: 1})
    assert (await count(town, ELSEWHERE, systems=[system], security_levels=[2]))[0] == 0
    assert other.name
    await town.papers(POLICE, named.name)
    assert (await count(town, POLICE, systems=[system]))[0] == 2, "what it may know anyhow is not counted twice"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("filter.text", {"text": "gate"}),
        ("filter.area", {"area": {"circle": {"center": {"latitude": 1, "longitude": 1}, "radius_meters": 10}}}),
        ("filter.area", {"area": {}}),
        ("filter.security_levels", {"security_levels": [6]}),
        ("filter.districts", {"districts": ["4401"]}),
        ("filter.systems", {"systems": ["x"] * 101}),
        ("filter.healths", {"healths": [1] * 100_000}),
        ("filter.area.polygon.corners", {"area": {"polygon": {"corners": [{}] * 1_000_000}}}),
        ("filter.area.polygon.corners", {"area": {"polygon": {"corners": [{}] * 2}}}),
    ],
)
async def test_what_can_t_be_counted_is_refused_by_its_field(town: Town, field: str, wanted: Any) -> None:
    refusal = await town.refused(POLICE, COUNT, pb.CountCamerasRequest(filter=wanted))
    assert isinstance(refusal, errors.InvalidArgument)
    assert [one.field for one in refusal.violations] == [field]
