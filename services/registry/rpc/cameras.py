"""RegistryService: cameras, for agencies."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import camera_pb2, registry_service_pb2, registry_service_pb2_grpc
from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.sealed_tokens import Tokens
from services.registry.allowed import Allowed
from services.registry.change import Change
from services.registry.domain import parent_district
from services.registry.enrolment import Enrolment
from services.registry.freshness import Freshness
from services.registry.listing import Query
from services.registry.rpc import callers, messages, paging
from services.registry.rpc.allowed import AllowedMethods
from services.registry.service import Registry
from services.registry.watching import Watching

pb = registry_service_pb2


@dataclass(frozen=True)
class RegistryServicer(AllowedMethods, registry_service_pb2_grpc.RegistryServiceServicer):
    """Each method hands on to a use case."""

    registry: Registry
    enrolment: Enrolment
    watching: Watching
    freshness: Freshness
    tokens: Tokens
    clock: Clock
    allowed: Allowed

    async def CreateCamera(self, request: pb.CreateCameraRequest, _context: Any) -> camera_pb2.Camera:
        district = parent_district(request.parent)
        deed, sent = callers.deed(), request.camera
        if sent.code[:6] != district:
            advice = f"begins with {sent.code[:6]}, its parent is district {district}"
            raise errors.InvalidArgument(errors.Violation("camera.code", advice))
        draft = messages.draft(sent, deed.principal, self.clock.now())
        return messages.camera(await self.enrolment.one(deed, draft))

    async def GetCamera(self, request: pb.GetCameraRequest, _context: Any) -> camera_pb2.Camera:
        principal, name = callers.principal(), callers.camera("name", request.name)
        as_of = messages.instant(request.as_of_time, "as_of_time") if request.HasField("as_of_time") else None
        return messages.camera(await self.registry.get(principal, name, as_of))

    async def ListCameras(self, request: pb.ListCamerasRequest, _context: Any) -> pb.ListCamerasResponse:
        district = "" if request.parent == "districts/-" else parent_district(request.parent)
        wanted = messages.wanted(request.filter, district)
        query = Query(wanted, request.order_by, request.page_size, self.tokens.open("page_token", request.page_token))
        page = await self.registry.list(callers.principal(), query)
        return pb.ListCamerasResponse(
            cameras=map(messages.camera, page.cameras), next_page_token=self.tokens.seal(page.next_token)
        )

    async def UpdateCamera(self, request: pb.UpdateCameraRequest, _context: Any) -> camera_pb2.Camera:
        deed, sent = callers.deed(), request.camera
        name = callers.camera("camera.name", sent.name)
        draft = messages.draft(sent, deed.principal, self.clock.now())
        change = Change(name, tuple(request.update_mask.paths), draft.camera, draft.source, sent.etag)
        return messages.camera(await self.registry.update(deed, change))

    async def RetireCamera(self, request: pb.RetireCameraRequest, _context: Any) -> camera_pb2.Camera:
        name = callers.camera("name", request.name)
        reason = callers.reason("reason", request.reason)
        return messages.camera(await self.registry.retire(callers.deed(), name, request.etag, reason))

    async def CountCameras(self, request: pb.CountCamerasRequest, _context: Any) -> pb.CountCamerasResponse:
        count = await self.watching.count(callers.principal(), messages.wanted(request.filter))
        answer = pb.CountCamerasResponse(total_size=count.total)
        for field, values in count.facets.items():
            most_first = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
            answer.facets.add(
                field=messages.FACETS[field],
                values=[pb.FacetValue(value=messages.facet(field, value), count=n) for value, n in most_first],
            )
        return answer

    async def ListCameraRevisions(
        self, request: pb.ListCameraRevisionsRequest, _context: Any
    ) -> pb.ListCameraRevisionsResponse:
        name = callers.camera("parent", request.parent)
        page = paging.Numbered(name, request.page_size, self.tokens.open("page_token", request.page_token))
        found = await self.registry.revisions(callers.principal(), name, page.before(), page.size + 1)
        shown = [messages.revision(one) for one in found[: page.size]]
        token = page.token(found[page.size - 1].camera.revision) if len(found) > page.size else ""
        return pb.ListCameraRevisionsResponse(revisions=shown, next_page_token=self.tokens.seal(token))

    async def ConfirmCameras(self, request: pb.ConfirmCamerasRequest, _context: Any) -> pb.ConfirmCamerasResponse:
        names = tuple(callers.camera("names", name) for name in request.names)
        system = callers.system("system", request.system) if request.system else ""
        count, at = await self.freshness.confirm(callers.deed(), names, system)
        answer = pb.ConfirmCamerasResponse(confirmed_count=count)
        answer.confirm_time.FromDatetime(at)
        return answer

    async def WatchCameras(
        self, request: pb.WatchCamerasRequest, _context: Any
    ) -> AsyncIterator[pb.WatchCamerasResponse]:
        wanted = messages.wanted(request.filter)
        token = self.tokens.open("resume_token", request.resume_token)
        async for news in self.watching.watch(callers.principal(), wanted, token):
            yield pb.WatchCamerasResponse(
                cameras=map(messages.camera, news.cameras), resume_token=self.tokens.seal(news.resume_token)
            )
