"""The registry among its neighbours: who may ask it for what, and what it tells the bus."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kapok.registry.v1 import camera_facts_service_pb2 as facts
from kapok.registry.v1 import camera_pb2
from services.chassis import errors, sealing
from services.registry.rpc.facts import SOURCE_PURPOSE
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, built
from tests.integration.registry.calls import Caller

pytestmark = pytest.mark.asyncio(loop_scope="module")
SEAL = "kapok.registry.v1.CameraFactsService.SealSource"
FACTS = "kapok.registry.v1.CameraFactsService.BatchGetCameraFacts"
WITHIN = "kapok.registry.v1.CameraFactsService.ListCamerasWithin"
ADDRESS = b"rtsp://127.0.0.1:1/one"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    with TemporaryDirectory(prefix="kapok-") as sockets:
        async with built(tmp_path_factory.mktemp("stage"), Path(sockets)) as stage, stage.running():
            await stage.register_cameras()
            yield stage


def sealing_for(relay: str, key: X25519PrivateKey) -> facts.SealSourceRequest:
    public = key.public_key().public_bytes_raw()
    return facts.SealSourceRequest(camera=city.STREET, relay=relay, relay_public_key=public)


async def test_a_source_leaves_sealed_to_its_relay(stage: Stage) -> None:
    key = X25519PrivateKey.generate()
    answer = await Caller(stage.keys, "streams").ask(stage.registry.listen, SEAL, sealing_for("relay-1", key))
    context = sealing.context(SOURCE_PURPOSE, "relay-1", city.STREET)
    opened = sealing.open_(key.private_bytes_raw(), answer.sealed_source, context)
    source = camera_pb2.Source.FromString(opened)
    assert (source.stream_uri.encode(), source.secondary_stream_uri.encode()) == (ADDRESS, ADDRESS + b"-small")
    other = sealing.context(SOURCE_PURPOSE, "relay-2", city.STREET)
    with pytest.raises(errors.Denied):
        sealing.open_(key.private_bytes_raw(), answer.sealed_source, other)


@pytest.mark.parametrize(("service", "name"), [("gateway", "metro"), ("gateway", ""), ("permissions", "")])
async def test_only_streams_gets_a_source(stage: Stage, service: str, name: str) -> None:
    caller = Caller(stage.keys, service, city.principal(name) if name else "")
    refusal = await caller.refused(
        stage.registry.listen, SEAL, sealing_for("relay-1", X25519PrivateKey.generate())
    )  # fmt: skip
    assert refusal.reason == "METHOD_NOT_EXPOSED"


async def test_a_camera_without_a_usable_key_or_place_is_refused(stage: Stage) -> None:
    streams = Caller(stage.keys, "streams")
    weak = facts.SealSourceRequest(camera=city.STREET, relay="relay-1", relay_public_key=bytes(32))
    assert isinstance(await streams.refused(stage.registry.listen, SEAL, weak), errors.InvalidArgument)
    absent = facts.SealSourceRequest(camera=city.NOWHERE, relay="relay-1", relay_public_key=bytes(32))
    assert (await streams.refused(stage.registry.listen, SEAL, absent)).reason == "CAMERA_NOT_ACCESSIBLE"


async def test_services_learn_facts_of_what_exists_without_its_source(stage: Stage) -> None:
    permissions = Caller(stage.keys, "permissions")
    request = facts.BatchGetCameraFactsRequest(names=[city.STREET, city.SECRET, city.NOWHERE, "nonsense"])
    answer = await permissions.ask(stage.registry.listen, FACTS, request)
    assert [(camera.name, camera.security_level) for camera in answer.cameras] == [(city.STREET, 2), (city.SECRET, 5)]
    assert not any(camera.HasField("source") for camera in answer.cameras)
    too_many = facts.BatchGetCameraFactsRequest(names=["x"] * 1001)
    assert isinstance(await permissions.refused(stage.registry.listen, FACTS, too_many), errors.InvalidArgument)


@pytest.mark.parametrize(
    "where",
    [
        {}, {"polygon": [{"latitude": 23.1, "longitude": 113.2}] * 2}, {"systems": ["operators/x/systems/y"] * 101},
        {"districts": ["440104"], "page_size": 1001}, {"districts": ["440104"], "page_token": "none of ours"},
    ],
)  # fmt: skip
async def test_cameras_are_told_of_a_place_only_and_never_of_everywhere(stage: Stage, where: Any) -> None:
    request = facts.ListCamerasWithinRequest(**where)
    permissions = Caller(stage.keys, "permissions")
    assert isinstance(await permissions.refused(stage.registry.listen, WITHIN, request), errors.InvalidArgument)


async def test_the_cameras_of_a_district_are_told_to_permissions_alone_without_their_sources(stage: Stage) -> None:
    request = facts.ListCamerasWithinRequest(districts=["440104"])
    answer = await Caller(stage.keys, "permissions").ask(stage.registry.listen, WITHIN, request)
    assert {camera.name for camera in answer.cameras} == set(city.CAMERAS)
    assert not any(camera.HasField("source") for camera in answer.cameras)
    for caller in (Caller(stage.keys, "streams"), Caller(stage.keys, "gateway", city.principal("police-guangzhou"))):
        assert (await caller.refused(stage.registry.listen, WITHIN, request)).reason == "METHOD_NOT_EXPOSED"


async def test_a_source_lies_nowhere_in_the_clear(stage: Stage) -> None:
    database = Path(stage.registry.database.removeprefix("sqlite+aiosqlite:///"))
    written = b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))
    assert city.STREET.encode() in written, "these are the files that hold the cameras"
    assert ADDRESS not in written
