"""A camera whose place category changes is at that category's level from then on, in every answer (Article 14 ¶2)."""

import contextlib
import uuid
from typing import Any

import pytest

from kapok.permissions.v1 import decider_service_pb2, replica_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.registry.v1 import camera_pb2, changes_service_pb2, registry_service_pb2
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.test_endings import listening
from tests.integration.registry.systems import papers
from tests.integration.registry.test_changes import DECIDE, REQUEST, UPDATE, asking, deciding, hung, updating
from tests.integration.registry.test_secret_findings import levelled
from tests.integration.registry.town import (
    ABOVE,
    METRO,
    POLICE,
    QUIET_PLACE,
    SECRET_PLACE,
    SECURITY,
    Town,
    name_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATABASES = ("postgresql",)


async def shown(town: Town, agency: str, name: str) -> dict[str, Any]:
    """The camera as a list and a look of its own show it; nothing where it is not for that agency."""
    request = registry_service_pb2.ListCamerasRequest(parent="districts/440104", page_size=1000)
    listed = (await town.by(agency)("RegistryService.ListCameras", request)).cameras
    found: dict[str, Any] = {}
    for one in listed:
        if one.name == name:
            found["listed"] = one.security_level
    with contextlib.suppress(errors.Denied):
        found["got"] = (await town.get(agency, name)).security_level
    return found


async def approved(town: Town, name: str, **change: Any) -> None:
    asked = await town.by(METRO)(REQUEST, asking(name, **change))
    await town.by(POLICE)(DECIDE, deciding(asked.name))


async def test_an_approved_change_to_a_place_of_secrets_hides_the_camera_and_what_is_said_of_it(town: Town) -> None:
    name = await hung(town, "hidden-by-approval")
    assert await shown(town, POLICE, name) == {"listed": 2, "got": 2}
    await approved(town, name, place_category=SECRET_PLACE)
    for agency in (POLICE, ABOVE):
        assert await shown(town, agency, name) == {}, agency
    for agency in (METRO, SECURITY):
        assert await shown(town, agency, name) == {"listed": 5, "got": 5}, agency
    for kind in ("registry.change.requested", "registry.change.approved", "registry.camera.reclassified"):
        assert (await town.awaited(kind, name)).is_sealed, kind
    assert not town.told("registry.camera.updated", name)


async def test_another_level_that_is_no_secret_is_the_camera_s_at_once(town: Town) -> None:
    name = await hung(town, "quiet")
    await approved(town, name, place_category=QUIET_PLACE)
    assert await shown(town, POLICE, name) == {"listed": 4, "got": 4}
    fact = await town.awaited("registry.camera.reclassified", name)
    assert (camera_pb2.Camera.FromString(fact.snapshot.value).security_level, fact.is_sealed) == (4, False)


async def test_what_is_still_drawn_follows_its_category_too(town: Town) -> None:
    name = (await town.camera(await town.system(METRO, "drawn-anew", papers(), is_planned=True))).name
    drawn = await town.by(METRO)(UPDATE, updating(name, place_category=SECRET_PLACE))
    assert drawn.security_level == 5
    assert await shown(town, ABOVE, name) == {}
    assert (await town.by(METRO)(UPDATE, updating(name, display_name="vault"))).security_level == 5
    assert (await town.by(METRO)(UPDATE, updating(name, place_category=QUIET_PLACE))).security_level == 4
    assert await shown(town, ABOVE, name) == {"listed": 4, "got": 4}


async def test_no_change_of_category_makes_secrets_and_others_share_a_system(town: Town) -> None:
    first = await hung(town, "shared")
    second = (await town.camera((await town.get(METRO, first)).system)).name
    refusal = await town.refused(METRO, REQUEST, asking(second, place_category=SECRET_PLACE))
    assert (refusal.reason, refusal.metadata["state"], refusal.metadata["article"]) == (
        "STATE_WRONG", "mixed", "Article 11"
    )  # fmt: skip
    planned = await town.system(METRO, "shared-plan", papers(), is_planned=True)
    drawn = [(await town.camera(planned)).name for _ in range(2)]
    assert (await town.refused(METRO, UPDATE, updating(drawn[0], place_category=SECRET_PLACE))).reason == "STATE_WRONG"
    assert await shown(town, POLICE, drawn[0]) == {"listed": 2, "got": 2}, "nothing was half done"


async def test_a_secret_among_others_is_changed_as_any_camera_and_nobody_hears_of_it(town: Town) -> None:
    """A sealed list may name one camera of a system."""
    secret = await hung(town, "named-by-a-list")
    other = (await town.camera((await town.get(METRO, secret)).system)).name
    await levelled(town, **{f"c{secret.rpartition('/')[2]}": 5})
    await eventually(lambda: town.told("registry.cameras.levelled"))
    await town.by(METRO)(REQUEST, asking(secret, place="south exit"))
    await approved(town, other, place="north gate")
    assert (await town.get(POLICE, other)).place == "north gate"


@pytest.mark.parametrize("is_withdrawn", [True, False])
async def test_what_is_said_of_a_request_that_came_to_nothing_is_sealed_too(town: Town, is_withdrawn: bool) -> None:
    name = await hung(town, f"came-to-nothing-{is_withdrawn}".lower())
    asked = await town.by(METRO)(REQUEST, asking(name, place_category=SECRET_PLACE))
    if is_withdrawn:
        request = changes_service_pb2.WithdrawCameraChangeRequest(name=asked.name)
        await town.by(METRO)("ChangesService.WithdrawCameraChange", request)
    else:
        await town.by(POLICE)(DECIDE, deciding(asked.name, approved=False))
    fact = await town.awaited(f"registry.change.{'withdrawn' if is_withdrawn else 'rejected'}", name)
    assert fact.is_sealed
    assert await shown(town, POLICE, name) == {"listed": 2, "got": 2}


@pytest.mark.parametrize("category", [99, 0])
async def test_a_category_that_there_is_not_is_refused_by_its_field(town: Town, category: int) -> None:
    name = (await town.camera(await town.system(METRO, f"no-such-{category}", papers(), is_planned=True))).name
    refusal = await town.refused(METRO, UPDATE, updating(name, place_category=category))
    assert [one.field for one in refusal.violations] == ["camera.place_category"]
    assert (await town.refused(METRO, UPDATE, updating(name_of(999_997), place_category=6))).reason == (
        "CAMERA_NOT_ACCESSIBLE"
    )


async def decided(town: Town, agency: str, camera: str) -> tuple[int, int]:
    """The camera's level by which a session would open now, and the last ending that it claims to know of.

    Relays refuse one that claims to know of less than ended the camera's sessions.
    """
    request = decider_service_pb2.DecideRequest(
        principal=city.principal(agency), camera=camera, action="ACTION_LIVE", session=f"sessions/{uuid.uuid4()}"
    )
    answer = await town.stage.serve("streams", "Decide", request)
    facts = town.stage.verifier.open("kapok.permissions.facts", answer.signed_facts)
    return answer.security_level, replica_pb2.SessionFacts.FromString(facts).number


async def test_what_stands_on_the_camera_ends_and_who_may_still_see_it_opens_anew_at_once(town: Town) -> None:
    name = await hung(town, "watched")
    assert (await decided(town, POLICE, name))[0] == 2
    async with listening(town.stage) as ear:
        await approved(town, name, place_category=QUIET_PLACE)
        await eventually(lambda: [one for one in ear.endings if one.subject == name])
    [ending] = [one for one in ear.endings if one.subject == name]
    assert not ending.is_sealed
    level, number = await decided(town, POLICE, name)
    assert (level, number >= ending.number) == (4, True)


async def test_a_takeover_ends_where_its_camera_came_to_a_place_of_secrets(town: Town) -> None:
    name = await hung(town, "taken")
    other = await hung(town, "taken-too")
    basis = await town.papers(POLICE, name, other)
    taken = await town.stage.take_over(POLICE, name, other, legal_basis=basis)
    async with listening(town.stage) as ear:
        await approved(town, name, place_category=SECRET_PLACE)
        await eventually(lambda: [one for one in ear.endings if one.subject == name])
    assert [one.is_sealed for one in ear.endings if one.subject == name] == [True]
    left = await town.stage.ask(POLICE, "GetTakeover", takeovers.GetTakeoverRequest(name=taken.name))
    assert [(one.camera, one.over_by) for one in left.taken] == [(other, "")]
    whole = await town.stage.ask(SECURITY, "GetTakeover", takeovers.GetTakeoverRequest(name=taken.name))
    assert {one.camera: one.over_by for one in whole.taken} == {other: "", name: "withdrawn"}
    state = takeovers.GetControlStateRequest(name=f"{name}/controlState")
    assert (await town.stage.ask(METRO, "GetControlState", state)).holder == "agencies/metro"
    with pytest.raises(errors.Denied, match=name):
        await town.stage.ask(POLICE, "GetControlState", state)
