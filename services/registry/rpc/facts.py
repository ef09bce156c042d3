"""CameraFactsService: cameras, for services that speak for themselves. Of hidden ones they must not tell."""

from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import camera_facts_service_pb2, camera_facts_service_pb2_grpc, camera_pb2
from services.chassis import errors, sealing
from services.decider.facts import Area
from services.registry.area import CORNERS
from services.registry.concerned import Concerned
from services.registry.rpc import callers, messages
from services.registry.service import Registry

pb = camera_facts_service_pb2
# What a sealed source is sealed for, with the relay's id and the camera's name.
SOURCE_PURPOSE = "kapok.registry.source"
_LARGEST_BATCH = 1000


@dataclass(frozen=True)
class CameraFactsServicer(camera_facts_service_pb2_grpc.CameraFactsServiceServicer):
    """For permissions and streams."""

    registry: Registry
    concerned: Concerned

    async def BatchGetCameraFacts(
        self, request: pb.BatchGetCameraFactsRequest, _context: Any
    ) -> pb.BatchGetCameraFactsResponse:
        callers.refuse_all_but("permissions", "streams")
        if len(request.names) > _LARGEST_BATCH:
            raise errors.InvalidArgument(errors.Violation("names", f"ask for at most {_LARGEST_BATCH} at once"))
        found = await self.registry.facts(tuple(request.names))
        return pb.BatchGetCameraFactsResponse(cameras=map(messages.camera, found))

    async def CountOperators(self, request: pb.CountOperatorsRequest, _context: Any) -> pb.CountOperatorsResponse:
        callers.refuse_all_but("permissions")
        if len(request.polygon) > CORNERS[-1]:
            raise errors.InvalidArgument(errors.Violation("polygon", f"has at most {CORNERS[-1]} corners"))
        polygon = tuple((corner.latitude, corner.longitude) for corner in request.polygon)
        found = await self.concerned.count(Area(polygon, frozenset(request.districts), bound=request.bound))
        counts = (pb.OperatorCount(operator=o.operator, camera_count=o.open, sealed_count=o.sealed) for o in found)
        return pb.CountOperatorsResponse(operators=counts)

    async def SealSource(self, request: pb.SealSourceRequest, _context: Any) -> pb.SealSourceResponse:
        callers.refuse_all_but("streams")
        source = await self.registry.source(request.camera)
        plaintext = camera_pb2.Source(
            stream_uri=source.stream_uri,
            control_uri=source.control_uri,
            username=source.username,
            password=source.password,
        ).SerializeToString()
        context = sealing.context(SOURCE_PURPOSE, request.relay, request.camera)
        return pb.SealSourceResponse(sealed_source=sealing.seal(request.relay_public_key, plaintext, context))
