"""A camera that becomes a state secret is in no list from that moment on, however far its record has followed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from kapok.registry.v1 import camera_filter_pb2, changes_service_pb2, registry_service_pb2, systems_service_pb2
from services.chassis import errors
from services.registry import app as registry
from services.registry import rounds
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_proposals import LEADS, adopted
from tests.integration.permissions.test_sealed_levels import STREET, drawn

STRANGERS = ("police-yuexiu", LEADS, "urban-yuexiu", "informatics-guangzhou", "command-guangzhou")
TUNNEL = city.TUNNEL.rpartition("/")[2]
SYSTEM = "operators/metro/systems/main"


@pytest.fixture
async def slow(still: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A platform whose records follow the policy once in an hour."""
    monkeypatch.setattr(registry, "_LEVELS_EVERY", timedelta(hours=1))
    monkeypatch.setattr(rounds, "_SOON_S", 3600.0)
    async with still.running():
        await still.register_cameras()
        yield still


async def everything(stage: Stage, who: str, first: str = "a list") -> dict[str, Any]:
    """What one may read of lists and counts, that of ``first`` asked for first; the refusal where one may not."""
    parent, systems = "districts/440104", systems_service_pb2.ListCameraSystemsRequest(parent="operators/-")
    of_secrets = camera_filter_pb2.CameraFilter(security_levels=[5])
    requests = {
        "a list": ("RegistryService.ListCameras", registry_service_pb2.ListCamerasRequest(parent=parent)),
        "its secrets": (
            "RegistryService.ListCameras",
            registry_service_pb2.ListCamerasRequest(parent=parent, filter=of_secrets),
        ),
        "a count": ("RegistryService.CountCameras", registry_service_pb2.CountCamerasRequest()),
        "a system": ("SystemsService.GetCameraSystem", systems_service_pb2.GetCameraSystemRequest(name=SYSTEM)),
        "systems": ("SystemsService.ListCameraSystems", systems),
        "changes": ("ChangesService.ListCameraChanges", changes_service_pb2.ListCameraChangesRequest()),
    }
    said = {}
    for what in sorted(requests, key=lambda what: what != first):
        method, request = requests[what]
        try:
            said[what] = await stage.register(who, method, request)
        except errors.Error as refusal:
            said[what] = (refusal.reason, refusal.message)
    return said


@pytest.mark.parametrize("first", ["a list", "a count", "a system", "systems", "changes"])
async def test_the_first_question_after_the_adoption_hides_it_whichever_it_is(slow: Stage, first: str) -> None:
    change = {"camera": city.STREET, "place": "south exit", "reason": "rebuilt"}
    request = changes_service_pb2.RequestCameraChangeRequest(camera_change=change)
    await slow.register("metro", "ChangesService.RequestCameraChange", request)
    before = await everything(slow, "police-yuexiu")
    assert STREET in str(before["a list"])
    assert STREET in str(before["changes"])
    assert (before["a count"].total_size, before["a system"].camera_count) == (2, 2)
    await adopted(slow, sealed_levels=(await drawn(slow, **{f"c{STREET}": 5})).name)
    after = await everything(slow, "police-yuexiu", first)
    assert not [what for what, said in after.items() if STREET in str(said)]
    assert (after["a count"].total_size, after["a system"].camera_count) == (1, 1)
    assert [one.name for one in after["a list"].cameras] == [city.TUNNEL]


async def test_what_strangers_read_is_what_they_would_read_had_it_never_been(slow: Stage) -> None:
    """Both cameras of the system become secrets: nothing is left of them, nor of it, but with who may know."""
    absent = {who: await everything(slow, who) for who in STRANGERS}
    assert all(STREET in str(absent[who]["a list"]) for who in ("police-yuexiu", LEADS))
    await adopted(slow, sealed_levels=(await drawn(slow, **{f"c{STREET}": 5, f"c{TUNNEL}": 5})).name)
    for who in STRANGERS:
        said = await everything(slow, who)
        told = str(said)
        assert not [word for word in (STREET, TUNNEL, "metro") if word in told.replace(SYSTEM, "")], (who, told)
        assert said["a system"] == ("RESOURCE_MISSING", said["a system"][1])
    own = await everything(slow, "metro")
    assert {one.security_level for one in own["a list"].cameras} == {5}
    assert own["a count"].total_size == 2
    keeper = await everything(slow, "security-guangzhou")
    assert STREET in str(keeper["a list"])


async def test_an_opened_camera_is_listed_again(slow: Stage) -> None:
    await adopted(slow, sealed_levels=(await drawn(slow, **{f"c{STREET}": 5})).name)
    assert STREET not in str((await everything(slow, "police-yuexiu"))["a list"])
    await adopted(slow, sealed_levels=(await drawn(slow, **{f"c{STREET}": 2})).name)
    assert STREET in str((await everything(slow, "police-yuexiu"))["a list"])
