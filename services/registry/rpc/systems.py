"""SystemsService: operators, camera systems and their life cycle."""

from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import system_pb2, systems_service_pb2, systems_service_pb2_grpc
from services.chassis.errors import InvalidArgument, Violation
from services.chassis.sealed_tokens import Tokens
from services.registry import system
from services.registry.rpc import callers, paging, records
from services.registry.system import LifeState
from services.registry.systems import Shown, Systems

pb = systems_service_pb2


@dataclass(frozen=True)
class SystemsServicer(systems_service_pb2_grpc.SystemsServiceServicer):
    """Each method hands on to a use case."""

    systems: Systems
    tokens: Tokens

    async def UpdateOperator(self, request: pb.UpdateOperatorRequest, _context: Any) -> system_pb2.Operator:
        sent = request.operator
        _operator("operator.name", sent.name)
        entered = await self.systems.enter(callers.deed(), records.operator_draft(sent), sent.etag)
        return records.operator(entered)

    async def GetOperator(self, request: pb.GetOperatorRequest, _context: Any) -> system_pb2.Operator:
        found = await self.systems.operator(callers.principal(), _operator("name", request.name))
        return records.operator(found)

    async def CreateCameraSystem(self, request: pb.CreateCameraSystemRequest, _context: Any) -> system_pb2.CameraSystem:
        parent = _operator("parent", request.parent)
        if not system.is_system_id(request.camera_system_id):
            advice = "must be small letters, digits and single hyphens, at most 40"
            raise InvalidArgument(Violation("camera_system_id", advice))
        name = system.system_name(parent, request.camera_system_id)
        draft = records.system_draft(request.camera_system, name)
        return _shown(await self.systems.create(callers.deed(), parent, draft))

    async def GetCameraSystem(self, request: pb.GetCameraSystemRequest, _context: Any) -> system_pb2.CameraSystem:
        return _shown(await self.systems.get(callers.principal(), callers.system("name", request.name)))

    async def ListCameraSystems(
        self, request: pb.ListCameraSystemsRequest, _context: Any
    ) -> pb.ListCameraSystemsResponse:
        parent = "" if request.parent == "operators/-" else _operator("parent", request.parent)
        page = paging.Named(
            f"systems of {parent}", request.page_size, self.tokens.open("page_token", request.page_token)
        )
        found = await self.systems.list(callers.principal(), parent, page.after(), page.size + 1)
        token = page.token(found[page.size - 1].system.name) if len(found) > page.size else ""
        shown = [_shown(one) for one in found[: page.size]]
        return pb.ListCameraSystemsResponse(camera_systems=shown, next_page_token=self.tokens.seal(token))

    async def UpdateCameraSystem(self, request: pb.UpdateCameraSystemRequest, _context: Any) -> system_pb2.CameraSystem:
        sent = request.camera_system
        draft = records.system_draft(sent, callers.system("camera_system.name", sent.name))
        mask = tuple(request.update_mask.paths)
        return _shown(await self.systems.update(callers.deed(), draft, mask, sent.etag))

    async def TransitionCameraSystem(
        self, request: pb.TransitionCameraSystemRequest, _context: Any
    ) -> system_pb2.CameraSystem:
        name = callers.system("name", request.name)
        reason = callers.reason("reason", request.reason)
        if int(request.state) not in {int(state) for state in LifeState if state}:
            raise InvalidArgument(Violation("state", f"must be one of {', '.join(s.name for s in LifeState if s)}"))
        step = (LifeState(request.state), reason)
        return _shown(await self.systems.transition(callers.deed(), name, step, request.etag))


def _shown(found: Shown) -> system_pb2.CameraSystem:
    message = records.system(found.system)
    message.camera_count = found.camera_count
    message.owed.extend(map(records.duty, found.owed))
    return message


def _operator(field: str, name: str) -> str:
    if not system.is_operator_name(name):
        raise InvalidArgument(Violation(field, "must look like operators/metro-guangzhou"))
    return name
