"""CameraFactsService: cameras, for services that speak for themselves. Of hidden ones they must not tell."""

from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import camera_facts_service_pb2, camera_facts_service_pb2_grpc, camera_pb2
from services.chassis import errors, sealing
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

    async def BatchGetCameraFacts(
        self, request: pb.BatchGetCameraFactsRequest, _context: Any
    ) -> pb.BatchGetCameraFactsResponse:
        callers.refuse_all_but("permissions", "streams")
        if len(request.names) > _LARGEST_BATCH:
            raise errors.InvalidArgument(errors.Violation("names", f"ask for at most {_LARGEST_BATCH} at once"))
        found = await self.registry.facts(tuple(request.names))
        return pb.BatchGetCameraFactsResponse(cameras=map(messages.camera, found))

    async def SealSource(self, request: pb.SealSourceRequest, _context: Any) -> pb.SealSourceResponse:
        callers.refuse_all_but("streams")
        source = await self.registry.source(request.camera)
        plaintext = camera_pb2.Source(
            stream_uri=source.stream_uri,
            control_uri=source.control_uri,
            username=source.username,
            password=source.password,
            secondary_stream_uri=source.secondary_stream_uri,
        ).SerializeToString()
        context = sealing.context(SOURCE_PURPOSE, request.relay, request.camera)
        return pb.SealSourceResponse(sealed_source=sealing.seal(request.relay_public_key, plaintext, context))
