"""kapok.permissions.v1.TakeoversService."""

from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from kapok.permissions.v1.takeovers_service_pb2_grpc import TakeoversServiceServicer
from services.chassis import errors
from services.permissions.rpc import messages, takeover_messages
from services.permissions.rpc.callers import principal_of_call
from services.permissions.service import Permissions

_STATE = "/controlState"


class TakeoversServicer(TakeoversServiceServicer):
    """Who calls is on the call."""

    def __init__(self, permissions: Permissions) -> None:
        self._takeovers = permissions.takeovers
        self._controls = permissions.controls

    async def RequestTakeover(self, request: pb.RequestTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        wish = takeover_messages.wish(request.takeover)
        return takeover_messages.order(await self._takeovers.request(principal, wish))

    async def RenewTakeover(self, request: pb.RenewTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        name, ends_at = _named(request.name), messages.instant(request.end_time, "end_time")
        return takeover_messages.order(await self._takeovers.renew(principal, name, ends_at))

    async def ReleaseTakeover(self, request: pb.ReleaseTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        cameras = takeover_messages.cameras(request.cameras, "cameras") if request.cameras else ()
        return takeover_messages.order(await self._takeovers.release(principal, _named(request.name), cameras))

    async def RevokeTakeover(self, request: pb.RevokeTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        return takeover_messages.order(await self._takeovers.revoke(principal, _named(request.name), request.reason))

    async def GetTakeover(self, request: pb.GetTakeoverRequest, _context: object) -> takeover_pb2.Takeover:
        principal = principal_of_call()
        return takeover_messages.order(await self._takeovers.get(principal, _named(request.name)))

    async def GetControlState(self, request: pb.GetControlStateRequest, _context: object) -> takeover_pb2.ControlState:
        principal = principal_of_call()
        if not request.name.endswith(_STATE):
            raise errors.InvalidArgument(errors.Violation("name", f"must be a camera's name with {_STATE} after it"))
        camera = messages.named("camera", request.name.removesuffix(_STATE), "name")
        return takeover_messages.control_state(await self._controls.state(principal, camera))


def _named(name: str) -> str:
    return messages.named("takeover", name, "name")
