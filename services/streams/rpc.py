"""The gRPC face of streams: protobuf ↔ domain. Who asks comes from the identity, never from the request."""

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from kapok.streams.v1 import (
    fence_service_pb2,
    fence_service_pb2_grpc,
    running_sessions_service_pb2,
    running_sessions_service_pb2_grpc,
    session_pb2,
    streams_service_pb2,
    streams_service_pb2_grpc,
)
from services.chassis import errors, identity
from services.streams import commands
from services.streams.camera_sessions import Query, checked
from services.streams.commands import Command
from services.streams.copies import Copy
from services.streams.domain import Kind, Order, Purpose, Session, Shown, Stream
from services.streams.events import copy_message, session_message
from services.streams.events.commands import preset_message
from services.streams.feeds import Feed, Feeds
from services.streams.oversight import Asking, Oversight
from services.streams.ports import Opened, Relays
from services.streams.service import Streams
from services.streams.steering import Steering

PAGE_SIZE = 50
PAGE_SIZE_LIMIT = 1000
RUNNING_PAGE_SIZE = 500
_Choice = TypeVar("_Choice", Kind, Purpose, Stream)


class StreamsServicer(streams_service_pb2_grpc.StreamsServiceServicer):
    """kapok.streams.v1.StreamsService."""

    def __init__(self, streams: Streams, oversight: Oversight, feeds: Feeds, steering: Steering) -> None:
        self._streams = streams
        self._feeds = feeds
        self._oversight = oversight
        self._steering = steering

    async def OpenSession(self, request: Any, _context: Any) -> Any:
        wanted = request.session
        order = Order(
            principal=_principal(), camera=wanted.camera, kind=_choice(Kind, session_pb2.Session.Kind, wanted.kind),
            purpose=_choice(Purpose, session_pb2.Purpose, wanted.purpose), legal_basis=wanted.legal_basis,
            incident=wanted.incident, viewer_limit=wanted.viewer_limit, shown=_shown(),
            stream=_choice(Stream, session_pb2.Session.Stream, wanted.stream) if wanted.stream else Stream.MAIN,
        )  # fmt: skip
        return _opened(await self._streams.open(order))

    async def OpenTakeoverFeeds(self, request: Any, _context: Any) -> AsyncIterator[Any]:
        order = Order(
            principal=_principal(), camera="", kind=Kind.LIVE, shown=_shown(), viewer_limit=request.viewer_limit,
            purpose=_choice(Purpose, session_pb2.Purpose, request.purpose),
            stream=_choice(Stream, session_pb2.Session.Stream, request.stream) if request.stream else Stream.MAIN,
        )  # fmt: skip
        async for feed in self._feeds.open(order, request.takeover):
            yield _feed(feed)

    async def RenewSession(self, request: Any, _context: Any) -> Any:
        return _opened(await self._streams.renew(_principal(), request.name, _shown()))

    async def CloseSession(self, request: Any, _context: Any) -> Any:
        return session_message(await self._streams.close(_principal(), request.name))

    async def ListSessions(self, request: Any, _context: Any) -> Any:
        size = _page_size(request.page_size)
        found = await self._streams.list(_principal(), _decode_page_token(request.page_token), size)
        return streams_service_pb2.ListSessionsResponse(
            sessions=[session_message(session) for session in found],
            next_page_token=_encode_page_token(found[-1]) if len(found) == size else "",
        )

    async def ListCameraSessions(self, request: Any, _context: Any) -> Any:
        asking = Asking(_principal(), identity.caller().certificate_sha256)
        query = Query(request.parent, request.include_closed, request.page_size, request.page_token)
        page = await self._oversight.list(asking, checked(query))
        return streams_service_pb2.ListCameraSessionsResponse(
            sessions=map(session_message, page.sessions), next_page_token=page.next_token
        )

    async def RecordCopy(self, request: Any, _context: Any) -> Any:
        said = request.copy
        copy = Copy(said.session, said.sha256, said.size_bytes, said.duration_ms)
        return copy_message(await self._streams.record_copy(_principal(), copy))

    async def MoveCamera(self, request: Any, _context: Any) -> Any:
        command = Command(commands.Kind.MOVE, request.pan, request.tilt, request.zoom)
        done = await self._steering.command(_principal(), request.camera, command)
        return streams_service_pb2.MoveCameraResponse(epoch=done.epoch, relay=done.relay)

    async def PointCamera(self, request: Any, _context: Any) -> Any:
        if not (aim := request.WhichOneof("aim")):
            raise errors.InvalidArgument(errors.Violation("to", "say where to point it, or by how much"))
        kind = commands.Kind.POINT_TO if aim == "to" else commands.Kind.POINT_BY
        said = getattr(request, aim)
        command = Command(kind, said.pan, said.tilt, said.zoom)
        done = await self._steering.command(_principal(), request.camera, command)
        return streams_service_pb2.PointCameraResponse(epoch=done.epoch, relay=done.relay)

    async def ListPresets(self, request: Any, _context: Any) -> Any:
        size = _page_size(request.page_size)
        after = commands.checked_page(request.parent, request.page_token)
        done = await self._steering.command(_principal(), request.parent, Command(commands.Kind.LIST_PRESETS))
        found = sorted((one for one in done.presets if one.name > after), key=lambda one: one.name)
        return streams_service_pb2.ListPresetsResponse(
            presets=map(preset_message, found[:size]),
            next_page_token=found[size - 1].name if len(found) > size else "",
        )

    async def CreatePreset(self, request: Any, _context: Any) -> Any:
        command = Command(commands.Kind.STORE_PRESET, preset=request.preset.display_name)
        [stored] = (await self._steering.command(_principal(), request.parent, command)).presets
        return preset_message(stored)

    async def RecallPreset(self, request: Any, _context: Any) -> Any:
        camera, command = commands.of_preset(request.name)
        done = await self._steering.command(_principal(), camera, command)
        return streams_service_pb2.RecallPresetResponse(epoch=done.epoch, relay=done.relay)


class RunningSessionsServicer(running_sessions_service_pb2_grpc.RunningSessionsServiceServicer):
    """kapok.streams.v1.RunningSessionsService, for permissions alone: sessions on state secrets are among them."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def ListRunningSessions(self, request: Any, _context: Any) -> Any:
        _refuse_all_but_permissions()
        size = _page_size(request.page_size, RUNNING_PAGE_SIZE)
        found = await self._streams.running(request.page_token, size + 1)
        return running_sessions_service_pb2.ListRunningSessionsResponse(
            sessions=map(_running, found[:size]), next_page_token=found[size - 1].name if len(found) > size else ""
        )


class FenceServicer(fence_service_pb2_grpc.FenceServiceServicer):
    """kapok.streams.v1.FenceService, for permissions alone."""

    def __init__(self, relays: Relays) -> None:
        self._relays = relays

    async def Fence(self, request: Any, _context: Any) -> Any:
        _refuse_all_but_permissions()
        return fence_service_pb2.FenceResponse(is_fenced=await self._relays.fence(request.signed_fencing))


def _refuse_all_but_permissions() -> None:
    caller = identity.caller()
    if caller.principal or caller.service != "permissions":
        raise errors.Denied("METHOD_NOT_EXPOSED", "this method is for permissions, speaking for itself")


def _running(session: Session) -> running_sessions_service_pb2.RunningSession:
    return running_sessions_service_pb2.RunningSession(
        name=session.name, principal=session.principal, camera=session.camera, kind=f"KIND_{session.kind.name}",
        legal_basis=session.legal_basis, incident=session.incident,
    )  # fmt: skip


def _page_size(asked: int, usual: int = PAGE_SIZE) -> int:
    if not 0 <= asked <= PAGE_SIZE_LIMIT:
        raise errors.InvalidArgument(errors.Violation("page_size", f"must be 0 to {PAGE_SIZE_LIMIT}"))
    return asked or usual


def _principal() -> str:
    caller = identity.caller()
    if not caller.principal:
        raise errors.Denied("METHOD_NOT_EXPOSED", "sessions belong to principals; a service has none")
    return caller.principal


def _shown() -> Shown:
    caller = identity.caller()
    certificate = f"certificates/{caller.certificate_sha256}" if caller.certificate_sha256 else ""
    return Shown(certificate, caller.agency_key, caller.system)


def _choice(kind: type[_Choice], enum: Any, number: int) -> _Choice | None:
    """The domain's member for a proto enum number; None for unspecified or unknown ones."""
    name = enum.Name(number) if number in enum.values() else ""
    return next((member for member in kind if name.endswith(f"_{member.name}")), None)


def _feed(feed: Feed) -> streams_service_pb2.OpenTakeoverFeedsResponse:
    answer = streams_service_pb2.OpenTakeoverFeedsResponse(camera=feed.camera)
    if isinstance(feed.outcome, errors.Error):
        answer.refused.reason, answer.refused.sentence = feed.outcome.reason, feed.outcome.message
    else:
        answer.opened.CopyFrom(_opened(feed.outcome))
    return answer


def _opened(opened: Opened) -> streams_service_pb2.OpenSessionResponse:
    answer = streams_service_pb2.OpenSessionResponse(
        session=session_message(opened.session),
        token=opened.token,
        rtsp_url=opened.urls.rtsp,
        websocket_url=opened.urls.websocket,
        rtsps_url=opened.urls.rtsps,
        wss_url=opened.urls.wss,
        grpc_target=opened.urls.grpc,
        grpc_has_tls=opened.urls.grpc_has_tls,
    )
    answer.token_expire_time.FromDatetime(opened.token_expires_at)
    return answer


def _encode_page_token(last: Session) -> str:
    return base64.urlsafe_b64encode(f"{last.opened_at.timestamp()!r} {last.name}".encode()).decode()


def _decode_page_token(token: str) -> tuple[datetime, str] | None:
    if not token:
        return None
    try:
        seconds, _, name = base64.urlsafe_b64decode(token).decode().partition(" ")
        return datetime.fromtimestamp(float(seconds), UTC), name
    except (binascii.Error, ValueError, OverflowError, OSError):
        raise errors.InvalidArgument(
            errors.Violation("page_token", "is not one that this method gave; start without one")
        ) from None
