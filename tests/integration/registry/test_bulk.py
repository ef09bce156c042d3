"""Many cameras at once, in and out: faults row by row, nothing twice, nothing half, and facts that fit the bus."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest

from kapok.registry.v1 import bulk_service_pb2 as pb
from kapok.registry.v1 import camera_pb2, registry_service_pb2
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.registry.systems import papers
from tests.integration.registry.town import (
    ABOVE,
    ARCHIVE,
    BANK,
    ELSEWHERE,
    FINANCE,
    METRO,
    POLICE,
    SECRET_PLACE,
    TIANHE,
    URBAN,
    YUEXIU,
    Town,
    code,
    creation,
    drawn,
    name_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
IMPORT, EXPORT, CREATE = "BulkService.ImportCameras", "BulkService.ExportCameras", "RegistryService.CreateCamera"
IMPORTED = "registry.cameras.imported"
PRIVATE, LEVEL = "PLACE_OF_PRIVACY", "LEVEL_IS_OUTPUT_ONLY"
MOST_BYTES = 900 * 1024


async def imported(town: Town, agency: str, cameras: Sequence[camera_pb2.Camera], *, dry: bool = False) -> Any:
    """What became of one batch."""
    async with town.stream(agency, IMPORT) as call:
        await call.write(pb.ImportCamerasRequest(cameras=cameras, dry_run=dry))
        answer = await call.read()
        await call.done_writing()
        return answer


async def total(town: Town, agency: str, system: str) -> int:
    request = registry_service_pb2.CountCamerasRequest(filter={"systems": [system]})
    return int((await town.by(agency)("RegistryService.CountCameras", request)).total_size)


def batches(town: Town, kind: str, system: str) -> list[tuple[Any, list[str]]]:
    """The facts of that kind about cameras of the system, each with the names of its cameras."""
    found = []
    for fact in town.told(kind):
        batch = camera_pb2.CameraBatch.FromString(fact.snapshot.value)
        if batch.cameras[0].system == system:
            found.append((fact, [camera.name for camera in batch.cameras]))
    return found


async def test_a_batch_of_a_thousand_is_answered_before_the_next_is_sent_and_is_one_fact(town: Town) -> None:
    system = await town.system(METRO, "thousands")
    sent = [[drawn(system, town.serial()) for _ in range(1000)] for _ in range(2)]
    async with town.stream(METRO, IMPORT) as call:
        for batch in sent:
            await call.write(pb.ImportCamerasRequest(cameras=batch))
            answer = await call.read()
            assert (answer.created_count, answer.unchanged_count, len(answer.faults)) == (1000, 0, 0)
    assert await total(town, METRO, system) == 2000
    await eventually(lambda: len(batches(town, IMPORTED, system)) == 2)
    names = [[f"districts/{YUEXIU}/cameras/{camera.code}" for camera in batch] for batch in sent]
    assert [told for _, told in batches(town, IMPORTED, system)] == names
    assert all(fact.principal == "principals/metro" and fact.rule for fact, _ in batches(town, IMPORTED, system))


async def test_the_same_batch_again_is_unchanged_and_tells_nothing(town: Town) -> None:
    system = await town.system(METRO, "again")
    cameras = [drawn(system, town.serial()) for _ in range(50)]
    assert (await imported(town, METRO, cameras)).created_count == 50
    await eventually(lambda: batches(town, IMPORTED, system))
    answer = await imported(town, METRO, [*cameras, drawn(system, town.serial())])
    assert (answer.created_count, answer.unchanged_count, len(answer.faults)) == (1, 50, 0)
    marker = await town.camera(system)
    await town.awaited("registry.camera.created", marker.name)
    assert len(batches(town, IMPORTED, system)) == 1


async def test_each_broken_row_is_told_with_field_reason_and_article_and_the_others_are_registered(town: Town) -> None:
    system, bare = await town.system(METRO, "mixed"), await town.system(METRO, "bare", papers(password_exclusion=None))
    there = await town.camera(system)
    twice = town.serial()
    rows: list[tuple[camera_pb2.Camera, str, str, str]] = [
        (drawn(system, town.serial()), "", "", ""),
        (drawn(system, town.serial(), place="", purpose="a\x00b"), "FIELD_INVALID", "camera.place", ""),
        (
            drawn(system, town.serial(), premises="PREMISES_TOILET"),
            "PLACE_OF_PRIVACY",
            "camera.premises",
            "Article 6 ¶2",
        ),
        (
            drawn(system, town.serial(), security_level=1),
            "LEVEL_IS_OUTPUT_ONLY",
            "camera.security_level",
            "Article 14 ¶2",
        ),
        (drawn("operators/bank/systems/x", town.serial()), "NOT_PERMITTED", "", "Article 7"),
        (drawn("operators/metro/systems/no", town.serial()), "FIELD_INVALID", "camera.system", ""),
        (drawn(bare, town.serial(), place_category=FINANCE), "SYSTEM_INCOMPLETE", "", "Article 6 ¶3"),
        (drawn(system, town.serial(), place_category=SECRET_PLACE), "STATE_WRONG", "", "Article 11"),
        (drawn(system, twice), "", "", ""),
        (drawn(system, twice, display_name="the other"), "ROW_DUPLICATE", "", ""),
        (drawn(system, int(there.code[-6:]), display_name="the other"), "RESOURCE_EXISTS", "", ""),
        (drawn(system, town.serial(), direction_degrees=float("nan")), "FIELD_INVALID", "camera.direction_degrees", ""),
        (drawn(system, town.serial(), position={"latitude": float("inf")}), "FIELD_INVALID", "camera.position", ""),
        (drawn(system, town.serial(), mounting=99), "FIELD_INVALID", "camera.mounting", ""),
        (drawn(system, town.serial(), code="4401"), "FIELD_INVALID", "camera.code", ""),
        (camera_pb2.Camera(), "NOT_PERMITTED", "", "Article 7"),
        (drawn(system, town.serial()), "", "", ""),
    ]
    await town.camera(bare)
    answer = await imported(town, METRO, [row[0] for row in rows])
    told = {fault.index: fault for fault in answer.faults}
    assert sorted(told) == [index for index, row in enumerate(rows) if row[1]]
    for index, (_, reason, field, article) in enumerate(rows):
        if reason:
            fault = told[index]
            assert (fault.reason, fault.article) == (reason, article), index
            assert [one.field for one in fault.fields][:1] == ([field] if field else []), index
            assert fault.message
    assert {one.field for one in told[1].fields} == {"camera.place", "camera.purpose"}, "every wrong field at once"
    assert answer.created_count == 3


async def test_another_s_code_is_refused_in_the_words_for_a_hidden_one(town: Town) -> None:
    plain = await town.camera(await town.system(METRO, "open"))
    secret = await town.camera(await town.system(ARCHIVE, "closed"), place_category=SECRET_PLACE)
    mine = await town.system(BANK, "branch")
    rows = [drawn(mine, int(one.code[-6:])) for one in (plain, secret)]
    first, second = (await imported(town, BANK, rows)).faults
    assert (first.reason, first.message, first.article) == (second.reason, second.message, second.article)
    assert not {plain.code, secret.code} & set((first.message + second.message).split("/"))
    alone = [await town.refused(BANK, CREATE, creation(row)) for row in rows]
    assert alone[0].message == alone[1].message == first.message
    assert alone[0].metadata == alone[1].metadata


async def test_a_code_that_stands_twice_has_the_level_of_each_row_s_own_place(town: Town) -> None:
    system, serial = await town.system(METRO, "levels"), town.serial()
    rows = [drawn(system, serial, place_category="PLACE_CATEGORY_MEDIA_AND_UTILITIES"), drawn(system, serial)]
    answer = await imported(town, METRO, rows)
    assert [fault.index for fault in answer.faults] == [1]
    assert (await town.get(METRO, name_of(serial))).security_level == 4


async def test_a_dry_run_says_what_would_be_and_leaves_no_trace(town: Town) -> None:
    system = await town.system(METRO, "dry")
    serial = town.serial()
    cameras = [drawn(system, serial), drawn(system, serial), drawn(system, town.serial(), place="")]
    answer = await imported(town, METRO, cameras, dry=True)
    assert (answer.created_count, [fault.index for fault in answer.faults]) == (1, [1, 2])
    assert await total(town, METRO, system) == 0
    assert (await town.refused(METRO, "RegistryService.GetCamera", _get(serial))).reason == "CAMERA_NOT_ACCESSIBLE"
    marker = await town.camera(system)
    await town.awaited("registry.camera.created", marker.name)
    assert not batches(town, IMPORTED, system)
    assert (await imported(town, METRO, cameras)).created_count == 1


def _get(serial: int) -> registry_service_pb2.GetCameraRequest:
    return registry_service_pb2.GetCameraRequest(name=name_of(serial))


async def test_facts_fit_the_bus_with_the_longest_texts_and_secrets_travel_apart(town: Town) -> None:
    plain, secret = await town.system(ARCHIVE, "texts"), await town.system(ARCHIVE, "secret-texts")
    longest = {"display_name": "名" * 200, "display_name_en": "名" * 200, "place": "地" * 200, "purpose": "用" * 500}
    cameras = [drawn(plain, town.serial(), **longest) for _ in range(900)]
    cameras += [drawn(secret, town.serial(), place_category=SECRET_PLACE, **longest) for _ in range(100)]
    assert (await imported(town, ARCHIVE, cameras)).created_count == 1000

    def heard(system: str) -> list[str]:
        return list(chain.from_iterable(names for _, names in batches(town, IMPORTED, system)))

    await eventually(lambda: (len(heard(plain)), len(heard(secret))) == (900, 100))
    for system, is_sealed in ((plain, False), (secret, True)):
        for fact, names in batches(town, IMPORTED, system):
            assert fact.ByteSize() <= MOST_BYTES
            assert len(names) <= 1000
            assert fact.is_sealed is is_sealed
            assert {one.system for one in camera_pb2.CameraBatch.FromString(fact.snapshot.value).cameras} == {system}


@pytest.mark.parametrize("count", [0, 1001])
async def test_an_empty_batch_or_one_too_large_is_refused(town: Town, count: int) -> None:
    with pytest.raises(errors.InvalidArgument) as refusal:
        await imported(town, METRO, [camera_pb2.Camera()] * count)
    assert [one.field for one in refusal.value.violations] == ["cameras"]


async def test_who_disappears_in_mid_stream_leaves_whole_batches(town: Town) -> None:
    system = await town.system(METRO, "gone")
    sent = [[drawn(system, town.serial()) for _ in range(200)] for _ in range(6)]
    async with town.stream(METRO, IMPORT) as call:
        for batch in sent:
            await call.write(pb.ImportCamerasRequest(cameras=batch))
        await call.read()
    marker = await town.camera(system)  # behind whatever was under way
    there = await total(town, METRO, system) - 1
    assert marker.name
    assert there % 200 == 0
    assert there >= 200, "what was answered is there"
    answers = [await imported(town, METRO, batch) for batch in sent]
    assert sum(answer.unchanged_count for answer in answers) >= there
    assert await total(town, METRO, system) == 1201


async def test_an_export_is_what_the_lists_show_to_each_who_asks(town: Town) -> None:
    system, secret = await town.system(METRO, "export"), await town.system(ARCHIVE, "export")
    await imported(town, METRO, [drawn(system, town.serial()) for _ in range(520)])
    await town.camera(system, TIANHE)
    await town.camera(system, place_category="PLACE_CATEGORY_MEDIA_AND_UTILITIES")
    await town.camera(secret, place_category=SECRET_PLACE)
    wanted: Any = {"systems": [system, secret]}
    for agency, count in ((METRO, 522), (ABOVE, 522), (POLICE, 521), (ELSEWHERE, 1), (URBAN, 520), (ARCHIVE, 1)):
        async with town.stream(agency, EXPORT, pb.ExportCamerasRequest(filter=wanted)) as call:
            pages = [list(answer.cameras) async for answer in call]
        assert all(len(page) <= 500 for page in pages)
        exported = list(chain.from_iterable(pages))
        listed: list[Any] = []
        token = ""
        while True:
            request = registry_service_pb2.ListCamerasRequest(
                parent="districts/-", filter=wanted, page_size=300, page_token=token
            )
            answer = await town.by(agency)("RegistryService.ListCameras", request)
            listed += answer.cameras
            token = answer.next_page_token
            if not token:
                break
        assert exported == listed, agency
        assert len(exported) == count, agency


async def test_two_hundred_creations_at_once_are_each_answered_rightly(town: Town) -> None:
    systems = {METRO: await town.system(METRO, "rush"), BANK: await town.system(BANK, "rush")}
    shared, own = [town.serial() for _ in range(20)], {name: [town.serial() for _ in range(60)] for name in systems}
    wanted = [(name, serial) for name in systems for serial in (*own[name], *shared, *shared)]
    assert len(wanted) == 200

    async def create(name: str, serial: int) -> Any:
        try:
            return await town.by(name)(CREATE, creation(drawn(systems[name], serial)))
        except errors.Error as refusal:
            return refusal

    outcomes = await asyncio.gather(*(create(name, serial) for name, serial in wanted))
    made = {outcome.code: outcome for outcome in outcomes if not isinstance(outcome, errors.Error)}
    assert len(made) == sum(not isinstance(outcome, errors.Error) for outcome in outcomes) == 140, "no code twice"
    for (name, serial), outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome, errors.Error):
            is_own = made[code(serial)].operator == f"agencies/{name}"
            assert outcome.reason == ("RESOURCE_EXISTS" if is_own else "NOT_PERMITTED")

    def told() -> list[str]:
        return [fact.camera for fact in town.told("registry.camera.created") if fact.camera[-20:] in made]

    await eventually(lambda: len(told()) >= 140)
    assert sorted(told()) == sorted(f"districts/{YUEXIU}/cameras/{one}" for one in made)
