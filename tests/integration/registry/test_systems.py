"""Camera systems as their operators and public security move them: papers, secrets, and cameras that follow at once."""

from datetime import timedelta
from typing import Any

import pytest

from kapok.registry.v1 import bulk_service_pb2 as bulk
from kapok.registry.v1 import camera_pb2, registry_service_pb2, system_pb2
from kapok.registry.v1 import systems_service_pb2 as pb
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.registry.systems import in_service, moved, papers, registered, renamed, stamp, step
from tests.integration.registry.town import (
    ABOVE,
    BANK,
    ELSEWHERE,
    FINANCE,
    METRO,
    POLICE,
    QUIET_PLACE,
    TIANHE,
    URBAN,
    Town,
    creation,
    drawn,
    told,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRANSITION, MOVED = "SystemsService.TransitionCameraSystem", "registry.cameras.transitioned"
NEVER = "operators/archive/systems/never-was"


async def test_each_step_names_every_paper_that_it_lacks(town: Town) -> None:
    ask, name = town.by(METRO), "operators/metro/systems/bare"
    record = system_pb2.CameraSystem(display_name="bare", is_fixed_place=True, funding={"kind": "KIND_DISTRICT"})
    await registered(ask, name, record)
    refusal = await town.refused(METRO, TRANSITION, step(name, "BUILT"))
    assert isinstance(refusal, errors.FailedPrecondition)
    assert refusal.reason == "SYSTEM_INCOMPLETE"
    assert refusal.metadata["missing"] == "art9-procedure,art13-design,art13-construction"
    assert refusal.metadata["article"] == "Article 9, Article 13"
    assert (await town.refused(METRO, TRANSITION, step(name, "IN_SERVICE"))).reason == "STATE_WRONG"
    later = stamp(timedelta(days=9))
    works = [
        {"work": work, "entity": "a company", "number": "Q", "expire_time": later}
        for work in ("WORK_DESIGN", "WORK_CONSTRUCTION")
    ]
    funding = {"kind": "KIND_DISTRICT", "procedure_reference": "P-1"}
    better = system_pb2.CameraSystem(name=name, qualifications=works, funding=funding)
    mask = {"paths": ["qualifications", "funding"]}
    await ask("SystemsService.UpdateCameraSystem", pb.UpdateCameraSystemRequest(camera_system=better, update_mask=mask))
    await moved(ask, name, "LIFE_STATE_BUILT")
    refusal = await town.refused(METRO, TRANSITION, step(name, "ACCEPTED"))
    assert (refusal.metadata["missing"], refusal.metadata["article"]) == ("art8-acceptance", "Articles 8, 10")


async def test_service_begins_with_sign_maintainer_storage_and_the_bank_s_password_masks(town: Town) -> None:
    ask, name = town.by(BANK), "operators/bank/systems/halls"
    works = [one for one in papers().qualifications if one.work != system_pb2.Qualification.WORK_MAINTENANCE]
    record = papers(qualifications=works, sign=None, password_exclusion=None, storage_days=7)
    await registered(ask, name, record)
    await town.camera(name, place_category=FINANCE)
    for state in ("LIFE_STATE_BUILT", "LIFE_STATE_ACCEPTED"):
        await moved(ask, name, state)
    refusal = await town.refused(BANK, TRANSITION, step(name, "IN_SERVICE"))
    assert refusal.metadata["missing"].split(",") == [
        "art6-password-exclusion", "art12-sign", "art13-maintenance", "art21-storage",
    ]  # fmt: skip


async def test_a_camera_of_a_bank_joins_a_running_system_only_behind_masked_key_pads(town: Town) -> None:
    bare = await town.system(BANK, "unmasked", papers(password_exclusion=None))
    await town.camera(bare)
    money = creation(drawn(bare, town.serial(), place_category=FINANCE))
    refusal = await town.refused(BANK, "RegistryService.CreateCamera", money)
    assert (refusal.reason, refusal.metadata["article"]) == ("SYSTEM_INCOMPLETE", "Article 6 ¶3")
    masked = await town.system(BANK, "masked")
    assert (await town.camera(masked, place_category=FINANCE)).state == camera_pb2.LIFE_STATE_IN_SERVICE


async def test_cameras_follow_their_system_at_once_for_readers_and_for_decisions(town: Town) -> None:
    name = await town.system(METRO, "follows")
    camera = (await town.camera(name)).name

    async def live(agency: str) -> Any:
        return await town.stage.check(agency, camera, "LIVE")

    assert (await live(POLICE)).allowed
    await moved(town.by(METRO), name, "LIFE_STATE_SUSPENDED_BY_OPERATOR", "works on the line")
    assert (await town.get(POLICE, camera)).state == camera_pb2.LIFE_STATE_SUSPENDED_BY_OPERATOR

    async def is_closed() -> bool:
        return not (await live(POLICE)).allowed

    await eventually(is_closed)
    basis = await town.papers(POLICE, camera)
    decision = await town.stage.check(POLICE, camera, "LIVE", legal_basis=basis)
    assert (decision.allowed, decision.rule) == (True, "art18-live-police"), "Article 18 is not bound by an operator"
    await moved(town.by(POLICE), name, "LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY", "unsafe")

    async def is_barred() -> bool:
        found = await town.stage.check(POLICE, camera, "LIVE", legal_basis=basis)
        return not found.allowed and found.rule == "art5-deny-barred"

    await eventually(is_barred)
    await moved(town.by(POLICE), name, "LIFE_STATE_IN_SERVICE", "safe again")
    assert (await town.get(METRO, camera)).state == camera_pb2.LIFE_STATE_IN_SERVICE


async def test_who_suspends_and_who_lifts_is_settled_by_the_articles(town: Town) -> None:
    name = await town.system(METRO, "disputed")
    await town.camera(name)
    for other in (URBAN, "command-guangzhou"):
        refusal = await town.refused(other, TRANSITION, step(name, "SUSPENDED_BY_PUBLIC_SECURITY"))
        assert (refusal.reason, refusal.metadata["article"]) == ("NOT_PERMITTED", "Articles 5, 22")
    for stranger in (ELSEWHERE, BANK):
        refusal = await town.refused(stranger, TRANSITION, step(name, "SUSPENDED_BY_PUBLIC_SECURITY"))
        absent = await town.refused(stranger, TRANSITION, step(NEVER, "SUSPENDED_BY_PUBLIC_SECURITY"))
        assert told(refusal, name, NEVER) == told(absent, NEVER, NEVER)
    own = await town.refused(METRO, TRANSITION, step(name, "SUSPENDED_BY_PUBLIC_SECURITY"))
    assert own.reason == "STATE_WRONG", "its operator has no such step"
    await moved(town.by(METRO), name, "LIFE_STATE_SUSPENDED_BY_OPERATOR")
    lifted = await town.refused(POLICE, TRANSITION, step(name, "IN_SERVICE"))
    assert lifted.reason == "STATE_WRONG"
    assert "its operator" in lifted.message
    await moved(town.by(POLICE), name, "LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY")
    assert (await town.refused(METRO, TRANSITION, step(name, "IN_SERVICE"))).reason == "STATE_WRONG"
    await moved(town.by(ABOVE), name, "LIFE_STATE_IN_SERVICE")


async def test_district_police_move_no_system_that_reaches_beyond_its_district(town: Town) -> None:
    name = await town.system(METRO, "two-districts")
    await town.camera(name)
    await town.camera(name, TIANHE)
    for district_police in (POLICE, ELSEWHERE):
        refusal = await town.refused(district_police, TRANSITION, step(name, "SUSPENDED_BY_PUBLIC_SECURITY"))
        assert refusal.metadata["article"] == "Articles 5, 22"
    await moved(town.by(ABOVE), name, "LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY")


async def test_no_camera_joins_a_retired_or_barred_system_and_nothing_leads_back(town: Town) -> None:
    name = await town.system(METRO, "old")
    camera = (await town.camera(name)).name
    await moved(town.by(POLICE), name, "LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY")
    barred = await town.refused(METRO, "RegistryService.CreateCamera", creation(drawn(name, town.serial())))
    assert barred.metadata["state"] == "SUSPENDED_BY_PUBLIC_SECURITY"
    await moved(town.by(METRO), name, "LIFE_STATE_RETIRED")
    closed = await town.refused(METRO, "RegistryService.CreateCamera", creation(drawn(name, town.serial())))
    assert closed.metadata["state"] == "RETIRED"
    assert (await town.get(POLICE, camera)).state == camera_pb2.LIFE_STATE_RETIRED
    assert (await town.refused(METRO, TRANSITION, step(name, "IN_SERVICE"))).reason == "STATE_WRONG"


async def test_a_camera_retired_by_itself_stays_so_whatever_its_system_does(town: Town) -> None:
    name = await town.system(METRO, "survivor")
    gone, stays = (await town.camera(name)).name, (await town.camera(name)).name
    retire = registry_service_pb2.RetireCameraRequest(name=gone, reason="broken")
    assert (await town.by(METRO)("RegistryService.RetireCamera", retire)).state == camera_pb2.LIFE_STATE_RETIRED
    again = await town.refused(METRO, "RegistryService.RetireCamera", retire)
    assert (again.reason, again.metadata["state"]) == ("STATE_WRONG", "RETIRED")
    renamed = registry_service_pb2.UpdateCameraRequest(
        camera={"name": gone, "display_name": "risen"}, update_mask={"paths": ["display_name"]}
    )
    refusal = await town.refused(METRO, "RegistryService.UpdateCamera", renamed)
    assert (refusal.reason, refusal.metadata["state"]) == ("STATE_WRONG", "RETIRED")
    for state in ("SUSPENDED_BY_OPERATOR", "IN_SERVICE"):
        await moved(town.by(METRO), name, f"LIFE_STATE_{state}")
    assert (await town.get(METRO, gone)).state == camera_pb2.LIFE_STATE_RETIRED
    assert (await town.get(METRO, stays)).state == camera_pb2.LIFE_STATE_IN_SERVICE


async def test_staff_duties_and_counts_are_shown_as_far_as_the_caller_may_know(town: Town) -> None:
    staff = [{"number": "G-1", "is_full_time": True}]
    name = await town.system(METRO, "manned", papers(staff=staff, has_monitoring_room=True))
    await town.camera(name)
    await town.camera(name, place_category=QUIET_PLACE)
    await town.camera(name, TIANHE)

    async def seen(agency: str) -> Any:
        return await town.by(agency)("SystemsService.GetCameraSystem", pb.GetCameraSystemRequest(name=name))

    views = {agency: await seen(agency) for agency in (METRO, ABOVE, POLICE, ELSEWHERE, URBAN)}
    counts = {agency: view.camera_count for agency, view in views.items()}
    assert counts == {METRO: 3, ABOVE: 3, POLICE: 2, ELSEWHERE: 1, URBAN: 1}
    assert {agency for agency, view in views.items() if view.staff} == {METRO, ABOVE}
    assert {agency for agency, view in views.items() if view.owed} == {METRO, ABOVE}
    assert {duty.rule for duty in views[METRO].owed} == {"art22-check", "art23-training"}
    request = pb.ListCameraSystemsRequest(parent="operators/metro", page_size=1000)
    listed = await town.by(URBAN)("SystemsService.ListCameraSystems", request)
    [mine] = [one for one in listed.camera_systems if one.name == name]
    assert (mine.camera_count, list(mine.staff), list(mine.owed)) == (1, [], [])


async def test_lists_of_systems_page_by_name_without_a_gap(town: Town) -> None:
    for number in range(5):
        await town.system(BANK, f"page-{number}", is_planned=True)
    names: list[str] = []
    token = ""
    while True:
        request = pb.ListCameraSystemsRequest(parent="operators/bank", page_size=2, page_token=token)
        page = await town.by(BANK)("SystemsService.ListCameraSystems", request)
        names += [one.name for one in page.camera_systems]
        token = page.next_page_token
        if not token:
            break
    assert names == sorted(set(names))
    assert {f"operators/bank/systems/page-{number}" for number in range(5)} <= set(names)
    foreign = pb.ListCameraSystemsRequest(parent="operators/-", page_token="nonsense")
    assert isinstance(await town.refused(BANK, "SystemsService.ListCameraSystems", foreign), errors.InvalidArgument)


async def test_two_writers_of_one_system_do_not_overwrite_each_other(town: Town) -> None:
    name = await town.system(METRO, "contested", is_planned=True)
    first = renamed(name)
    first.camera_system.etag = "r1"
    await town.by(METRO)("SystemsService.UpdateCameraSystem", first)
    refusal = await town.refused(METRO, "SystemsService.UpdateCameraSystem", first)
    assert isinstance(refusal, errors.Aborted)
    assert refusal.metadata["etag"] == "r2"
    stale = await town.refused(METRO, TRANSITION, step(name, "BUILT", etag="r1"))
    assert isinstance(stale, errors.Aborted)


async def test_a_large_system_moves_whole_with_a_fact_for_each_thousand(town: Town) -> None:
    name = await town.system(METRO, "large", is_planned=True)
    batches = [[drawn(name, town.serial()) for _ in range(count)] for count in (1000, 205)]
    async with town.stream(METRO, "BulkService.ImportCameras") as call:
        for batch in batches:
            await call.write(bulk.ImportCamerasRequest(cameras=batch))
            assert (await call.read()).created_count == len(batch)
    await in_service_from_planned(town, name)
    count = registry_service_pb2.CountCamerasRequest(filter={"systems": [name]})
    answer = await town.by(POLICE)("RegistryService.CountCameras", count)
    states = {one.value: one.count for facet in answer.facets if facet.field == "state" for one in facet.values}
    assert states == {"LIFE_STATE_IN_SERVICE": 1205}

    def sizes() -> list[int]:
        batches = [camera_pb2.CameraBatch.FromString(fact.snapshot.value) for fact in town.told(MOVED)]
        return [len(batch.cameras) for batch in batches if batch.cameras[0].system == name]

    await eventually(lambda: sizes() == [1000, 205] * 3)


async def in_service_from_planned(town: Town, name: str) -> None:
    for state in ("BUILT", "ACCEPTED", "IN_SERVICE"):
        await moved(town.by(METRO), name, f"LIFE_STATE_{state}")


async def test_a_name_is_taken_once(town: Town) -> None:
    await in_service(town.by(METRO), "operators/metro/systems/once")
    made = pb.CreateCameraSystemRequest(parent="operators/metro", camera_system=papers(), camera_system_id="once")
    refusal = await town.refused(METRO, "SystemsService.CreateCameraSystem", made)
    assert (refusal.reason, refusal.metadata["name"]) == ("RESOURCE_EXISTS", "operators/metro/systems/once")
