"""What the relay hears on the bus: assignments, closings, commands, endings, heartbeats. All signed, all checked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from kapok.permissions.v1 import permissions_events_pb2
from kapok.streams.v1 import relay_pb2, session_pb2
from services.chassis.bus import Bus
from services.chassis.clock import Clock
from services.chassis.errors import Aborted, Denied, Error, FailedPrecondition
from services.decider.facts import SEALED_LEVEL
from services.rtsp.address import Network
from services.streams.relay.control import Fence, Grant
from services.streams.relay.doorkeeper import Doorkeeper
from services.streams.relay.events import commands, facts
from services.streams.relay.events.editions import PUSHES, Editions
from services.streams.relay.events.keys import Keys
from services.streams.relay.helm import ControlAddress
from services.streams.relay.intake import SourceSpec
from services.streams.relay.mark import SIGNATURE_BYTES, can_name
from services.streams.relay.roll import RollCall, answer
from services.streams.relay.sessions import Session

log = logging.getLogger(__name__)
HEARTBEAT = "kapok.v1.permissions.heartbeat"
ENDINGS = "kapok.v1.permissions.endings"
_BUCKET = "endings"
_FRESH = timedelta(seconds=60)  # how long ago the facts of an assignment may have been put together
Handle = Callable[[bytes], Awaitable[relay_pb2.RelayReply]]


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
    editions: Editions

    async def listen(self) -> None:
        """Subscribe to everything this relay is told."""
        mine = f"kapok.v1.relays.{self.keys.relay}"
        await self.bus.subscribe(PUSHES, self.editions.heard)
        await self.bus.subscribe(ENDINGS, self._ending)
        await self.bus.subscribe(HEARTBEAT, self._heartbeat)
        orders = {"assign": self._assign, "close": self._close, "control": self._control, "roll": self._roll,
                  "fence": self._fence}  # fmt: skip
        for verb, handle in orders.items():
            await self.bus.subscribe(f"{mine}.{verb}", self._answering(handle))

    def _answering(self, handle: Handle) -> Callable[[Msg], Awaitable[None]]:
        async def answer(message: Msg) -> None:
            reply = relay_pb2.RelayReply()
            try:
                reply = await handle(message.data)
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

    async def _assign(self, data: bytes) -> relay_pb2.RelayReply:
        said = self.keys.assignment(data)
        session = self._session(said)
        await self.doorkeeper.keep(session)
        if said.is_moved:
            self.doorkeeper.book.expect(session.feed)
        return relay_pb2.RelayReply()

    def _session(self, said: relay_pb2.Assignment) -> Session:
        """The session as permissions decided it: streams says where it is watched, and no more than that."""
        told = self.keys.facts(said.signed_facts)
        if told.session != said.session:
            raise Denied("TOKEN_INVALID", f"these are not the facts of {said.session}")
        if not can_name(said.session) or len(said.mark_signature) not in (0, SIGNATURE_BYTES):
            raise Aborted("STATE_WRONG", "no mark can say this session's name or signature; ask again")
        if abs(self.clock.now() - facts.instant(told.decide_time)) > _FRESH:
            raise Aborted("STATE_WRONG", "it was decided too long ago; ask again")
        try:
            case = facts.case(told)
        except ValueError as error:
            raise Aborted("STATE_WRONG", f"this relay is of an older release: {error}") from error
        source = self.keys.source(case.camera.name, said.sealed_source)
        is_secondary = said.stream == session_pb2.Session.STREAM_SECONDARY
        uri = source.secondary_stream_uri if is_secondary else source.stream_uri
        if not uri:
            raise FailedPrecondition("STATE_WRONG", "the camera has no secondary stream on record: open its main one")
        names = (said.session, case.camera.name, case.principal.name, case.principal.agency, said.legal_basis,
                 said.incident, *said.credentials)  # fmt: skip
        return Session(
            name=said.session, case=case, stands_on=frozenset(names) - {""}, number=told.number,
            revision=told.policy_revision, expires_at=facts.instant(said.expire_time), viewer_limit=said.viewer_limit,
            is_sealed=case.camera.level >= SEALED_LEVEL,
            is_secondary=is_secondary, mark_signature=said.mark_signature,
            source=SourceSpec(uri, self.networks, source.username, source.password, self.own),
        )  # fmt: skip

    async def _close(self, data: bytes) -> relay_pb2.RelayReply:
        said = self.keys.closing(data)
        if (session := self.doorkeeper.sessions.find(said.session)) is not None:
            if said.is_sealed:
                self.doorkeeper.seal([session])
            self.doorkeeper.end(self.doorkeeper.sessions.end([session], said.reason), said.reason)
        return relay_pb2.RelayReply()

    async def _roll(self, data: bytes) -> relay_pb2.RelayReply:
        said = self.keys.roll_call(data)
        call = RollCall(said.sessions, said.orders, said.doubt, said.reason)
        return relay_pb2.RelayReply(missing=answer(self.doorkeeper, call))

    async def _control(self, data: bytes) -> relay_pb2.RelayReply:
        self.doorkeeper.tenure.refuse_in_doubt()
        said = relay_pb2.ControlCommand.FromString(data)
        self.keys.refuse_others(said.relay)
        self.keys.refuse_predecessors(said.process)
        signed = self.keys.permissions.open("kapok.permissions.grant", said.signed_grant)
        granted = permissions_events_pb2.ControlGrant.FromString(signed)
        source = self.keys.source(granted.camera, said.sealed_source)
        grant = Grant(
            granted.camera, granted.principal, granted.epoch, facts.instant(granted.expire_time), granted.restores
        )  # fmt: skip
        where = ControlAddress(source.control_uri, source.username, source.password)
        if said.reads_pointing:
            seen = commands.pointing(await self.fence.look(grant, where))
            return relay_pb2.RelayReply(epoch=grant.epoch, pointing=seen)
        told = await self.fence.command(grant, where, commands.command(grant.camera, said))
        return relay_pb2.RelayReply(epoch=grant.epoch, presets=commands.presets(grant.camera, told))

    async def _fence(self, data: bytes) -> relay_pb2.RelayReply:
        said = permissions_events_pb2.Fencing.FromString(self.keys.permissions.open("kapok.permissions.fence", data))
        await self.fence.take({one.camera: one.epoch for one in said.epochs})
        return relay_pb2.RelayReply()

    async def _ending(self, message: Msg) -> None:
        self._apply(message.data)

    def _apply(self, signed: bytes) -> None:
        said = permissions_events_pb2.Ending.FromString(self.keys.permissions.open("kapok.permissions.ending", signed))
        if said.cause == permissions_events_pb2.Ending.CAUSE_CONTROL_TAKEN:
            self.doorkeeper.take(said.number, facts.takings(said.takings))
            return
        cause = permissions_events_pb2.Ending.Cause.Name(said.cause).removeprefix("CAUSE_").replace("_", " ").lower()
        self.doorkeeper.apply(said.number, said.subject, cause, is_sealed=said.is_sealed)

    async def _heartbeat(self, message: Msg) -> None:
        signed = self.keys.permissions.open("kapok.permissions.heartbeat", message.data)
        said = permissions_events_pb2.Heartbeat.FromString(signed)
        self.doorkeeper.lease.heartbeat(
            said.committed_number,
            said.policy_revision,
            facts.instant(said.time),
            self.clock.now(),
            self.clock.monotonic(),
        )
        if self.doorkeeper.lease.is_out_of_reach:
            self.doorkeeper.begin_anew()
        await self.editions.follow(said.policy_revision)
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
