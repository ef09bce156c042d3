"""A level-5 camera and a name that never existed give the same answer, byte for byte (Article 11)."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory

from demo.chapters import ahead, name_of
from demo.city import CAMERAS
from demo.platform import Platform
from kapok.audit.v1 import audit_service_pb2 as audit
from kapok.permissions.v1 import legal_basis_pb2, takeover_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.registry.v1 import camera_pb2
from kapok.registry.v1 import registry_service_pb2 as registry
from kapok.streams.v1 import session_pb2
from kapok.streams.v1 import streams_service_pb2 as streams
from services.chassis import errors

SECRET = next(camera for camera in CAMERAS if camera.level == 5)
NEVER = f"districts/{SECRET.district}/cameras/{SECRET.code[:-6]}987654"
STRANGERS = ("police-guangzhou", "police-yuexiu", "urban-guangzhou", "command-guangzhou", "metro-guangzhou",
             "informatization-guangzhou", "transport-guangzhou")  # fmt: skip

NOW, END = ahead(timedelta(0)), ahead(timedelta(hours=1))


def requests(camera: str) -> Iterator[Any]:
    """Every agency call that can name a camera."""
    yield registry.GetCameraRequest(name=camera)
    yield registry.UpdateCameraRequest(
        camera=camera_pb2.Camera(name=camera, purpose="other"), update_mask={"paths": ["purpose"]}
    )
    for action in ("ACTION_DESCRIBE", "ACTION_LIVE", "ACTION_COPY", "ACTION_CONTROL", "ACTION_TAKE_OVER"):
        yield permissions.CheckRequest(camera=camera, action=action)
        yield permissions.ExplainRequest(camera=camera, action=action)
    yield permissions.GetControlStateRequest(name=f"{camera}/controlState")
    yield streams.MoveCameraRequest(camera=camera, pan=0.1)
    for kind in ("KIND_LIVE", "KIND_COPY"):
        session = session_pb2.Session(camera=camera, kind=kind, purpose="PURPOSE_PUBLIC_ORDER")
        yield streams.OpenSessionRequest(session=session)
    officers = [legal_basis_pb2.Officer(display_name=f"{n}", certificate_number=f"{n}") for n in range(2)]
    basis = legal_basis_pb2.LegalBasis(
        number="1", officers=officers, cameras=[camera], start_time=NOW, end_time=END, purpose="theft",
        issuer="agencies/police-guangzhou",
    )  # fmt: skip
    yield permissions.RegisterLegalBasisRequest(legal_basis=basis)
    takeover = takeover_pb2.Takeover(camera=camera, reason="why not", end_time=END)
    yield permissions.RequestTakeoverRequest(takeover=takeover)


def answered(stage: Platform, principal: str, request: Any) -> tuple[Any, ...]:
    """Code, message, details and trailers as they come over the wire, the request's own id left out."""
    gateway = stage.gateway(principal)
    method = next(
        method
        for service in request.DESCRIPTOR.file.services_by_name.values()
        for method in service.methods
        if method.input_type is request.DESCRIPTOR
    )
    response = message_factory.GetMessageClass(method.output_type)
    call = gateway._channel().unary_unary(
        f"/{method.containing_service.full_name}/{method.name}", type(request).SerializeToString, response.FromString
    )
    try:
        return ("OK", call(request, timeout=10).SerializeToString(deterministic=True))
    except grpc.RpcError as error:
        trailers = {key: value for key, value in error.trailing_metadata() if key != "kapok-request-id"}
        return (error.code(), error.details(), trailers)


@pytest.mark.parametrize("principal", STRANGERS)
def test_no_call_tells_a_secret_camera_from_one_that_never_was(stage: Platform, principal: str) -> None:
    for secret, never in zip(requests(name_of(SECRET)), requests(NEVER), strict=True):
        one = repr(answered(stage, principal, secret)).replace(name_of(SECRET), NEVER)
        assert one == repr(answered(stage, principal, never)), type(secret).__name__


def test_lists_and_areas_of_strangers_hold_no_secret_camera(stage: Platform) -> None:
    for principal in STRANGERS:
        seen = [
            camera
            for page in stage.gateway(principal).pages(registry.ListCamerasRequest(parent="districts/-", page_size=100))
            for camera in page.cameras
        ]
        assert all(camera.security_level < 5 for camera in seen), principal


def test_national_security_and_the_operator_see_it(stage: Platform) -> None:
    for principal in ("security-guangzhou", SECRET.operator):
        camera = stage.ask(principal, registry.GetCameraRequest(name=name_of(SECRET)))
        assert camera.security_level == 5
        assert not camera.HasField("source"), "the source is write-only"


def test_a_look_at_a_secret_camera_is_in_the_sealed_book_only(stage: Platform) -> None:
    session = session_pb2.Session(
        camera=name_of(SECRET), kind="KIND_LIVE", purpose="PURPOSE_OPERATION_DUTY"
    )  # fmt: skip
    opened = stage.ask(SECRET.operator, streams.OpenSessionRequest(session=session)).session.name.encode()

    def is_in(book: str, reader: str) -> bool:
        request = audit.ListRecordsRequest(parent=f"books/{book}", page_size=100, newest_first=True)
        return any(opened in record.fact for record in stage.ask(reader, request).records)

    deadline_s = time.monotonic() + 10
    while not is_in("sealed", "security-guangzhou"):
        assert time.monotonic() < deadline_s, "not on record"
    assert not is_in("ordinary", "police-guangzhou")
    with pytest.raises(errors.Denied):
        is_in("sealed", "police-guangzhou")
