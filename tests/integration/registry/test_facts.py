"""The registry among its neighbours: who may ask it for what, and what it tells the bus."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import camera_facts_service_pb2 as facts
from kapok.registry.v1 import camera_pb2
from services.chassis import errors, sealing
from services.registry.rpc import SOURCE_PURPOSE
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, built

SERVICE = "kapok.registry.v1.CameraFactsService"
ADDRESS = b"rtsp://127.0.0.1:1/one"


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A folder short enough for unix sockets."""
    with TemporaryDirectory(prefix="kapok-") as folder:
        yield Path(folder)


@pytest.fixture
async def stage(tmp_path: Path, sockets: Path) -> AsyncIterator[Stage]:
    async with built(tmp_path, sockets) as stage, stage.running():
        await stage.register_cameras()
        yield stage


def sealing_for(relay: str, key: X25519PrivateKey, camera: str = city.STREET) -> facts.SealSourceRequest:
    public = key.public_key().public_bytes_raw()
    return facts.SealSourceRequest(camera=camera, relay=relay, relay_public_key=public)


async def test_a_source_leaves_sealed_to_its_relay(stage: Stage) -> None:
    key = X25519PrivateKey.generate()
    answer = await stage.call("streams", "", f"{SERVICE}.SealSource", sealing_for("relay-1", key))
    context = sealing.context(SOURCE_PURPOSE, "relay-1", city.STREET)
    opened = sealing.open_(key.private_bytes_raw(), answer.sealed_source, context)
    assert camera_pb2.Source.FromString(opened).stream_uri.encode() == ADDRESS
    with pytest.raises(errors.Denied):
        other = sealing.context(SOURCE_PURPOSE, "relay-2", city.STREET)
        sealing.open_(key.private_bytes_raw(), answer.sealed_source, other)


@pytest.mark.parametrize(("service", "who"), [("gateway", "metro"), ("gateway", ""), ("permissions", ""), ("audit", "")])
async def test_only_streams_gets_a_source(stage: Stage, service: str, who: str) -> None:
    request = sealing_for("relay-1", X25519PrivateKey.generate())
    with pytest.raises(errors.Denied) as refusal:
        await stage.call(service, city.principal(who) if who else "", f"{SERVICE}.SealSource", request)
    assert refusal.value.reason == "METHOD_NOT_EXPOSED"


async def test_services_learn_facts_of_what_exists_without_its_source(stage: Stage) -> None:
    request = facts.BatchGetCameraFactsRequest(names=[city.STREET, city.SECRET, city.NOWHERE, "nonsense"])
    answer = await stage.call("permissions", "", f"{SERVICE}.BatchGetCameraFacts", request)
    assert [(camera.name, camera.security_level) for camera in answer.cameras] == [(city.STREET, 2), (city.SECRET, 5)]
    assert not any(camera.HasField("source") for camera in answer.cameras)
    for names, expected in ((["x"] * 1001, errors.InvalidArgument), ([], None)):
        request = facts.BatchGetCameraFactsRequest(names=names)
        if expected:
            with pytest.raises(expected):
                await stage.call("permissions", "", f"{SERVICE}.BatchGetCameraFacts", request)
        else:
            assert not (await stage.call("permissions", "", f"{SERVICE}.BatchGetCameraFacts", request)).cameras


async def test_a_source_is_neither_in_the_database_nor_in_a_fact(stage: Stage) -> None:
    path = Path(stage.registry.database.removeprefix("sqlite+aiosqlite:///"))
    with sqlite3.connect(path) as records:
        for [locked] in records.execute("SELECT locked_source FROM cameras"):
            assert ADDRESS not in locked
        payloads = [payload for [payload] in records.execute("SELECT payload FROM outbox")]
    assert all(ADDRESS not in payload for payload in payloads)
    assert all(not fact_pb2.Fact.FromString(p).snapshot.value.count(b"rtsp") for p in payloads)
    for suffix in ("", "-wal"):
        assert ADDRESS not in path.with_name(path.name + suffix).read_bytes()
    records.close()
