"""What the registry refuses before it looks at it: strangers, hostile names, records that are too long."""

import base64
import json
from typing import Any

import pytest

from kapok.registry.v1 import registry_service_pb2
from kapok.registry.v1 import systems_service_pb2 as pb
from services.chassis import errors
from services.chassis.sealed_tokens import Tokens
from services.registry.vault import read_key
from tests.integration.registry.systems import papers, renamed, step
from tests.integration.registry.town import ABOVE, BANK, METRO, POLICE, SECURITY, YUEXIU, Town, code, creation, drawn

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATABASES = ("sqlite", "postgresql")
NAN = float("nan")
BOW: Any = [{"latitude": a, "longitude": b} for a, b in ((23.1, 113.1), (23.2, 113.2), (23.1, 113.2), (23.2, 113.1))]
TRANSITION = "SystemsService.TransitionCameraSystem"


async def test_only_the_operator_keeps_its_records_and_registers_in_its_systems(town: Town) -> None:
    name = await town.system(METRO, "guarded")
    for stranger in (POLICE, ABOVE, BANK, SECURITY):
        refusal = await town.refused(stranger, "SystemsService.UpdateCameraSystem", renamed(name))
        assert (refusal.reason, refusal.metadata["article"]) == ("NOT_PERMITTED", "Article 7")
        made = pb.CreateCameraSystemRequest(parent="operators/metro", camera_system=papers(), camera_system_id="theirs")
        assert (await town.refused(stranger, "SystemsService.CreateCameraSystem", made)).metadata[
            "article"
        ] == "Article 7"
        refusal = await town.refused(stranger, "RegistryService.CreateCamera", creation(drawn(name, town.serial())))
        assert refusal.metadata["article"] == "Article 7"


@pytest.mark.parametrize("reason", ["", " ", "a\nb", "a\x1b[31mb", "x" * 501, "zero\u200bwidth"])
async def test_a_step_without_a_reason_that_can_be_kept_is_refused(town: Town, reason: str) -> None:
    refusal = await town.refused(METRO, TRANSITION, step("operators/metro/systems/x", "BUILT", reason=reason))
    assert [one.field for one in refusal.violations] == ["reason"]


async def test_huge_and_hostile_records_are_refused_by_name_and_in_few_words(town: Town) -> None:
    crowd = papers(checks=[{} for _ in range(300_000)], staff=[{} for _ in range(100_000)])
    made = pb.CreateCameraSystemRequest(parent="operators/metro", camera_system=crowd, camera_system_id="crowd")
    refusal = await town.refused(METRO, "SystemsService.CreateCameraSystem", made)
    assert {one.field for one in refusal.violations} == {"camera_system.staff", "camera_system.checks"}
    entities: list[Any] = [{}] * 100_000
    many = pb.UpdateOperatorRequest(operator={"name": "operators/metro", "responsible_entities": entities})
    refusal = await town.refused(METRO, "SystemsService.UpdateOperator", many)
    assert [one.field for one in refusal.violations] == ["operator.responsible_entities"]
    far = papers(acceptance={"certificate_number": "A", "issuer": "B", "accept_time": {"seconds": 2**60}})
    made = pb.CreateCameraSystemRequest(parent="operators/metro", camera_system=far, camera_system_id="far")
    refusal = await town.refused(METRO, "SystemsService.CreateCameraSystem", made)
    assert [one.field for one in refusal.violations] == ["camera_system.acceptance.accept_time"]


@pytest.mark.parametrize("system", ["operators/metro/systems/\x00", "operators/metro/" + "x" * 300_000, "", "x"])
async def test_a_camera_of_a_system_whose_name_is_none_is_refused_for_that_field(town: Town, system: str) -> None:
    refusal = await town.refused(METRO, "RegistryService.CreateCamera", creation(drawn(system, town.serial())))
    if system.startswith("operators/metro/"):
        assert [one.field for one in refusal.violations] == ["camera.system"]
    else:
        assert refusal.metadata["article"] == "Article 7"


async def test_a_code_of_a_megabyte_is_refused_and_not_repeated(town: Town) -> None:
    camera = drawn("operators/bank/systems/x", 1)
    camera.code = code(1, YUEXIU) + "1" * 1_000_000
    refusal = await town.refused(METRO, "RegistryService.CreateCamera", creation(camera))
    assert (refusal.metadata["article"], refusal.metadata["camera"]) == ("Article 7", "")


LIST_TOKEN = "WyJ4IiwxMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDBd"
MEGABYTE = "x" * 1_000_000


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("filter.area.polygon.corners", {"filter": {"area": {"polygon": {"corners": [{}] * 1_000_000}}}}),
        (
            "filter.area.polygon.corners",
            {"filter": {"area": {"polygon": {"corners": [BOW[0], BOW[1], BOW[2], BOW[3]]}}}},
        ),
        (
            "filter.area.circle.radius_meters",
            {"filter": {"area": {"circle": {"center": BOW[0], "radius_meters": NAN}}}},
        ),
        (
            "filter.area.box.south_west",
            {"filter": {"area": {"box": {"south_west": {"latitude": NAN}, "north_east": {}}}}},
        ),
        ("filter.area", {"filter": {"area": {}}}),
        ("filter.text", {"filter": {"text": MEGABYTE}}),
        ("filter.systems", {"filter": {"systems": ["x"] * 101}}),
        ("filter.states", {"filter": {"states": [1] * 500_000}}),
        ("filter.districts", {"filter": {"districts": [MEGABYTE]}}),
        ("order_by", {"order_by": MEGABYTE}),
        ("page_size", {"page_size": -(2**31)}),
        ("page_token", {"page_token": MEGABYTE}),
        ("page_token", {"page_token": LIST_TOKEN, "order_by": "update_time"}),
        ("parent", {"parent": "districts/" + MEGABYTE}),
    ],
)
async def test_a_hostile_list_is_refused_by_its_field_in_few_words(town: Town, field: str, asked: Any) -> None:
    request = registry_service_pb2.ListCamerasRequest(**{"parent": "districts/-"} | asked)
    refusal = await town.refused(POLICE, "RegistryService.ListCameras", request)
    assert [one.field for one in refusal.violations][:1] == [field]
    assert len(refusal.message) < 2000


async def test_a_page_token_with_a_number_beyond_all_numbers_is_refused(town: Town) -> None:
    system = await town.system(METRO, "tokens")
    for _ in range(3):
        await town.camera(system)
    request = registry_service_pb2.ListCamerasRequest(parent="districts/-", order_by="update_time", page_size=1)
    token = (await town.by(POLICE)("RegistryService.ListCameras", request)).next_page_token
    tokens = Tokens("registry", read_key(town.stage.registry.credentials_key, "unix:here"))
    said = tokens.open("page_token", token)
    digest, _ = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    odd: tuple[Any, ...] = (10**30, 2**63, -(10**30), True, None, [], 1.5)
    for number in odd:
        forged = base64.urlsafe_b64encode(json.dumps([digest, number]).encode()).decode().rstrip("=")
        request.page_token = tokens.seal(forged)
        refusal = await town.refused(POLICE, "RegistryService.ListCameras", request)
        assert [one.field for one in refusal.violations] == ["page_token"], number


@pytest.mark.parametrize(
    "paths", [[], ["x" * 1_000_000], ["name"] * 100_000, ["source"], ["security_level"], ["state"]]
)
async def test_a_hostile_mask_is_refused_in_few_words(town: Town, paths: list[str]) -> None:
    if not town.told("registry.camera.created"):
        await town.camera(await town.system(METRO, "masked"))
    name = (await town.awaited("registry.camera.created")).camera
    request = registry_service_pb2.UpdateCameraRequest(camera={"name": name}, update_mask={"paths": paths})
    refusal = await town.refused(METRO, "RegistryService.UpdateCamera", request)
    assert isinstance(refusal, errors.InvalidArgument)
    assert len(refusal.message) < 2000
