"""A level-5 camera and a name that never existed give the same answer, byte for byte (Article 11).

So do the system that holds it, an operator that has nothing else, and a change request about it.
"""

import importlib
import json
import uuid
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory

from demo.chapters import first_camera, name_of
from demo.platform import Platform
from kapok.annotations.v1 import exposure_pb2
from kapok.audit.v1 import findings_service_pb2 as findings
from kapok.registry.v1 import bulk_service_pb2 as bulk
from kapok.registry.v1 import camera_filter_pb2, camera_pb2, system_pb2
from kapok.registry.v1 import changes_service_pb2 as changes
from kapok.registry.v1 import health_service_pb2 as health
from kapok.registry.v1 import registry_service_pb2 as registry
from kapok.registry.v1 import systems_service_pb2 as systems
from kapok.streams.v1 import session_pb2
from kapok.streams.v1 import streams_service_pb2 as streams
from services.chassis import errors
from tests.e2e import naming
from tests.e2e.ledger import newest
from tests.e2e.naming import HERE, NEVER, NO_OPERATOR, NO_SYSTEM, OPERATOR, SEALED, SECRET
from tests.e2e.test_rest import ask
from tests.eventually import wait
from tests.house.tree import ROOT

STRANGERS = ("police-guangzhou", "police-nansha", "police-yuexiu", "urban-guangzhou", "command-guangzhou",
             "metro-guangzhou", "informatization-guangzhou", "transport-guangzhou")  # fmt: skip


def method_of(request: Any) -> Any:
    """The method that takes the request."""
    return next(
        method
        for service in request.DESCRIPTOR.file.services_by_name.values()
        for method in service.methods
        if method.input_type is request.DESCRIPTOR
    )


def answered(stage: Platform, principal: str, request: Any) -> tuple[Any, ...]:
    """Code, message, details and trailers as they come over the wire, the request's own id left out."""
    method = method_of(request)
    shape = "_".join(
        "stream" if streams_it else "unary" for streams_it in (method.client_streaming, method.server_streaming)
    )
    call = getattr(stage.gateway(principal)._channel(), shape)(
        f"/{method.containing_service.full_name}/{method.name}",
        type(request).SerializeToString,
        message_factory.GetMessageClass(method.output_type).FromString,
    )
    sent = iter([request]) if method.client_streaming else request
    try:
        said = call(sent, timeout=10)
        said = list(said) if method.server_streaming else [said]
        return ("OK", [one.SerializeToString(deterministic=True) for one in said])
    except grpc.RpcError as error:
        trailers = {key: value for key, value in error.trailing_metadata() if key != "kapok-request-id"}
        return (error.code(), error.details(), trailers)


def tell_apart(stage: Platform, principal: str, secret: Any, never: Any, *names: tuple[str, str]) -> str:
    """What differs between the two answers, each pair of ``names`` taken for one; empty when nothing does."""
    one, other = (repr(answered(stage, principal, request)) for request in (secret, never))
    for name, absent in names:
        one = one.replace(name, absent)
    return "" if one == other else f"{type(secret).__name__} tells {principal}: {one} instead of {other}"


@pytest.fixture(scope="module")
def secret_change(stage: Platform) -> str:
    """A change request about the secret camera, open while the module runs."""
    asked = changes.CameraChange(camera=name_of(SECRET), reason="rebuilt", place="west gate")
    answer = stage.ask(SECRET.operator, changes.RequestCameraChangeRequest(camera_change=asked))
    return str(answer.name)


@pytest.fixture(scope="module")
def entered_operator(stage: Platform) -> None:
    """The operator's record is there to be found."""
    entity = system_pb2.ResponsibleEntity(display_name="the institute", role="ROLE_OWNER")
    record = system_pb2.Operator(name=OPERATOR, display_name="研究所", responsible_entities=[entity])
    stage.ask(SECRET.operator, systems.UpdateOperatorRequest(operator=record))


def agency_methods() -> set[str]:
    """Every method that agencies may call, as the protos have it."""
    found = set()
    for path in (ROOT / "proto/kapok").rglob("*_service.proto"):
        module = f"{path.relative_to(ROOT / 'proto').with_suffix('')}_pb2".replace("/", ".")
        for service in importlib.import_module(module).DESCRIPTOR.services_by_name.values():
            found |= {
                method.full_name
                for method in service.methods
                if method.GetOptions().Extensions[exposure_pb2.exposure] == exposure_pb2.EXPOSURE_AGENCY
            }
    return found


def test_every_agency_call_is_tried_or_it_is_written_down_why_not() -> None:
    tried = {method_of(request).full_name for request in naming.everything()}
    assert tried.isdisjoint(naming.ELSEWHERE), "tried after all: take it out of ELSEWHERE"
    assert agency_methods() == tried | naming.ELSEWHERE.keys(), "a new call: yield it in tests/e2e/naming.py"


@pytest.mark.parametrize("principal", STRANGERS)
def test_over_http_a_secret_is_a_name_that_never_was_too(stage: Platform, principal: str) -> None:
    for path in ("/v1/{}", "/v1/{}/controlState", "/v1/{}/revisions", "/v1/{}/uses", "/v1/{}/sessions"):
        status, said = ask(stage, principal, path.format(name_of(SECRET)))
        text = json.dumps(said).replace(name_of(SECRET), NEVER).replace(SECRET.code, NEVER.rpartition("/")[2])
        never = ask(stage, principal, path.format(NEVER))
        assert (status, text) == (never[0], json.dumps(never[1]))
        assert status >= 400


@pytest.mark.parametrize("principal", STRANGERS)
@pytest.mark.usefixtures("secret_change")
def test_no_call_tells_a_secret_camera_from_one_that_never_was(stage: Platform, principal: str) -> None:
    pairs = ((name_of(SECRET), NEVER), (SECRET.code, NEVER.rpartition("/")[2]))
    for calls in (naming.of_cameras, naming.of_rights, naming.of_grounds):
        for secret, never in zip(calls(name_of(SECRET)), calls(NEVER), strict=True):
            assert not tell_apart(stage, principal, secret, never, *pairs)


@pytest.mark.parametrize("principal", STRANGERS)
def test_no_call_tells_a_sealed_system_from_one_that_never_was(stage: Platform, principal: str) -> None:
    for secret, never in zip(naming.of_systems(SEALED), naming.of_systems(NO_SYSTEM), strict=True):
        assert not tell_apart(stage, principal, secret, never, (SEALED, NO_SYSTEM))


@pytest.mark.parametrize("principal", STRANGERS)
def test_no_call_tells_a_place_with_a_secret_from_one_without(stage: Platform, principal: str) -> None:
    for secret, never in zip(naming.of_places(HERE), naming.of_places(naming.NOTHING_THERE), strict=True):
        assert not tell_apart(stage, principal, secret, never)


@pytest.mark.parametrize("principal", STRANGERS)
@pytest.mark.usefixtures("entered_operator")
def test_no_call_tells_an_operator_of_secrets_from_one_that_never_was(stage: Platform, principal: str) -> None:
    for secret, never in zip(naming.of_operators(OPERATOR), naming.of_operators(NO_OPERATOR), strict=True):
        assert not tell_apart(stage, principal, secret, never, (SECRET.operator, NO_OPERATOR.partition("/")[2]))


@pytest.mark.parametrize("principal", STRANGERS)
def test_no_call_tells_a_request_about_a_secret_from_one_that_never_was(
    stage: Platform, principal: str, secret_change: str
) -> None:
    absent = f"cameraChanges/{uuid.uuid4()}"
    for secret, never in zip(naming.of_changes(secret_change), naming.of_changes(absent), strict=True):
        assert not tell_apart(stage, principal, secret, never, (secret_change, absent))


@pytest.mark.parametrize("principal", STRANGERS)
def test_finding_by_words_place_or_level_finds_no_secret(stage: Platform, principal: str) -> None:
    circle = camera_filter_pb2.Circle(center=HERE, radius_meters=100)
    for chosen in (
        camera_filter_pb2.CameraFilter(text=SECRET.name_zh),
        camera_filter_pb2.CameraFilter(security_levels=[5]),
        camera_filter_pb2.CameraFilter(area=camera_filter_pb2.Area(circle=circle)),
    ):
        request = registry.ListCamerasRequest(parent="districts/-", filter=chosen)
        assert not stage.ask(principal, request).cameras
        assert not list(stage.gateway(principal).stream(bulk.ExportCamerasRequest(filter=chosen)))


@pytest.mark.parametrize("principal", STRANGERS)
def test_a_count_is_of_what_a_list_holds(stage: Platform, principal: str) -> None:
    pages = stage.gateway(principal).pages(registry.ListCamerasRequest(parent="districts/-", page_size=100))
    listed = sum(len(page.cameras) for page in pages)
    count = stage.ask(principal, registry.CountCamerasRequest())
    exported = stage.gateway(principal).stream(bulk.ExportCamerasRequest())
    assert count.total_size == listed == sum(len(answer.cameras) for answer in exported)
    facets = {facet.field: {value.value: value.count for value in facet.values} for facet in count.facets}
    assert {sum(values.values()) for values in facets.values()} <= {listed}
    assert "5" not in facets["security_level"]
    assert f"agencies/{SECRET.operator}" not in facets["operator"]


@pytest.mark.usefixtures("secret_change", "entered_operator")
def test_lists_beside_cameras_hold_nothing_of_a_secret(stage: Platform) -> None:
    """Systems, requests, alarms and findings: as those who see them all have them."""
    for principal in STRANGERS:
        for request in (
            systems.ListCameraSystemsRequest(parent="operators/-", page_size=1000),
            changes.ListCameraChangesRequest(page_size=1000),
            health.ListAlarmsRequest(page_size=1000),
            findings.ListFindingsRequest(page_size=1000, include_resolved=True),
        ):
            try:
                said = stage.ask(principal, request).SerializeToString()
            except errors.Denied:
                continue  # who supervises nothing has no such list
            assert SECRET.operator.encode() not in said
            assert SECRET.code.encode() not in said


def test_lists_and_areas_of_strangers_hold_no_secret_camera(stage: Platform) -> None:
    for principal in STRANGERS:
        seen = [
            camera
            for page in stage.gateway(principal).pages(registry.ListCamerasRequest(parent="districts/-", page_size=100))
            for camera in page.cameras
        ]
        assert all(camera.security_level < 5 for camera in seen), principal


def test_a_watcher_hears_nothing_of_a_secrets_change(stage: Platform) -> None:
    """Neither the camera nor an empty answer whose token went on."""
    ordinary = first_camera("440104", level=1)
    watch = stage.gateway("police-guangzhou").stream(registry.WatchCamerasRequest())
    assert not next(watch).cameras, "from now on"
    for camera in (SECRET, ordinary):
        draft = camera_pb2.Camera(name=name_of(camera), display_name_en=camera.name_en)
        change = registry.UpdateCameraRequest(camera=draft, update_mask={"paths": ["display_name_en"]})
        stage.ask(camera.operator, change)
    assert [camera.name for camera in next(watch).cameras] == [name_of(ordinary)]


def test_national_security_and_the_operator_see_it(stage: Platform) -> None:
    for principal in ("security-guangzhou", SECRET.operator):
        camera = stage.ask(principal, registry.GetCameraRequest(name=name_of(SECRET)))
        assert camera.security_level == 5
        assert not camera.HasField("source"), "the source is write-only"


def test_a_look_at_a_secret_camera_is_in_the_sealed_book_only(stage: Platform) -> None:
    session = session_pb2.Session(
        camera=name_of(SECRET), kind="KIND_LIVE", purpose="PURPOSE_OPERATION_DUTY"
    )  # fmt: skip
    opened = stage.ask(SECRET.operator, streams.OpenSessionRequest(session=session)).session.name
    wait(lambda: opened in {fact.session for fact in newest(stage, "sealed", "security-guangzhou")})
    assert not [fact for fact in newest(stage) if opened.encode() in fact.SerializeToString()]
    with pytest.raises(errors.Denied):
        newest(stage, "sealed")
