"""The registry through the gateway: what is refused with which words, what a list shows, what a change may touch."""

from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.latlng_pb2 import LatLng

from demo.chapters import first_camera, name_of, opened
from demo.city import CAMERAS, TUNNEL_AREA, TUNNEL_CAMERAS, Camera
from demo.platform import Platform
from kapok.registry.v1 import bulk_service_pb2 as bulk
from kapok.registry.v1 import camera_filter_pb2, camera_pb2, system_pb2
from kapok.registry.v1 import changes_service_pb2 as changes
from kapok.registry.v1 import registry_service_pb2 as registry
from kapok.registry.v1 import systems_service_pb2 as systems
from services.chassis import errors

OPERATOR = "parks-guangzhou"
OWN = next(camera for camera in CAMERAS if camera.operator == OPERATOR)
SYSTEM = f"operators/{OPERATOR}/systems/main"


def draft(serial: int, **changes: Any) -> registry.CreateCameraRequest:
    """A sound camera of the operator, but for ``changes``."""
    fields: dict[str, Any] = {
        "code": f"{OWN.district}0001132{serial:07d}", "display_name": "公园北门", "premises": "PREMISES_ENTRANCE",
        "place_category": "PLACE_CATEGORY_PUBLIC_GATHERING", "place": "north gate", "purpose": "public order",
        "position": LatLng(latitude=OWN.latitude, longitude=OWN.longitude), "system": SYSTEM,
        "source": camera_pb2.Source(stream_uri="rtsp://127.0.0.1:9/x"),
    }  # fmt: skip
    return registry.CreateCameraRequest(
        parent=f"districts/{OWN.district}", camera=camera_pb2.Camera(**fields | changes)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": "123"}, "camera.code", "begins with 123"),
        ({"code": "440104"}, "camera.code", "20 digits"),
        ({"code": "4401040001132000000x"}, "camera.code", "20 digits"),
        ({"code": "44010400121320000001"}, "camera.code", "00 to 11 or 40 to 55"),
        ({"system": f"operators/{OPERATOR}/systems/none"}, "camera.system", "CreateCameraSystem"),
        ({"direction_degrees": 360}, "camera.direction_degrees", "0 ≤ d < 360"),
        ({"position": LatLng(latitude=91, longitude=113)}, "camera.position", ""),
        ({"position": LatLng(latitude=float("nan"), longitude=113)}, "camera.position", ""),
        ({"place_category": 14}, "camera.place_category", "thirteen"),
        ({"display_name": ""}, "camera.display_name", "required"),
        ({"display_name": "a\x00b"}, "camera.display_name", "control"),
        ({"source": camera_pb2.Source(stream_uri="http://x/")}, "camera.source", ""),
        ({"source": camera_pb2.Source(stream_uri="rtsp://u:p@127.0.0.1/x")}, "camera.source", ""),
    ],
)
def test_a_wrong_field_is_named_with_what_to_do(
    stage: Platform, changes: dict[str, Any], field: str, words: str
) -> None:  # fmt: skip
    with pytest.raises(errors.InvalidArgument) as refusal:
        stage.ask(OPERATOR, draft(9_000_001, **changes))
    [violation] = [v for v in refusal.value.violations if v.field.startswith(field)]
    assert words in violation.description


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"premises": "PREMISES_TOILET"}, "PLACE_OF_PRIVACY"),
        ({"place": "女更衣室"}, "PLACE_OF_PRIVACY"),
        ({"display_name_en": "hotel guest room 12"}, "PLACE_OF_PRIVACY"),
        ({"security_level": 1}, "LEVEL_IS_OUTPUT_ONLY"),
    ],
)
def test_what_the_law_forbids_is_refused_at_registration(
    stage: Platform, changes: dict[str, Any], reason: str
) -> None:  # fmt: skip
    with pytest.raises(errors.InvalidArgument) as refusal:
        stage.ask(OPERATOR, draft(9_000_002, **changes))
    assert refusal.value.reason == reason
    assert "Article" in f"{refusal.value.metadata}"


def test_nobody_registers_for_another_operator(stage: Platform) -> None:
    with pytest.raises(errors.Denied):
        stage.ask("metro-guangzhou", draft(9_000_003))
    with pytest.raises(errors.Denied):
        stage.ask("police-guangzhou", draft(9_000_003))


def test_a_change_needs_a_fresh_etag_and_keeps_to_the_law(stage: Platform) -> None:
    created = stage.ask(OPERATOR, draft(9_000_004))
    assert created.state == camera_pb2.LIFE_STATE_IN_SERVICE, "its system's"
    assert created.operator == f"agencies/{OPERATOR}"
    assert 1 <= created.security_level <= 4, "its level comes from the policy"
    assert not created.HasField("source")

    def update(path: str, **fields: Any) -> Any:
        camera = camera_pb2.Camera(name=created.name, etag=created.etag, **fields)
        return stage.ask(
            OPERATOR, registry.UpdateCameraRequest(camera=camera, update_mask=FieldMask(paths=[path]))
        )  # fmt: skip

    for reason, path, fields in (
        ("LEVEL_IS_OUTPUT_ONLY", "security_level", {"security_level": 1}),
        ("PLACE_OF_PRIVACY", "place", {"place": "inside the changing room"}),
        ("CHANGE_NEEDS_AUTHORISATION", "place", {"place": "south gate"}),
        ("CHANGE_NEEDS_AUTHORISATION", "purpose", {"purpose": "parking"}),
    ):
        with pytest.raises((errors.InvalidArgument, errors.Denied)) as refusal:
            update(path, **fields)
        assert refusal.value.reason == reason
    assert update("display_name", display_name="公园西门").display_name == "公园西门"
    with pytest.raises(errors.Aborted):
        update("display_name", display_name="公园东门")


def test_place_changes_when_the_police_of_the_district_approve_and_the_history_is_kept(stage: Platform) -> None:
    """Article 22."""
    created = stage.ask(OPERATOR, draft(9_000_006))
    change = changes.CameraChange(camera=created.name, reason="the gate was moved", place="south gate")
    asked = stage.ask(OPERATOR, changes.RequestCameraChangeRequest(camera_change=change))
    decide = changes.DecideCameraChangeRequest(name=asked.name, approved=True, reason="sound")
    for stranger in (OPERATOR, "police-tianhe", "urban-yuexiu"):
        with pytest.raises((errors.Denied, errors.NotFound)):
            stage.ask(stranger, decide)
    assert stage.ask(OPERATOR, registry.GetCameraRequest(name=created.name)).place == "north gate"
    assert stage.ask("police-yuexiu", decide).state == changes.CameraChange.STATE_APPROVED
    assert stage.ask(OPERATOR, registry.GetCameraRequest(name=created.name)).place == "south gate"
    before = registry.GetCameraRequest(name=created.name, as_of_time=created.update_time)
    assert stage.ask(OPERATOR, before).place == "north gate"
    told = stage.ask(OPERATOR, registry.ListCameraRevisionsRequest(parent=created.name)).revisions
    assert [(one.camera.place, one.cause) for one in told] == [
        ("south gate", asked.name), ("north gate", "registered"),
    ]  # fmt: skip


def test_a_retired_camera_stays_on_record(stage: Platform) -> None:
    created = stage.ask(OPERATOR, draft(9_000_007))
    retired = stage.ask(OPERATOR, registry.RetireCameraRequest(name=created.name, reason="replaced"))
    assert retired.state == camera_pb2.LIFE_STATE_RETIRED
    assert stage.ask(OPERATOR, registry.GetCameraRequest(name=created.name)) == retired
    with pytest.raises(errors.FailedPrecondition):
        stage.ask(OPERATOR, registry.RetireCameraRequest(name=created.name, reason="again"))
    [newest, _] = stage.ask(OPERATOR, registry.ListCameraRevisionsRequest(parent=created.name)).revisions
    assert "replaced" in newest.cause


def test_a_batch_is_registered_once_and_its_faults_are_told_by_row(stage: Platform) -> None:
    cameras = [draft(9_000_100 + n).camera for n in range(3)]
    cameras[1].premises = camera_pb2.PREMISES_BATHROOM
    gateway = stage.gateway(OPERATOR)

    def send(*, is_dry: bool) -> Any:
        requests = iter([bulk.ImportCamerasRequest(cameras=cameras, dry_run=is_dry)])
        [answer] = gateway.converse(bulk.ImportCamerasRequest, requests)
        assert [(fault.index, fault.reason, fault.article) for fault in answer.faults] == [
            (1, "PLACE_OF_PRIVACY", "Article 6 ¶2")
        ]
        return answer.created_count, answer.unchanged_count

    assert [send(is_dry=True), send(is_dry=False), send(is_dry=False)] == [(2, 0), (2, 0), (0, 2)]


def test_a_code_that_is_taken_looks_the_same_whoever_took_it(stage: Platform) -> None:
    """Code collision: an operator can't find state secrets by registering codes."""
    answers = set()
    for taken in (first_camera("440115", level=5), replace(first_camera("440115", level=1))):
        request = draft(1, code=taken.code)
        request.parent = f"districts/{taken.district}"
        with pytest.raises(errors.Error) as refusal:
            stage.ask(OPERATOR, request)
        told = {key: value for key, value in refusal.value.metadata.items() if key != "request"}
        requests = iter([bulk.ImportCamerasRequest(cameras=[request.camera], dry_run=True)])
        [tried] = stage.gateway(OPERATOR).converse(bulk.ImportCamerasRequest, requests)
        answers.add((type(refusal.value), refusal.value.message.replace(taken.code, ""), repr(told), repr(tried)))
    assert len(answers) == 1, answers


def test_pages_are_whole_and_do_not_overlap(stage: Platform) -> None:
    request = registry.ListCamerasRequest(parent="districts/-", page_size=7)
    pages = list(stage.gateway("police-yuexiu").pages(request))
    names = [camera.name for page in pages for camera in page.cameras]
    assert names == sorted(set(names))
    assert all(len(page.cameras) <= 7 for page in pages)
    whole = stage.ask("police-yuexiu", registry.ListCamerasRequest(parent="districts/-", page_size=1000)).cameras
    assert names == [camera.name for camera in whole]


def test_a_token_of_another_list_is_refused(stage: Platform) -> None:
    first = stage.ask("police-guangzhou", registry.ListCamerasRequest(parent="districts/-", page_size=1))
    other = registry.ListCamerasRequest(parent="districts/440104", page_size=1, page_token=first.next_page_token)
    with pytest.raises(errors.InvalidArgument):
        stage.ask("police-guangzhou", other)


def test_an_area_holds_what_is_inside_and_nothing_else(stage: Platform) -> None:
    corners = [LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in TUNNEL_AREA]
    area = camera_filter_pb2.Area(polygon=camera_filter_pb2.Polygon(corners=corners))
    request = registry.ListCamerasRequest(
        parent="districts/-", page_size=1000, filter=camera_filter_pb2.CameraFilter(area=area)
    )
    found = {camera.name for camera in stage.ask("police-guangzhou", request).cameras}
    assert found == {name_of(camera) for camera in TUNNEL_CAMERAS}


@pytest.mark.parametrize(("text", "names"), [("隧道", TUNNEL_CAMERAS), ("yanjiang north", TUNNEL_CAMERAS[:22])])
def test_words_are_found_in_chinese_and_english(stage: Platform, text: str, names: tuple[Camera, ...]) -> None:
    request = registry.ListCamerasRequest(
        parent="districts/440104", page_size=1000, filter=camera_filter_pb2.CameraFilter(text=text)
    )
    found = {camera.name for camera in stage.ask("police-yuexiu", request).cameras}
    assert found == {name_of(camera) for camera in names}


def planned(stage: Platform, identifier: str) -> str:
    """A system of the operator's without any paper."""
    request = systems.CreateCameraSystemRequest(
        parent=f"operators/{OPERATOR}", camera_system_id=identifier,
        camera_system=system_pb2.CameraSystem(display_name="公园"),
    )  # fmt: skip
    return str(stage.ask(OPERATOR, request).name)


def test_a_camera_that_is_not_accepted_is_not_relayed(stage: Platform) -> None:
    """Articles 8 and 10: the operator itself is refused until the acceptance is on record."""
    created = stage.ask(OPERATOR, draft(9_000_005, system=planned(stage, "not-accepted")))
    assert created.state == camera_pb2.LIFE_STATE_PLANNED
    camera = replace(OWN, code=created.code)
    with pytest.raises(errors.Error) as refusal:
        opened(stage, OPERATOR, camera, purpose="PURPOSE_OPERATION_DUTY")
    assert "Article" in f"{refusal.value.message}{refusal.value.metadata}"
