"""BulkService: many cameras at once, in and out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import bulk_service_pb2, bulk_service_pb2_grpc
from services.chassis.clock import Clock
from services.chassis.errors import Error, InvalidArgument, Violation
from services.chassis.tasks import in_order, sliced
from services.registry import enrolment
from services.registry.enrolment import Enrolment, Outcome
from services.registry.rpc import callers, messages
from services.registry.service import Registry

pb = bulk_service_pb2
_AT_ONCE = 3  # two batches are judged while the one before is written


@dataclass(frozen=True)
class BulkServicer(bulk_service_pb2_grpc.BulkServiceServicer):
    """Batches of an import are answered one by one, when they are durable."""

    registry: Registry
    enrolment: Enrolment
    clock: Clock

    async def ImportCameras(
        self, requests: AsyncIterator[pb.ImportCamerasRequest], _context: Any
    ) -> AsyncIterator[pb.ImportCamerasResponse]:
        async for answer in in_order(requests, self._enrol, _AT_ONCE):
            yield answer

    async def _enrol(self, request: pb.ImportCamerasRequest) -> pb.ImportCamerasResponse:
        if not 1 <= len(request.cameras) <= enrolment.MOST:
            advice = f"has {len(request.cameras)}; a batch has 1 to {enrolment.MOST}"
            raise InvalidArgument(Violation("cameras", advice))
        deed, now = callers.deed(), self.clock.now()
        drafts = await sliced(lambda sent: messages.draft(sent, deed.principal, now), request.cameras)
        return _answer(await self.enrolment.many(deed, drafts, is_dry_run=request.dry_run))

    async def ExportCameras(
        self, request: pb.ExportCamerasRequest, _context: Any
    ) -> AsyncIterator[pb.ExportCamerasResponse]:
        async for cameras in self.registry.export(callers.principal(), messages.wanted(request.filter)):
            yield pb.ExportCamerasResponse(cameras=map(messages.camera, cameras))


def _answer(outcomes: "list[Outcome] | tuple[Outcome, ...] | Any") -> pb.ImportCamerasResponse:
    faults = [_fault(index, one.refusal) for index, one in enumerate(outcomes) if one.refusal is not None]
    created = sum(one.is_new for one in outcomes)
    unchanged = len(outcomes) - created - len(faults)
    return pb.ImportCamerasResponse(created_count=created, unchanged_count=unchanged, faults=faults)


def _fault(index: int, refusal: Error) -> pb.RowFault:
    fields = [pb.FieldFault(field=v.field, description=v.description) for v in refusal.violations]
    article = refusal.metadata.get("article", "")
    return pb.RowFault(index=index, reason=refusal.reason, message=refusal.message, fields=fields, article=article)
