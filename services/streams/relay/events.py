"""What the relay hears on the bus: assignments, closings, commands, endings, heartbeats. All signed, all checked."""

import asyncio
import base64
import binascii
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from kapok.permissions.v1 import permissions_events_pb2
from kapok.registry.v1 import camera_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis import sealing
from services.chassis.bus import Bus
from services.chassis.clock import Clock
from services.chassis.errors import Denied, Error
from services.chassis.signing import Verifier
from services.rtsp.address import Network
from services.streams.relay.control import ControlAddress, Fence, Grant, Velocity
from services.streams.relay.doorkeeper import Doorkeeper, Token
from services.streams.relay.intake import SourceSpec
from services.streams.relay.sessions import Session

log = logging.getLogger(__name__)
HEARTBEAT = "kapok.v1.permissions.heartbeat"
ENDINGS = "kapok.v1.permissions.endings"
_BUCKET = "endings"
Handle = Callable[[bytes], Awaitable[int]]


@dataclass(frozen=True)
class Keys:
    """The relay's own X25519 key, and the public keys of those whose word it takes."""

    relay: str
    own: bytes
    streams: Verifier
    permissions: Verifier

    def source(self, camera: str, sealed: bytes) -> camera_pb2.Source:
        """The camera's source, which registry sealed to this relay and this camera alone."""
        context = sealing.context("kapok.registry.source", self.relay, camera)
        return camera_pb2.Source.FromString(sealing.open_(self.own, sealed, context))

    def token(self, text: str) -> Token:
        """What a viewer shows; errors.Denied (TOKEN_INVALID) for anything that streams did not sign for this relay."""
        try:
            signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise Denied("TOKEN_INVALID", "the URL has no readable token; use the URL as it was given") from None
        said = relay_pb2.SessionToken.FromString(self.streams.open("kapok.streams.token", signed))
        if said.relay != self.relay:
            raise Denied("TOKEN_INVALID", "this token is for another relay; use the URL as it was given")
        return Token(said.session, datetime.fromtimestamp(said.expire_time_ms / 1000, UTC))


@dataclass(frozen=True)
class Ears:
    """Subscriptions of one relay. What may wait runs in ``tasks``, so that an ending never stands behind it."""

    bus: Bus
    keys: Keys
    doorkeeper: Doorkeeper
    fence: Fence
    networks: tuple[Network, ...]
    own: frozenset[str]
    clock: Clock
    tasks: asyncio.TaskGroup

    async def listen(self) -> None:
        """Subscribe to everything this relay is told."""
        mine = f"kapok.v1.relays.{self.keys.relay}"
        await self.bus.subscribe(ENDINGS, self._ending)
        await self.bus.subscribe(HEARTBEAT, self._heartbeat)
        for verb, handle in (("assign", self._assign), ("close", self._close), ("control", self._control)):
            await self.bus.subscribe(f"{mine}.{verb}", self._answering(handle))

    def _answering(self, handle: Handle) -> Callable[[Msg], Awaitable[None]]:
        async def answer(message: Msg) -> None:
            reply = relay_pb2.RelayReply()
            try:
                reply.epoch = await handle(message.data)
            except Error as error:
                reply.error_kind, reply.error_reason, reply.error_message = error.kind, error.reason, error.message
                reply.epoch = int(error.metadata.get("epoch", 0))
                reply.current_epoch = int(error.metadata.get("current", 0))
            except DecodeError:
                reply.error_kind, reply.error_reason, reply.error_message = "INTERNAL", "INTERNAL", "can't be read"
            await message.respond(reply.SerializeToString())

        async def start(message: Msg) -> None:
            self.tasks.create_task(answer(message), name=message.subject)

        return start

    async def _assign(self, data: bytes) -> int:
        said = relay_pb2.Assignment.FromString(self.keys.streams.open("kapok.streams.assignment", data))
        self._refuse_others(said.relay)
        source = self.keys.source(said.camera, said.sealed_source)
        names = (
            said.session, said.camera, said.principal, said.agency, said.legal_basis, said.incident, *said.credentials
        )  # fmt: skip
        session = Session(
            name=said.session, camera=said.camera, principal=said.principal, stands_on=frozenset(names) - {""},
            number=said.number, expires_at=said.expire_time.ToDatetime(UTC), viewer_limit=said.viewer_limit,
            is_sealed=said.is_sealed,
            source=SourceSpec(source.stream_uri, self.networks, source.username, source.password, self.own),
        )  # fmt: skip
        await self.doorkeeper.keep(session)
        return 0

    async def _close(self, data: bytes) -> int:
        said = relay_pb2.SessionClosing.FromString(self.keys.streams.open("kapok.streams.closing", data))
        self._refuse_others(said.relay)
        if (session := self.doorkeeper.sessions.find(said.session)) is not None:
            self.doorkeeper.end(self.doorkeeper.sessions.end([session], said.reason), said.reason)
        return 0

    async def _control(self, data: bytes) -> int:
        said = relay_pb2.ControlCommand.FromString(data)
        self._refuse_others(said.relay)
        signed = self.keys.permissions.open("kapok.permissions.grant", said.signed_grant)
        granted = permissions_events_pb2.ControlGrant.FromString(signed)
        source = self.keys.source(granted.camera, said.sealed_source)
        grant = Grant(granted.camera, granted.principal, granted.epoch, granted.expire_time.ToDatetime(UTC))
        where = ControlAddress(source.control_uri, source.username, source.password)
        await self.fence.command(grant, where, Velocity(said.pan, said.tilt, said.zoom))
        return grant.epoch

    async def _ending(self, message: Msg) -> None:
        self._apply(message.data)

    def _apply(self, signed: bytes) -> None:
        said = permissions_events_pb2.Ending.FromString(self.keys.permissions.open("kapok.permissions.ending", signed))
        cause = permissions_events_pb2.Ending.Cause.Name(said.cause).removeprefix("CAUSE_").replace("_", " ").lower()
        self.doorkeeper.apply(said.number, said.subject, cause)

    async def _heartbeat(self, message: Msg) -> None:
        signed = self.keys.permissions.open("kapok.permissions.heartbeat", message.data)
        said = permissions_events_pb2.Heartbeat.FromString(signed)
        self.doorkeeper.lease.heartbeat(
            said.committed_number, said.time.ToDatetime(UTC), self.clock.now(), self.clock.monotonic()
        )
        await self._catch_up()

    async def _catch_up(self) -> None:
        """Read the endings that never came by core NATS from where they are kept; the next heartbeat tries again."""
        missing = self.doorkeeper.lease.missing()
        if not missing:
            return
        log.warning("catching up on %d ending facts", len(missing))
        bucket = await self.bus.bucket(_BUCKET)
        for number in missing:
            if (signed := await self.bus.value(bucket, str(number))) is not None:
                self._apply(signed)

    def _refuse_others(self, relay: str) -> None:
        if relay != self.keys.relay:
            raise Denied("TOKEN_INVALID", f"this was meant for {relay}")
