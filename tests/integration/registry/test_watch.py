"""Streams of cameras as they change: tokens, what was missed, what is hidden, and how a right ends in mid-stream."""

import time
from typing import Any

import pytest

from kapok.permissions.v1 import permissions_service_pb2
from kapok.registry.v1 import registry_service_pb2 as pb
from services.chassis import errors
from services.registry import app
from tests.integration.permissions import city
from tests.integration.registry.systems import moved
from tests.integration.registry.town import (
    ABOVE,
    ARCHIVE,
    BANK,
    METRO,
    POLICE,
    SECRET_PLACE,
    SECURITY,
    TIANHE,
    URBAN,
    Town,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATABASES = ("postgresql",)
TOKENS = ("x", "-1", "+1", " 1", "1.0", "9" * 19, "9" * 400, "٣", "1000000000")
WATCH = "RegistryService.WatchCameras"


def renaming(name: str, display_name: str) -> pb.UpdateCameraRequest:
    camera: Any = {"name": name, "display_name": display_name}
    return pb.UpdateCameraRequest(camera=camera, update_mask={"paths": ["display_name"]})


async def seen(call: Any, count: int) -> list[Any]:
    """The next cameras of a stream, ``count`` of them."""
    found: list[Any] = []
    while len(found) < count:
        found += (await call.read()).cameras
    return found


async def test_what_changes_is_seen_as_it_changes_and_what_is_hidden_never(town: Town) -> None:
    system, secret = await town.system(METRO, "seen"), await town.system(ARCHIVE, "unseen")
    async with (
        town.stream(ABOVE, WATCH, pb.WatchCamerasRequest()) as police,
        town.stream(SECURITY, WATCH, pb.WatchCamerasRequest()) as security,
    ):
        for call in (police, security):
            first = await call.read()
            assert first.resume_token
            assert not first.cameras
        hidden = await town.camera(secret, place_category=SECRET_PLACE)
        shown = await town.camera(system)
        answer = await police.read()
        assert [camera.name for camera in answer.cameras] == [shown.name], "no answer told of the hidden one"
        assert [camera.name for camera in await seen(security, 2)] == [hidden.name, shown.name]
        await town.by(METRO)("RegistryService.UpdateCamera", renaming(shown.name, "exit B"))
        assert [camera.display_name for camera in await seen(police, 1)] == ["exit B"]
        await moved(town.by(METRO), system, "LIFE_STATE_SUSPENDED_BY_OPERATOR")
        assert [camera.state for camera in await seen(police, 1)] == [5]


async def test_who_was_away_gets_each_changed_camera_once_as_it_is_now(town: Town) -> None:
    system = await town.system(METRO, "away")
    old, untouched = await town.camera(system), await town.camera(system)
    async with town.stream(POLICE, WATCH, pb.WatchCamerasRequest()) as call:
        token = (await call.read()).resume_token
    await town.by(METRO)("RegistryService.UpdateCamera", renaming(old.name, "once"))
    new = await town.camera(system)
    await town.by(METRO)("RegistryService.UpdateCamera", renaming(old.name, "twice"))
    async with town.stream(POLICE, WATCH, pb.WatchCamerasRequest(resume_token=token)) as call:
        answer = await call.read()
        assert [(one.name, one.display_name) for one in answer.cameras] == [(new.name, "camera"), (old.name, "twice")]
        assert untouched.name not in [one.name for one in answer.cameras]
    async with town.stream(POLICE, WATCH, pb.WatchCamerasRequest(resume_token=answer.resume_token)) as call:
        await town.by(METRO)("RegistryService.UpdateCamera", renaming(old.name, "thrice"))
        assert [one.display_name for one in await seen(call, 1)] == ["thrice"], "nothing is told twice"


async def test_a_filter_and_one_s_levels_hold_in_a_stream_too(town: Town) -> None:
    system = await town.system(METRO, "filtered")
    wanted = pb.WatchCamerasRequest(filter={"districts": [TIANHE]})
    async with (
        town.stream(ABOVE, WATCH, wanted) as elsewhere,
        town.stream(URBAN, WATCH, pb.WatchCamerasRequest()) as urban,
    ):
        await elsewhere.read()
        await urban.read()
        near = await town.camera(system)
        far = await town.camera(system, TIANHE)
        await town.camera(system, place_category="PLACE_CATEGORY_MEDIA_AND_UTILITIES")
        last = await town.camera(system)
        assert [camera.name for camera in await seen(elsewhere, 1)] == [far.name]
        assert [camera.name for camera in await seen(urban, 2)] == [near.name, last.name], "level 4 is not for it"


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("filter.text", {"filter": {"text": "gate"}}),
        ("filter.area", {"filter": {"area": {"box": {}}}}),
        ("filter.districts", {"filter": {"districts": ["999999"]}}),
        *(
            ("resume_token", {"resume_token": token})
            for token in ("x", "-1", "+1", " 1", "1.0", "9" * 19, "9" * 400, "٣")
        ),
        ("resume_token", {"resume_token": "1000000000"}),
    ],
)
async def test_what_can_t_be_watched_is_refused_by_its_field(town: Town, field: str, request_: Any) -> None:
    with pytest.raises(errors.InvalidArgument) as refusal:
        async with town.stream(ABOVE, WATCH, pb.WatchCamerasRequest(**request_)) as call:
            await call.read()
    assert [one.field for one in refusal.value.violations] == [field]


async def test_a_stream_ends_within_two_seconds_of_the_right_to_it(town: Town) -> None:
    started = time.monotonic()
    refusal = await town.cut_off(BANK, WATCH, pb.WatchCamerasRequest())
    assert time.monotonic() - started < 5, "two seconds, and some for a busy machine"
    assert (type(refusal), refusal.reason) == (errors.Denied, "NOT_PERMITTED")
    back = permissions_service_pb2.ReinstatePrincipalRequest(name=city.principal(BANK), reason="new certificate")
    await town.stage.ask(ABOVE, "ReinstatePrincipal", back)
    async with town.stream(BANK, WATCH, pb.WatchCamerasRequest()) as call:
        assert (await call.read()).resume_token


async def test_after_a_restore_a_watcher_gets_every_camera_again(town: Town) -> None:
    system = await town.system(METRO, "restored")
    camera = await town.camera(system)
    async with town.stream(POLICE, WATCH, pb.WatchCamerasRequest()) as call:
        token = (await call.read()).resume_token
    await town.by(METRO)("RegistryService.UpdateCamera", renaming(camera.name, "a number that is lost"))
    await app.restored(town.stage.registry.database, ["2026-01-01T00:00:00Z"])
    async with town.stream(POLICE, WATCH, pb.WatchCamerasRequest(resume_token=token)) as call:
        answer = await call.read()
    assert camera.name in [one.name for one in answer.cameras]
