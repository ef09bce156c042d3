"""CheckBatch says of every camera what Check says, with papers, an incident and takeovers in force; nothing more."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from random import Random
from typing import Any

import pytest

from kapok.permissions.v1 import permissions_service_pb2 as pb
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.registry.v1 import camera_pb2, registry_service_pb2
from services.chassis import errors
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage

SEED = 20
NAMES = [f"districts/440104/cameras/44010400001320{n:06}" for n in range(100, 140)]
ABSENT = NAMES[::7]  # in no register
LEVELS = {name: 1 + n % 5 for n, name in enumerate(NAMES)}
EVERYBODY = ("police-guangzhou", "police-yuexiu", "security-guangzhou", "urban-yuexiu", "command-guangzhou-duty",
             "metro", "archive")  # fmt: skip
ACTIONS = ("DESCRIBE", "LIVE", "PLAYBACK", "COPY", "CONTROL", "TAKE_OVER")


@pytest.fixture
async def full(still: Stage) -> AsyncIterator[Stage]:
    """Services up, with a street of cameras of every level, half of them in the incident's block."""
    still.permissions.genesis_file.write_bytes(city.signed_genesis(still.organs, LEVELS))
    async with still.running():
        await still.register_cameras()
        for number, name in enumerate(NAMES):
            if name not in ABSENT:
                await _register(still, name, ("metro", "archive")[LEVELS[name] == 5], number)
        yield still


async def test_a_batch_says_of_each_camera_what_a_check_of_it_says(full: Stage) -> None:
    chance, grounds, seen = Random(SEED), await _grounds(full), set()
    for who in EVERYBODY:
        for action in chance.sample(ACTIONS, 2):
            given = grounds.get(who, {}) if chance.random() < 0.8 else {}
            cameras = [*chance.sample(NAMES, 25), city.SECRET, city.NOWHERE, city.TUNNEL]
            alone = await asyncio.gather(*(_alone(full, who, camera, action, given) for camera in cameras))
            named = await _batch(full, who, action, cameras=cameras, **given)
            assert [named.decisions[place] for place in named.decision_places] == alone, (who, action, given)
            assert _bits(named, len(cameras)) == [one.allowed for one in alone]
            snapshot = await _snapshot(full, who, cameras)
            packed = await _batch(full, who, action, snapshot=snapshot, **given)
            assert (packed.allowed, packed.number) == (named.allowed, named.number)
            assert packed.valid_until == named.valid_until
            numbers = [chance.randrange(len(cameras) + 2) for _ in range(30)]
            some = await _batch(full, who, action, snapshot=snapshot, numbers=numbers, **given)
            assert _bits(some, len(numbers)) == [n < len(alone) and alone[n].allowed for n in numbers]
            seen |= {(one.allowed, *one.conditions) for one in alone}
    told = {word for one in seen for word in one}
    assert {True, False, "papers", "incident", "holds-control", "held-by-other"} <= told, "nothing of it was in force"


async def test_hidden_and_absent_cameras_answer_in_the_same_bytes(stage: Stage) -> None:
    for who in ("police-guangzhou", "metro", "urban-yuexiu"):
        said = set()
        for camera in (city.SECRET, city.NOWHERE):
            snapshot = await _snapshot(stage, who, [camera, city.STREET])
            named = await _batch(stage, who, "DESCRIBE", cameras=[camera, city.STREET])
            packed = await _batch(stage, who, "DESCRIBE", snapshot=snapshot)
            said.add((named.SerializeToString(), packed.SerializeToString()))
            assert not _bits(packed, 2)[0]
        assert len(said) == 1


async def test_a_snapshot_follows_takeovers_and_new_cameras(full: Stage) -> None:
    papers = await full.papers("police-yuexiu", city.TUNNEL)
    snapshot = await _snapshot(full, "metro", [city.TUNNEL, ABSENT[1]])
    assert _bits(await _batch(full, "metro", "CONTROL", snapshot=snapshot), 2) == [True, False]
    taken = await full.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers)
    await _register(full, ABSENT[1], "metro", 1)
    assert _bits(await _batch(full, "metro", "CONTROL", snapshot=snapshot), 2) == [False, True]
    await full.ask("police-yuexiu", "ReleaseTakeover", takeovers.ReleaseTakeoverRequest(name=taken.name))
    assert _bits(await _batch(full, "metro", "CONTROL", snapshot=snapshot), 2) == [True, True]


async def test_wrong_batches_are_refused_by_field(stage: Stage) -> None:
    street, snapshot = [city.STREET], f"cameraSnapshots/{'0' * 36}"
    for fields, field in (
        ({}, "cameras"),
        ({"cameras": street, "snapshot": snapshot}, "cameras"),
        ({"cameras": street, "numbers": [0]}, "cameras"),
        ({"cameras": [city.STREET, "cameras/1"]}, "cameras[1]"),
        ({"cameras": street * 10_001}, "cameras"),
        ({"snapshot": "1"}, "snapshot"),
        ({"snapshot": snapshot, "numbers": [0] * 10_001}, "numbers"),
    ):
        with pytest.raises(errors.InvalidArgument) as refusal:
            await _batch(stage, "metro", "LIVE", **fields)
        assert [violation.field for violation in refusal.value.violations] == [field]
    with pytest.raises(errors.InvalidArgument, match="once"):
        await _snapshot(stage, "metro", street * 2)
    with pytest.raises(errors.NotFound, match="CreateCameraSnapshot"):
        await _batch(stage, "metro", "LIVE", snapshot=snapshot)


async def _grounds(stage: Stage) -> Mapping[str, dict[str, str]]:
    """Papers of police for some cameras, an incident over the block, takeovers by police and by command."""
    cameras = [name for name in NAMES if name not in ABSENT and LEVELS[name] < 5]
    papers = {who: await stage.papers(who, *cameras[:15]) for who in ("police-guangzhou", "police-yuexiu")}
    incident = await stage.incident("police-guangzhou", "command-guangzhou", "urban-yuexiu")
    for who, camera in (("police-guangzhou", cameras[0]), ("police-yuexiu", cameras[1]), ("police-yuexiu", cameras[2])):
        await stage.take_over(who, camera, legal_basis=papers[who])
    inside = next(name for name in cameras if NAMES.index(name) % 2)
    await stage.take_over("command-guangzhou-duty", inside, incident=incident)
    named = {who: {"legal_basis": name} for who, name in papers.items()}
    return named | {"command-guangzhou-duty": {"incident": incident}}


async def _alone(stage: Stage, who: str, camera: str, action: str, given: Mapping[str, str]) -> Any:
    """The decision of one camera; of one that is not accessible, what a batch says of it."""
    try:
        return await stage.check(who, camera, action, **given)
    except errors.Denied as refusal:
        if refusal.reason != "CAMERA_NOT_ACCESSIBLE":
            raise
    return (await _batch(stage, who, action, cameras=[city.NOWHERE])).decisions[0]


async def _batch(stage: Stage, who: str, action: str, **fields: Any) -> Any:
    return await stage.ask(who, "CheckBatch", pb.CheckBatchRequest(action=f"ACTION_{action}", **fields))


async def _snapshot(stage: Stage, who: str, cameras: list[str]) -> str:
    made = await stage.ask(who, "CreateCameraSnapshot", pb.CreateCameraSnapshotRequest(cameras=cameras))
    assert made.camera_count == len(cameras)
    return str(made.name)


def _bits(answer: Any, count: int) -> list[bool]:
    assert len(answer.allowed) == (count + 7) // 8
    return [bool(answer.allowed[n // 8] >> n % 8 & 1) for n in range(count)]


async def _register(stage: Stage, name: str, operator: str, number: int) -> None:
    """A camera of its operator's system; those of odd numbers stand inside the block."""
    camera = camera_pb2.Camera(
        code=name.rpartition("/")[2], display_name="camera", place="north exit", purpose="safety",
        place_category=1 + number % 13, premises="PREMISES_PUBLIC_AREA", system=await stage.system(operator),
        source={"stream_uri": "rtsp://127.0.0.1:1/one"},
        position={"latitude": city.INSIDE[0] if number % 2 else 23.15, "longitude": city.INSIDE[1]},
    )  # fmt: skip
    request = registry_service_pb2.CreateCameraRequest(parent="districts/440104", camera=camera)
    await stage.register(operator, "RegistryService.CreateCamera", request)
