"""The registry's gRPC servicers: RegistryService for agencies, CameraFactsService for services of the cell."""

from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import (
    camera_facts_service_pb2,
    camera_facts_service_pb2_grpc,
    camera_pb2,
    registry_service_pb2,
    registry_service_pb2_grpc,
)
from services.chassis import errors, identity, sealing
from services.chassis.clock import Clock
from services.registry.change import Change
from services.registry.domain import Camera, Deed, Source, camera_name, is_camera_name, parent_district
from services.registry.events import camera_message
from services.registry.listing import Query
from services.registry.service import Registry

SOURCE_PURPOSE = (
    "kapok.registry.source"  # what a sealed source is sealed for, with the relay's id and the camera's name
)
_LARGEST_BATCH = 1000


@dataclass(frozen=True)
class RegistryServicer(registry_service_pb2_grpc.RegistryServiceServicer):
    """Cameras, for agencies."""

    registry: Registry
    clock: Clock

    async def CreateCamera(self, request: registry_service_pb2.CreateCameraRequest, _context: Any) -> camera_pb2.Camera:
        district = parent_district(request.parent)
        sent = request.camera
        draft = self._draft(camera_name(district, sent.code), sent)
        return camera_message(await self.registry.create(_deed(), draft, _source(sent)))

    async def GetCamera(self, request: registry_service_pb2.GetCameraRequest, _context: Any) -> camera_pb2.Camera:
        principal = _principal()
        return camera_message(await self.registry.get(principal, _name("name", request.name)))

    async def ListCameras(
        self, request: registry_service_pb2.ListCamerasRequest, _context: Any
    ) -> registry_service_pb2.ListCamerasResponse:
        query = Query(
            district="" if request.parent == "districts/-" else parent_district(request.parent),
            category=request.place_category,
            area=tuple((point.latitude, point.longitude) for point in request.area),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        page = await self.registry.list(_principal(), query)
        found = [camera_message(camera) for camera in page.cameras]
        return registry_service_pb2.ListCamerasResponse(cameras=found, next_page_token=page.next_token)

    async def UpdateCamera(self, request: registry_service_pb2.UpdateCameraRequest, _context: Any) -> camera_pb2.Camera:
        sent = request.camera
        name = _name("camera.name", sent.name)
        change = Change(name, tuple(request.update_mask.paths), self._draft(name, sent), _source(sent), sent.etag)
        return camera_message(await self.registry.update(_deed(), change))

    def _draft(self, name: str, sent: camera_pb2.Camera) -> Camera:
        """What was sent, as a first revision. Of the output-only fields only a level is read, to be refused."""
        now = self.clock.now()
        return Camera(
            name=name,
            code=sent.code,
            display_name=sent.display_name,
            display_name_en=sent.display_name_en,
            category=sent.place_category,
            premises=sent.premises,
            place=sent.place,
            latitude=sent.position.latitude,
            longitude=sent.position.longitude,
            purpose=sent.purpose,
            operator=sent.operator,
            acceptance_certificate=sent.acceptance_certificate,
            created_at=now,
            updated_at=now,
            level=sent.security_level,
            is_pointable=bool(sent.source.control_uri),
        )


@dataclass(frozen=True)
class CameraFactsServicer(camera_facts_service_pb2_grpc.CameraFactsServiceServicer):
    """Cameras, for services that speak for themselves. What they learn of hidden cameras they must not tell."""

    registry: Registry

    async def BatchGetCameraFacts(
        self, request: camera_facts_service_pb2.BatchGetCameraFactsRequest, _context: Any
    ) -> camera_facts_service_pb2.BatchGetCameraFactsResponse:
        _refuse_all_but("permissions", "streams")
        if len(request.names) > _LARGEST_BATCH:
            raise errors.InvalidArgument(errors.Violation("names", f"ask for at most {_LARGEST_BATCH} at once"))
        found = await self.registry.facts(tuple(request.names))
        return camera_facts_service_pb2.BatchGetCameraFactsResponse(cameras=[camera_message(c) for c in found])

    async def SealSource(
        self, request: camera_facts_service_pb2.SealSourceRequest, _context: Any
    ) -> camera_facts_service_pb2.SealSourceResponse:
        _refuse_all_but("streams")
        source = await self.registry.source(request.camera)
        plaintext = camera_pb2.Source(
            stream_uri=source.stream_uri,
            control_uri=source.control_uri,
            username=source.username,
            password=source.password,
        ).SerializeToString()
        context = sealing.context(SOURCE_PURPOSE, request.relay, request.camera)
        sealed = sealing.seal(request.relay_public_key, plaintext, context)
        return camera_facts_service_pb2.SealSourceResponse(sealed_source=sealed)


def _refuse_all_but(*services: str) -> None:
    caller = identity.caller()
    if caller.principal or caller.service not in services:
        message = f"this method is for {' and '.join(services)}, speaking for themselves"
        raise errors.Denied("METHOD_NOT_EXPOSED", message)


def _deed() -> Deed:
    return Deed(_principal(), identity.caller().request_id)


def _principal() -> str:
    found = identity.caller().principal
    if not found:
        raise errors.Unauthenticated("IDENTITY_MISSING", "no principal: agencies call this through the gateway")
    return found


def _name(field: str, text: str) -> str:
    if not is_camera_name(text):
        example = "districts/440104/cameras/44010400001320000017"
        raise errors.InvalidArgument(errors.Violation(field, f"must look like {example}"))
    return text


def _source(sent: camera_pb2.Camera) -> Source | None:
    if not sent.HasField("source"):
        return None
    given = sent.source
    return Source(given.stream_uri, given.control_uri, given.username, given.password)
