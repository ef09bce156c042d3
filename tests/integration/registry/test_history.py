"""What a camera's record said at any time, and who made it say so (Article 22)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from kapok.registry.v1 import camera_pb2
from kapok.registry.v1 import registry_service_pb2 as pb
from services.chassis import errors
from tests.integration.registry.systems import moved
from tests.integration.registry.town import ABOVE, ARCHIVE, METRO, POLICE, SECRET_PLACE, Town, name_of, told

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATABASES = ("sqlite", "postgresql")
GET, LIST = "RegistryService.GetCamera", "RegistryService.ListCameraRevisions"
MOMENT = timedelta(microseconds=1)


def at(time: Timestamp, by: timedelta = timedelta(0)) -> Timestamp:
    """That time, moved."""
    found = Timestamp()
    found.FromDatetime(time.ToDatetime(UTC) + by)
    return found


async def renamed(town: Town, name: str, display_name: str) -> Any:
    camera = camera_pb2.Camera(name=name, display_name=display_name)
    request = pb.UpdateCameraRequest(camera=camera, update_mask={"paths": ["display_name"]})
    return await town.by(METRO)("RegistryService.UpdateCamera", request)


async def as_of(town: Town, name: str, time: Timestamp) -> Any:
    return await town.by(POLICE)(GET, pb.GetCameraRequest(name=name, as_of_time=time))


async def test_a_camera_is_read_as_it_was_at_any_time_and_before_its_registration_not_at_all(town: Town) -> None:
    first = await town.camera(await town.system(METRO, "read"))
    second, third = [await renamed(town, first.name, name) for name in ("second", "third")]
    for time, name, etag in (
        (first.create_time, "camera", "r1"),
        (at(second.update_time, -MOMENT), "camera", "r1"),
        (second.update_time, "second", "r2"),
        (at(third.update_time, -MOMENT), "second", "r2"),
        (third.update_time, "third", "r3"),
        (at(third.update_time, timedelta(days=9000)), "third", "r3"),
    ):
        found = await as_of(town, first.name, time)
        assert (found.display_name, found.etag) == (name, etag)
        assert found.create_time == first.create_time
    before = pb.GetCameraRequest(name=first.name, as_of_time=at(first.create_time, -MOMENT))
    absent = pb.GetCameraRequest(name=name_of(999_991), as_of_time=first.create_time)
    refusals = [await town.refused(POLICE, GET, request) for request in (before, absent)]
    assert told(refusals[0], first.name, "X") == told(refusals[1], name_of(999_991), "X")


async def test_its_state_then_is_its_system_s_then(town: Town) -> None:
    system = await town.system(METRO, "steps", is_planned=True)
    camera = await town.camera(system)
    built = await moved(town.by(METRO), system, "LIFE_STATE_BUILT")
    accepted = await moved(town.by(METRO), system, "LIFE_STATE_ACCEPTED")
    retire = pb.RetireCameraRequest(name=camera.name, reason="never hung")
    retired = await town.by(METRO)("RegistryService.RetireCamera", retire)
    states = [
        camera_pb2.LifeState.Name((await as_of(town, camera.name, time)).state).removeprefix("LIFE_STATE_")
        for time in (camera.create_time, built.update_time, accepted.update_time, retired.update_time)
    ]
    assert states == ["PLANNED", "BUILT", "ACCEPTED", "RETIRED"]


async def test_revisions_page_newest_first_each_with_its_time_its_author_and_its_cause(town: Town) -> None:
    camera = await town.camera(await town.system(METRO, "paged"))
    for number in range(3):
        await renamed(town, camera.name, f"name {number}")
    await town.by(METRO)("RegistryService.RetireCamera", pb.RetireCameraRequest(name=camera.name, reason="worn out"))
    found: list[Any] = []
    token = ""
    while True:
        request = pb.ListCameraRevisionsRequest(parent=camera.name, page_size=2, page_token=token)
        page = await town.by(POLICE)(LIST, request)
        assert len(page.revisions) <= 2
        found += page.revisions
        token = page.next_page_token
        if not token:
            break
    assert [one.camera.etag for one in found] == ["r5", "r4", "r3", "r2", "r1"]
    assert [one.cause for one in found] == ["retired: worn out", "updated", "updated", "updated", "registered"]
    assert {one.principal for one in found} == {"principals/metro"}
    assert not found[0].HasField("end_time")
    for newer, older in pairwise(found):
        assert older.end_time == newer.start_time
    assert found[-1].start_time == camera.create_time
    other = await town.camera("operators/metro/systems/paged")
    token = (
        await town.by(POLICE)(LIST, pb.ListCameraRevisionsRequest(parent=camera.name, page_size=1))
    ).next_page_token
    for wrong in (
        pb.ListCameraRevisionsRequest(parent=other.name, page_token=token),
        pb.ListCameraRevisionsRequest(parent=camera.name, page_token="x" * 100_000),
        pb.ListCameraRevisionsRequest(parent=camera.name, page_size=-5),
        pb.ListCameraRevisionsRequest(parent="cameras/1"),
    ):
        assert isinstance(await town.refused(POLICE, LIST, wrong), errors.InvalidArgument)


async def test_two_writers_of_one_etag_one_wins_and_the_other_is_told(town: Town) -> None:
    camera = await town.camera(await town.system(METRO, "etag"))
    change = pb.UpdateCameraRequest(
        camera={"name": camera.name, "display_name": "mine", "etag": camera.etag},
        update_mask={"paths": ["display_name"]},
    )
    await town.by(METRO)("RegistryService.UpdateCamera", change)
    refusal = await town.refused(METRO, "RegistryService.UpdateCamera", change)
    assert (type(refusal), refusal.reason, refusal.metadata["etag"]) == (errors.Aborted, "ETAG_STALE", "r2")


async def test_the_past_of_a_secret_is_as_secret_as_its_present(town: Town) -> None:
    camera = await town.camera(await town.system(ARCHIVE, "past"), place_category=SECRET_PLACE)
    request = pb.GetCameraRequest(name=camera.name, as_of_time=camera.create_time)
    assert (await town.by(ARCHIVE)(GET, request)).name == camera.name
    assert (await town.refused(ABOVE, GET, request)).reason == "CAMERA_NOT_ACCESSIBLE"


@pytest.mark.parametrize("seconds", [2**60, -(2**60), 253402300800])
async def test_a_time_that_no_calendar_has_is_refused(town: Town, seconds: int) -> None:
    request = pb.GetCameraRequest(name=name_of(1), as_of_time=Timestamp(seconds=seconds))
    assert [one.field for one in (await town.refused(POLICE, GET, request)).violations] == ["as_of_time"]


async def test_a_time_before_there_were_cameras_finds_none(town: Town) -> None:
    camera = await town.camera(await town.system(METRO, "ancient"))
    long_ago = Timestamp()
    long_ago.FromDatetime(datetime(1, 1, 1, tzinfo=UTC))
    request = pb.GetCameraRequest(name=camera.name, as_of_time=long_ago)
    assert (await town.refused(POLICE, GET, request)).reason == "CAMERA_NOT_ACCESSIBLE"
