"""ChangesService: change control (Article 22)."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import changes_service_pb2, changes_service_pb2_grpc
from services.chassis.clock import Clock
from services.chassis.errors import InvalidArgument, Violation
from services.chassis.sealed_tokens import Tokens
from services.registry.change_request import ChangeState
from services.registry.requests import Requests
from services.registry.rpc import callers, notes, paging

pb = changes_service_pb2
_NAME = re.compile(r"cameraChanges/[0-9a-f-]{36}")


@dataclass(frozen=True)
class ChangesServicer(changes_service_pb2_grpc.ChangesServiceServicer):
    """Each method hands on to a use case."""

    requests: Requests
    tokens: Tokens
    clock: Clock

    async def RequestCameraChange(self, request: pb.RequestCameraChangeRequest, _context: Any) -> pb.CameraChange:
        deed, sent = callers.deed(), request.camera_change
        callers.camera("camera_change.camera", sent.camera)
        draft = notes.change_draft(sent, f"cameraChanges/{uuid.uuid4()}", deed.principal, self.clock.now())
        return notes.change(await self.requests.request(deed, draft))

    async def DecideCameraChange(self, request: pb.DecideCameraChangeRequest, _context: Any) -> pb.CameraChange:
        name = _name(request.name)
        decided = await self.requests.decide(
            callers.deed(), name, is_approved=request.approved, reason=callers.reason("reason", request.reason)
        )
        return notes.change(decided)

    async def WithdrawCameraChange(self, request: pb.WithdrawCameraChangeRequest, _context: Any) -> pb.CameraChange:
        return notes.change(await self.requests.withdraw(callers.deed(), _name(request.name)))

    async def ListCameraChanges(
        self, request: pb.ListCameraChangesRequest, _context: Any
    ) -> pb.ListCameraChangesResponse:
        about = callers.camera("camera", request.camera) if request.camera else ""
        if int(request.state) not in {0, *map(int, ChangeState)}:
            raise InvalidArgument(Violation("state", f"must be one of {', '.join(s.name for s in ChangeState)}"))
        page = paging.Numbered(
            f"changes of {about} {request.state}", request.page_size, self.tokens.open("page_token", request.page_token)
        )
        found = await self.requests.list(callers.principal(), (about, request.state), page.before(), page.size + 1)
        token = page.token(found[page.size - 1].number) if len(found) > page.size else ""
        shown = [notes.change(one.change) for one in found[: page.size]]
        return pb.ListCameraChangesResponse(camera_changes=shown, next_page_token=self.tokens.seal(token))


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise InvalidArgument(Violation("name", "must be a name such as cameraChanges/{uuid}"))
    return text
