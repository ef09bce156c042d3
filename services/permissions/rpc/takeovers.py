"""kapok.permissions.v1.TakeoversService."""

from collections.abc import AsyncIterator

from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from kapok.permissions.v1.takeovers_service_pb2_grpc import TakeoversServiceServicer
from services.chassis import errors
from services.chassis.sealed_tokens import Tokens
from services.permissions.rpc import messages, paging, takeover_messages
from services.permissions.rpc.callers import principal_of_call
from services.permissions.service import Permissions
from services.permissions.takeovers.view import Page

_STATE = "/controlState"


class TakeoversServicer(TakeoversServiceServicer):
    """Who calls is on the call."""

    def __init__(self, permissions: Permissions, tokens: Tokens) -> None:
        """``tokens`` seals the numbers by which a stream is resumed."""
        self._tokens = tokens
        self._takeovers = permissions.takeovers
        self._changes = permissions.takeover_changes
        self._reads = permissions.takeover_reads
        self._notices = permissions.notices
        self._controls = permissions.controls

    async def RequestTakeover(self, request: pb.RequestTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        wish = takeover_messages.wish(request.takeover)
        return takeover_messages.order(await self._takeovers.request(principal, wish))

    async def RenewTakeover(self, request: pb.RenewTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        name, ends_at = _named(request.name), messages.instant(request.end_time, "end_time")
        return takeover_messages.order(await self._changes.renew(principal, name, ends_at))

    async def ReleaseTakeover(self, request: pb.ReleaseTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        cameras = takeover_messages.cameras(request.cameras, "cameras") if request.cameras else ()
        return takeover_messages.order(await self._changes.release(principal, _named(request.name), cameras))

    async def RevokeTakeover(self, request: pb.RevokeTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        return takeover_messages.order(await self._changes.revoke(principal, _named(request.name), request.reason))

    async def GetTakeover(self, request: pb.GetTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        return takeover_messages.order(await self._reads.get(principal, _named(request.name)))

    async def ListTakeovers(self, request: pb.ListTakeoversRequest, _context: object) -> pb.ListTakeoversResponse:
        principal = principal_of_call()
        size, before = paging.by_time("takeover", request)
        found = await self._notices.list(principal, Page(size + 1, before, request.include_over))
        shown, token = paging.fitting(
            found, size, takeover_messages.listed, lambda one: (one.kept.takeover.starts_at, one.kept.takeover.name)
        )
        return pb.ListTakeoversResponse(takeovers=shown, next_page_token=token)

    async def WatchTakeovers(
        self, request: pb.WatchTakeoversRequest, _context: object
    ) -> AsyncIterator[pb.WatchTakeoversResponse]:
        principal, token = principal_of_call(), self._tokens.open("resume_token", request.resume_token)
        async for news in self._notices.watch(principal, int(token) if token else None):
            notices = map(takeover_messages.notice, news.notices)
            yield pb.WatchTakeoversResponse(notices=notices, resume_token=self._tokens.seal(str(news.number)))

    async def GetControlState(self, request: pb.GetControlStateRequest, _context: object) -> takeover_pb2.ControlState:
        principal = principal_of_call()
        if not request.name.endswith(_STATE):
            raise errors.InvalidArgument(errors.Violation("name", f"must be a camera's name with {_STATE} after it"))
        camera = messages.named("camera", request.name.removesuffix(_STATE), "name")
        return takeover_messages.control_state(await self._controls.state(principal, camera))


def _named(name: str) -> str:
    return messages.named("takeover", name, "name")
