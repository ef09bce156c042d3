"""Inspections over the wire, as agencies call them; state secrets are absent from them."""

from datetime import timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import inspection_pb2
from kapok.permissions.v1 import inspections_service_pb2 as pb
from kapok.registry.v1 import registry_service_pb2
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after, officers

BLOCK = [{"latitude": latitude, "longitude": longitude} for latitude, longitude in city.BLOCK]


async def call(stage: Stage, who: str, request: Any) -> Any:
    verb = type(request).__name__.removesuffix("Request")
    return await stage.call_for(who, f"kapok.permissions.v1.InspectionsService.{verb}", request)


def mandate(**fields: Any) -> pb.OpenInspectionRequest:
    usual = {"order_number": "GA-1", "purpose": "retention", "officers": officers(), "area": BLOCK,
             "end_time": after(timedelta(hours=1))}  # fmt: skip
    return pb.OpenInspectionRequest(inspection=inspection_pb2.Inspection(**(usual | fields)))


async def listed(stage: Stage, who: str, action: str) -> set[str]:
    """What may be done to which cameras now."""
    request = registry_service_pb2.ListAllowedCamerasRequest(parent="districts/-", action=f"ACTION_{action}")
    answer = await stage.register(who, "RegistryService.ListAllowedCameras", request)
    return set(answer.cameras)


async def follows(stage: Stage) -> bool:
    """Whether the registry's levels are those of the policy: until then it lists nothing."""
    try:
        return bool(await listed(stage, "metro", "DESCRIBE"))
    except errors.Unavailable:
        return False


async def test_an_inspection_is_opened_read_listed_and_closed(stage: Stage) -> None:
    await eventually(lambda: follows(stage))
    opened = await call(stage, "police-yuexiu", mandate())
    assert list(opened.concerned_operators) == ["agencies/metro"], "archive runs a state secret there, nothing else"
    assert await listed(stage, "police-yuexiu", "LIVE_CHECK") == {city.STREET, city.TUNNEL}
    assert await listed(stage, "police-yuexiu", "INSPECT") == {city.STREET, city.TUNNEL}
    for who in ("police-yuexiu", "police-guangzhou", "metro"):
        assert [one.name for one in (await call(stage, who, pb.ListInspectionsRequest())).inspections] == [opened.name]
    with pytest.raises(errors.NotFound):
        await call(stage, "archive", pb.GetInspectionRequest(name=opened.name))
    closed = await call(stage, "police-yuexiu", pb.CloseInspectionRequest(name=opened.name, report="in order"))
    assert (closed.state, closed.report) == (inspection_pb2.Inspection.STATE_CLOSED, "in order")
    assert closed == await call(stage, "metro", pb.GetInspectionRequest(name=opened.name))
    assert await listed(stage, "police-yuexiu", "LIVE_CHECK") == set()


async def test_a_camera_system_is_inspected_by_name_and_one_of_secrets_shows_nothing(stage: Stage) -> None:
    await eventually(lambda: follows(stage))
    systems = ["operators/archive/systems/main", "operators/metro/systems/main"]
    opened = await call(stage, "police-yuexiu", mandate(area=[], systems=systems))
    assert (list(opened.systems), list(opened.concerned_operators)) == (systems, ["agencies/archive", "agencies/metro"])
    assert await listed(stage, "police-yuexiu", "INSPECT") == {city.STREET, city.TUNNEL}
    assert opened == await call(stage, "archive", pb.GetInspectionRequest(name=opened.name))


async def test_wrong_requests_are_refused_by_field(stage: Stage) -> None:
    for request, field in (
        (mandate(order_number=""), "inspection.order_number"),
        (mandate(cameras=["1"]), "inspection.cameras"),
        (mandate(operators=["metro"]), "inspection.operators"),
        (mandate(systems=["metro/main"]), "inspection.systems"),
        (mandate(systems=[f"operators/metro/systems/{n}" for n in range(101)]), "inspection.systems"),
        (mandate(area=[{"latitude": 200.0, "longitude": 0.0}] * 3), "inspection.area"),
        (mandate(end_time=None), "inspection.end_time"),
        (pb.GetInspectionRequest(name="inspections/1"), "name"),
        (pb.CloseInspectionRequest(name=""), "name"),
        (pb.ListInspectionsRequest(page_token="x"), "page_token"),
    ):
        with pytest.raises(errors.InvalidArgument) as refusal:
            await call(stage, "police-yuexiu", request)
        assert {violation.field for violation in refusal.value.violations} == {field}
    said = set()
    for name in (city.SECRET, city.NOWHERE):
        with pytest.raises(errors.Denied) as hidden:
            await call(stage, "police-yuexiu", mandate(area=[], cameras=[name]))
        said.add(str(hidden.value).replace(name, "NAME"))
    assert len(said) == 1
