"""Place and purpose change with authorisation only: asked for by operators, decided by public security (Article 22)."""

from typing import Any, cast

import pytest

from kapok.registry.v1 import camera_pb2, registry_service_pb2
from kapok.registry.v1 import changes_service_pb2 as pb
from services.chassis import errors
from tests.integration.registry.systems import moved, papers
from tests.integration.registry.town import (
    ABOVE,
    ARCHIVE,
    BANK,
    ELSEWHERE,
    FINANCE,
    METRO,
    POLICE,
    SECRET_PLACE,
    SECURITY,
    URBAN,
    Town,
    name_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATABASES = ("postgresql",)
REQUEST, DECIDE = "ChangesService.RequestCameraChange", "ChangesService.DecideCameraChange"
UPDATE, LIST = "RegistryService.UpdateCamera", "ChangesService.ListCameraChanges"
NEVER = "cameraChanges/00000000-0000-0000-0000-000000000000"
State = pb.CameraChange.State
PLACES: dict[str, Any] = {
    "place": "south exit", "position": {"latitude": 23.1, "longitude": 113.2}, "purpose": "crowds",
    "place_category": "PLACE_CATEGORY_PUBLIC_GATHERING", "premises": "PREMISES_PASSAGE", "direction_degrees": 90.0,
}  # fmt: skip


def updating(name: str, **fields: Any) -> registry_service_pb2.UpdateCameraRequest:
    camera = camera_pb2.Camera(name=name, **fields)
    return registry_service_pb2.UpdateCameraRequest(camera=camera, update_mask={"paths": list(fields)})


def asking(camera: str, **fields: Any) -> pb.RequestCameraChangeRequest:
    return pb.RequestCameraChangeRequest(camera_change={"camera": camera, "reason": "the exit was moved", **fields})


def deciding(name: str, *, approved: bool = True, reason: str = "seen on site") -> pb.DecideCameraChangeRequest:
    return pb.DecideCameraChangeRequest(name=name, approved=approved, reason=reason)


async def hung(town: Town, identifier: str, **changes: Any) -> str:
    """A camera of the metro, in service; its name."""
    return str((await town.camera(await town.system(METRO, identifier), **changes)).name)


async def listed(town: Town, agency: str, **about: Any) -> list[Any]:
    return list((await town.by(agency)(LIST, pb.ListCameraChangesRequest(**about))).camera_changes)


async def test_place_and_purpose_are_the_operator_s_until_acceptance_and_not_after(town: Town) -> None:
    system = await town.system(METRO, "drawn", is_planned=True)
    name = (await town.camera(system)).name
    drawn = await town.by(METRO)(UPDATE, updating(name, **PLACES))
    assert (drawn.place, drawn.purpose, drawn.direction_degrees) == ("south exit", "crowds", 90.0)
    await moved(town.by(METRO), system, "LIFE_STATE_BUILT")
    await town.by(METRO)(UPDATE, updating(name, place="north exit"))
    await moved(town.by(METRO), system, "LIFE_STATE_ACCEPTED")
    for field, value in PLACES.items():
        refusal = await town.refused(METRO, UPDATE, updating(name, **{field: value}))
        assert (refusal.reason, refusal.metadata["article"]) == ("CHANGE_NEEDS_AUTHORISATION", "Article 22"), field
        assert refusal.metadata["field"] == field
    both = await town.refused(METRO, UPDATE, updating(name, display_name="exit B", place="elsewhere"))
    assert both.reason == "CHANGE_NEEDS_AUTHORISATION"
    assert (await town.get(METRO, name)).display_name == "camera", "nothing was half done"
    assert (await town.by(METRO)(UPDATE, updating(name, display_name="exit B"))).display_name == "exit B"


async def test_an_approved_change_is_applied_and_history_names_the_request(town: Town) -> None:
    name = await hung(town, "approved")
    asked = await town.by(METRO)(REQUEST, asking(name, **PLACES))
    assert (asked.state, asked.requested_by) == (State.STATE_REQUESTED, "principals/metro")
    assert (await town.get(METRO, name)).place == "north exit"
    decided = await town.by(POLICE)(DECIDE, deciding(asked.name))
    assert (decided.state, decided.decided_by) == (State.STATE_APPROVED, "principals/police-yuexiu")
    now = await town.get(METRO, name)
    assert (now.place, now.purpose, now.direction_degrees, now.position.latitude) == ("south exit", "crowds", 90, 23.1)
    assert (now.security_level, now.etag) == (2, "r2")
    request = registry_service_pb2.ListCameraRevisionsRequest(parent=name)
    newest, first = (await town.by(POLICE)("RegistryService.ListCameraRevisions", request)).revisions
    assert (newest.cause, newest.principal, newest.camera.place) == (asked.name, "principals/metro", "south exit")
    assert (first.cause, first.camera.place, first.end_time) == ("registered", "north exit", newest.start_time)
    for kind in ("registry.change.requested", "registry.change.approved"):
        fact = await town.awaited(kind, name)
        told = pb.CameraChange.FromString(fact.snapshot.value)
        assert (fact.article, told.name, fact.is_sealed) == ("Article 22", asked.name, False)
    fact = await town.awaited("registry.camera.reclassified", name)
    assert camera_pb2.Camera.FromString(fact.snapshot.value).place == "south exit"


async def test_a_rejected_or_withdrawn_request_changes_nothing_and_is_closed(town: Town) -> None:
    name = await hung(town, "rejected")
    first = await town.by(METRO)(REQUEST, asking(name, place="south exit"))
    second = await town.by(METRO)(REQUEST, asking(name, purpose="crowds"))
    await town.by(ABOVE)(DECIDE, deciding(first.name, approved=False, reason="the wall is listed"))
    taken_back = pb.WithdrawCameraChangeRequest(name=second.name)
    for other in (POLICE, URBAN):
        assert (await town.refused(other, "ChangesService.WithdrawCameraChange", taken_back)).reason == "NOT_PERMITTED"
    await town.by(METRO)("ChangesService.WithdrawCameraChange", taken_back)
    for request, state in ((first, "REJECTED"), (second, "WITHDRAWN")):
        for approved in (True, False):
            refusal = await town.refused(POLICE, DECIDE, deciding(request.name, approved=approved))
            assert (refusal.reason, refusal.metadata["state"]) == ("STATE_WRONG", state)
        again = pb.WithdrawCameraChangeRequest(name=request.name)
        assert (await town.refused(METRO, "ChangesService.WithdrawCameraChange", again)).reason == "STATE_WRONG"
    camera = await town.get(METRO, name)
    assert (camera.place, camera.purpose, camera.etag) == ("north exit", "safety", "r1")


async def test_nobody_decides_but_public_security_and_never_on_its_own_request(town: Town) -> None:
    name = await hung(town, "decided")
    asked = await town.by(METRO)(REQUEST, asking(name, place="south exit"))
    for other in (METRO, URBAN, "command-guangzhou"):
        refusal = await town.refused(other, DECIDE, deciding(asked.name))
        assert refusal.reason == "NOT_PERMITTED", other
        assert refusal.metadata["action"] == "supervise"
    for blind in (ELSEWHERE, BANK, ARCHIVE):
        hidden, absent = [await town.refused(blind, DECIDE, deciding(name)) for name in (asked.name, NEVER)]
        assert type(hidden) is type(absent) is errors.NotFound
        assert hidden.message.replace(asked.name, NEVER) == absent.message
    own = (await town.camera(await town.system(POLICE, "own"))).name
    theirs = await town.by(POLICE)(REQUEST, asking(own, place="the gate"))
    refusal = await town.refused(POLICE, DECIDE, deciding(theirs.name))
    assert isinstance(refusal, errors.Denied)
    assert (await town.by(ABOVE)(DECIDE, deciding(theirs.name))).state == State.STATE_APPROVED


async def test_a_request_for_a_place_of_privacy_is_refused_at_once(town: Town) -> None:
    name = await hung(town, "private")
    for change in ({"premises": "PREMISES_TOILET"}, {"place": "女更衣室"}, {"purpose": "watch the guest room"}):
        refusal = await town.refused(METRO, REQUEST, asking(name, **change))
        assert (refusal.reason, refusal.metadata["article"]) == ("PLACE_OF_PRIVACY", "Article 6 ¶2")
    assert not await listed(town, METRO, camera=name)


async def test_a_running_camera_becomes_one_of_a_bank_only_behind_masked_key_pads(town: Town) -> None:
    bare = (await town.camera(await town.system(METRO, "unmasked", papers(password_exclusion=None)))).name
    refusal = await town.refused(METRO, REQUEST, asking(bare, place_category=FINANCE))
    assert (refusal.reason, refusal.metadata["article"]) == ("SYSTEM_INCOMPLETE", "Article 6 ¶3")
    masked = await hung(town, "masked")
    asked = await town.by(METRO)(REQUEST, asking(masked, place_category=FINANCE))
    await town.by(POLICE)(DECIDE, deciding(asked.name))
    assert (await town.get(METRO, masked)).place_category == camera_pb2.PLACE_CATEGORY_FINANCE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("direction_degrees", float("nan")),
        ("direction_degrees", float("inf")),
        ("direction_degrees", 360.0),
        ("position", {"latitude": float("nan"), "longitude": 1.0}),
        ("position", {}),
        ("place", "x" * 201),
        ("place", "two\nlines"),
        ("purpose", "bell\x07"),
        ("place_category", 99),
        ("premises", 77),
        ("reason", ""),
        ("reason", "x" * 1_000_000),
    ],
)
async def test_what_can_be_no_place_is_refused_by_its_field(town: Town, field: str, value: Any) -> None:
    if not town.told("registry.system.created"):
        await hung(town, "odd")
    camera = next(iter(town.told("registry.camera.created"))).camera
    fields = {"place": "somewhere", field: value} if field != "place" else {field: value}
    refusal = await town.refused(METRO, REQUEST, asking(camera, **fields))
    assert f"camera_change.{field}" in [one.field for one in refusal.violations]


async def test_a_hidden_camera_and_one_that_never_was_are_asked_about_in_vain_alike(town: Town) -> None:
    secret = (await town.camera(await town.system(ARCHIVE, "secret"), place_category=SECRET_PLACE)).name
    never = name_of(999_998)
    for agency in (METRO, POLICE, ABOVE):
        hidden = await town.refused(agency, REQUEST, asking(secret, place="here"))
        absent = await town.refused(agency, REQUEST, asking(never, place="here"))
        assert (type(hidden), hidden.reason) == (type(absent), absent.reason)
        assert hidden.message.replace(secret, never) == absent.message
        assert {k: v.replace(secret, never) for k, v in hidden.metadata.items()} == dict(absent.metadata)
        assert await listed(town, agency, camera=secret) == await listed(town, agency, camera=never) == []
    asked = await town.by(ARCHIVE)(REQUEST, asking(secret, place="the cellar"))
    assert (await town.awaited("registry.change.requested", secret)).is_sealed
    assert not [one for one in await listed(town, ABOVE) if one.name == asked.name]
    assert (await town.by(SECURITY)(DECIDE, deciding(asked.name))).state == State.STATE_APPROVED


async def test_a_page_token_tells_no_number(town: Town) -> None:
    """The gaps between two numbers would tell of requests about hidden cameras."""
    system = await town.system(METRO, "gapless")
    for _ in range(2):
        await town.by(METRO)(REQUEST, asking((await town.camera(system)).name, place="here"))
    pages = [await town.by(ABOVE)(LIST, pb.ListCameraChangesRequest(page_size=1)) for _ in range(2)]
    assert pages[0].camera_changes == pages[1].camera_changes
    assert pages[0].next_page_token != pages[1].next_page_token, "sealed anew each time"


async def test_lists_hold_what_one_runs_or_supervises_newest_first_and_page(town: Town) -> None:
    name = await hung(town, "paged")
    asked = [(await town.by(METRO)(REQUEST, asking(name, place=f"exit {n}"))).name for n in range(5)]
    await town.by(POLICE)(DECIDE, deciding(asked[0], approved=False))
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListCameraChangesRequest(camera=name, page_size=2, page_token=token)
        page = await town.by(POLICE)(LIST, request)
        seen += [one.name for one in page.camera_changes]
        token = page.next_page_token
        if not token:
            break
    assert seen == asked[::-1]
    rejected = await listed(town, METRO, camera=name, state=State.STATE_REJECTED)
    assert [one.name for one in rejected] == asked[:1]
    for blind in (URBAN, ELSEWHERE, BANK):
        assert not [one for one in await listed(town, blind) if one.camera == name], blind
    first = await town.by(POLICE)(LIST, pb.ListCameraChangesRequest(camera=name, page_size=2))
    other = pb.ListCameraChangesRequest(page_size=2, page_token=first.next_page_token)
    assert [one.field for one in (await town.refused(POLICE, LIST, other)).violations] == ["page_token"]
    for wrong in (pb.ListCameraChangesRequest(state=cast(Any, 9)), pb.ListCameraChangesRequest(page_size=-1)):
        assert isinstance(await town.refused(POLICE, LIST, wrong), errors.InvalidArgument)


async def test_nothing_is_asked_for_or_approved_of_a_retired_camera(town: Town) -> None:
    name = await hung(town, "retired")
    asked = await town.by(METRO)(REQUEST, asking(name, place="south exit"))
    retire = registry_service_pb2.RetireCameraRequest(name=name, reason="broken")
    await town.by(METRO)("RegistryService.RetireCamera", retire)
    refusal = await town.refused(POLICE, DECIDE, deciding(asked.name))
    assert (refusal.reason, refusal.metadata["state"]) == ("STATE_WRONG", "RETIRED")
    assert (await town.refused(METRO, REQUEST, asking(name, place="x"))).metadata["state"] == "RETIRED"
    rejected = await town.by(POLICE)(DECIDE, deciding(asked.name, approved=False))
    assert rejected.state == State.STATE_REJECTED


@pytest.mark.parametrize("name", ["", "cameraChanges/", "cameraChanges/x", NEVER + "0", "cameraChanges/" + "a" * 10**6])
async def test_a_name_that_can_be_no_request_is_refused_as_a_field(town: Town, name: str) -> None:
    assert [one.field for one in (await town.refused(POLICE, DECIDE, deciding(name))).violations] == ["name"]
