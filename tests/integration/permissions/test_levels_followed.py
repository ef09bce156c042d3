"""A new level is decided by at once, and the registry's records follow: lists, words, histories (Article 14 ¶2)."""

from typing import Any

import pytest

from kapok.permissions.v1 import permissions_service_pb2
from kapok.registry.v1 import camera_filter_pb2, camera_pb2, registry_service_pb2
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_proposals import LEADS, adopted

CODE = city.STREET.rpartition("/")[2]


async def camera(stage: Stage, name: str = city.STREET) -> Any:
    """As its operator sees it."""
    return await stage.register("metro", "RegistryService.GetCamera", registry_service_pb2.GetCameraRequest(name=name))


async def listed(stage: Stage, who: str, level: int) -> set[str]:
    """The cameras of a level that ``who`` may know."""
    request = registry_service_pb2.ListCamerasRequest(
        parent="districts/440104", filter=camera_filter_pb2.CameraFilter(security_levels=[level])
    )
    answer = await stage.register(who, "RegistryService.ListCameras", request)
    return {one.name for one in answer.cameras}


async def test_a_raised_level_closes_a_camera_at_once_and_its_record_follows(stage: Stage) -> None:
    listing = permissions_service_pb2.CreateCameraSnapshotRequest(cameras=[city.STREET])
    snapshot = await stage.ask("urban-yuexiu", "CreateCameraSnapshot", listing)
    packed = permissions_service_pb2.CheckBatchRequest(action="ACTION_LIVE", snapshot=snapshot.name)
    assert (await stage.check("urban-yuexiu", city.STREET, "LIVE")).allowed
    assert (await stage.ask("urban-yuexiu", "CheckBatch", packed)).allowed == b"\1"
    await adopted(stage, camera_levels=[{"code": CODE, "level": 3}])
    assert not (await stage.check("urban-yuexiu", city.STREET, "LIVE")).allowed
    answer = await stage.ask("urban-yuexiu", "CheckBatch", packed)
    assert (answer.allowed, answer.policy_revision) == (b"\0", 2)

    async def has_followed() -> bool:
        return (await camera(stage)).security_level == 3

    await eventually(has_followed)
    assert city.STREET in await listed(stage, LEADS, 3)
    assert city.STREET not in await listed(stage, LEADS, 2)
    with pytest.raises(errors.Denied):
        await stage.register(
            "urban-yuexiu", "RegistryService.GetCamera", registry_service_pb2.GetCameraRequest(name=city.STREET)
        )
    request = registry_service_pb2.ListCameraRevisionsRequest(parent=city.STREET)
    history = await stage.register("metro", "RegistryService.ListCameraRevisions", request)
    newest, before = history.revisions[:2]
    assert "policyVersions/2" in newest.cause
    assert (newest.camera.security_level, before.camera.security_level) == (3, 2)


async def test_a_category_takes_its_cameras_along_but_for_those_with_a_level_of_their_own(stage: Stage) -> None:
    fresh = city.STREET[:-4] + "0042"
    system = await stage.system("metro")
    new = camera_pb2.Camera(
        code=fresh.rpartition("/")[2], display_name="camera", place="south exit", purpose="safety",
        place_category="PLACE_CATEGORY_OTHER", premises="PREMISES_PUBLIC_AREA", system=system,
        source={"stream_uri": "rtsp://127.0.0.1:1/one"},
        position=dict(zip(("latitude", "longitude"), city.INSIDE, strict=True)),
    )  # fmt: skip
    request = registry_service_pb2.CreateCameraRequest(parent="districts/440104", camera=new)
    made = await stage.register("metro", "RegistryService.CreateCamera", request)
    assert made.security_level == 2
    await adopted(stage, category_levels={made.place_category: 4})

    async def has_followed() -> bool:
        return (await camera(stage, fresh)).security_level == 4

    await eventually(has_followed)
    assert (await camera(stage)).security_level == 2, "it has a level of its own"
    assert not (await stage.check("urban-yuexiu", fresh, "LIVE")).allowed
