"""Streams on the bus: its facts, its relays' announcements, the assignments it gives them, the endings it hears of."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from google.protobuf.message import Message as Protobuf
from nats.aio.msg import Msg
from prometheus_client import Gauge

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import permissions_events_pb2 as endings_pb2
from kapok.streams.v1 import relay_pb2, session_pb2
from services.chassis import errors, identity
from services.chassis.bus import Bus, BusAwayError, NobodyListensError
from services.chassis.clock import Clock
from services.chassis.metrics import REGISTRY
from services.chassis.outbox import Message
from services.chassis.rpc_status import named
from services.chassis.signing import Signer, Verifier
from services.streams.copies import Copy
from services.streams.domain import Ended, Move, Session
from services.streams.looks import Look
from services.streams.placement import Load, Relay
from services.streams.pool import Pool, Standing
from services.streams.ports import ControlPermit, Warrant
from services.streams.relocation import Former

ANNOUNCEMENTS = "kapok.v1.relays.*.announce"
ENDINGS = "kapok.v1.permissions.endings"
_RETRY_AFTER, _LIMIT = timedelta(seconds=5), "relay-sessions"  # when a relay is full
_ANSWER_S = 5.0
_RELAYS = Gauge("kapok_streams_relays", "Relays of the cell, by how they stand", ("standing",), registry=REGISTRY)


@dataclass(frozen=True)
class FactEncoder:
    """Domain events as outbox messages, each with the request that caused it."""

    clock: Clock

    def session(self, verb: str, session: Session) -> Message:
        """The session as it is after ``verb``."""
        fact = fact_pb2.Fact(
            kind=f"streams.session.{verb}", principal=session.principal, camera=session.camera, session=session.name,
            rule=session.rule, article=session.article, is_sealed=session.is_sealed,
        )  # fmt: skip
        return self._message(fact, session_message(session))

    def moved(self, session: Session, former: Former) -> Message:
        """The session at its new relay, and where it was."""
        fact = fact_pb2.Fact(
            kind="streams.session.moved", principal=session.principal, camera=session.camera, session=session.name,
            rule=session.rule, article=session.article, is_sealed=session.is_sealed,
        )  # fmt: skip
        move = relay_pb2.SessionMove(session=session_message(session), former_relay=former.relay, reason=former.why)
        move.last_heard_time.FromDatetime(former.last_heard_at)
        return self._message(fact, move)

    def look_lost(self, look: Look, ended_at: datetime, why: str) -> Message:
        """The end of a look that its relay can't tell any more."""
        fact = fact_pb2.Fact(
            kind="streams.viewer.closed", principal=look.principal, camera=look.camera, session=look.session,
            is_sealed=look.is_sealed,
        )  # fmt: skip
        viewer = relay_pb2.Viewer(
            session=look.session, relay=look.relay, process=look.process, viewer=look.viewer, peer_address=look.peer,
            close_reason=why,
        )  # fmt: skip
        viewer.open_time.FromDatetime(look.opened_at)
        viewer.close_time.FromDatetime(ended_at)
        return self._message(fact, viewer)

    def copy(self, copy: Copy, session: Session) -> Message:
        """The hash of a copy."""
        fact = fact_pb2.Fact(
            kind="streams.copy.recorded", principal=session.principal, camera=session.camera, session=session.name,
            rule=session.rule, article=session.article, is_sealed=session.is_sealed,
        )  # fmt: skip
        return self._message(fact, copy_message(copy))

    def move_ordered(self, principal: str, camera: str, move: Move, permit: ControlPermit) -> Message:
        """A command on its way to a camera."""
        fact = fact_pb2.Fact(
            kind="streams.camera.move_ordered", principal=principal, camera=camera,
            rule=permit.rule, article=permit.article, is_sealed=permit.is_sealed,
        )  # fmt: skip
        snapshot = relay_pb2.CameraMove(
            camera=camera, principal=principal, pan=move.pan, tilt=move.tilt, zoom=move.zoom,
            agency=permit.agency, takeover=permit.takeover,
        )  # fmt: skip
        return self._message(fact, snapshot)

    def _message(self, fact: fact_pb2.Fact, snapshot: Protobuf) -> Message:
        now = self.clock.now()
        serving = identity.current_caller.get()
        fact.id = str(uuid.uuid4())
        fact.occur_time.FromDatetime(now)
        fact.request_id = serving.request_id if serving else ""
        fact.snapshot.Pack(snapshot)
        return Message(fact.id, f"kapok.v1.facts.{fact.kind}", fact.SerializeToString(), now)


def session_message(session: Session) -> session_pb2.Session:
    """The session as agencies and the ledger see it: never its token."""
    message = session_pb2.Session(
        name=session.name, camera=session.camera, kind=f"KIND_{session.kind.name}",
        purpose=f"PURPOSE_{session.purpose.name}", legal_basis=session.legal_basis, incident=session.incident,
        principal=session.principal, agency=session.agency, rule=session.rule, article=session.article,
        viewer_limit=session.viewer_limit, relay=session.relay, close_reason=session.close_reason,
        stream=f"STREAM_{session.stream.name}", state="STATE_CLOSED" if session.closed_at else "STATE_OPEN",
    )  # fmt: skip
    message.create_time.FromDatetime(session.opened_at)
    message.expire_time.FromDatetime(session.expires_at)
    if session.closed_at:
        message.close_time.FromDatetime(session.closed_at)
    return message


def copy_message(copy: Copy) -> session_pb2.Copy:
    """The copy as the register of use shows it."""
    return session_pb2.Copy(
        session=copy.session, sha256=copy.sha256, size_bytes=copy.size_bytes, duration_ms=copy.duration_ms
    )


def encode_token(session: Session, expires_at: datetime, nonce: bytes) -> bytes:
    """The payload of a session token."""
    return relay_pb2.SessionToken(
        session=session.name, relay=session.relay, expire_time_ms=int(expires_at.timestamp() * 1000), nonce=nonce
    ).SerializeToString()


@dataclass
class RelayFleet:
    """The relays that announce themselves, and how streams speaks to them."""

    bus: Bus
    signer: Signer
    clock: Clock
    pool: Pool = field(init=False)
    _waiting: dict[str, set[asyncio.Timeout]] = field(default_factory=dict)  # for answers, by relay
    _reconnects: int = 0

    def __post_init__(self) -> None:
        self.pool = Pool(self.clock.now(), self.clock.monotonic())

    async def listen(self) -> None:
        """Follow the announcements."""
        self.pool.listen_anew(self.clock.now(), self.clock.monotonic())
        await self.bus.subscribe(ANNOUNCEMENTS, self._announced)

    async def _announced(self, message: Msg) -> None:
        said = relay_pb2.RelayAnnouncement.FromString(message.data)
        load = Load(said.viewers, said.bytes_per_second, said.cameras, said.viewers_most, said.bytes_per_second_most)
        # The server lets only that relay publish on its subject; what it calls itself is not asked.
        relay = Relay(
            name=message.subject.split(".")[3], public_key=said.public_key, host=said.rtsp_host, port=said.rtsp_port,
            heard_at=self.clock.now(), heard_s=self.clock.monotonic(), load=load, process=said.process,
            orders=said.orders, doubt=said.doubt, is_draining=said.is_draining,
            web_port=said.web_port, rtsps_port=said.rtsps_port, wss_port=said.wss_port,
            grpc_port=said.grpc_port, grpc_has_tls=said.grpc_has_tls,
        )  # fmt: skip
        self.pool.heard(relay)

    def is_any_serving(self) -> bool:
        return self.pool.place("", self.clock.monotonic()) is not None

    def is_nobody_serving(self) -> bool:
        now_s = self.clock.monotonic()
        return self.pool.has_listened_long(now_s) and self.pool.place("", now_s) is None

    def look_round(self) -> None:
        now, now_s = self.clock.now(), self.clock.monotonic()
        reconnects = self.bus.client.stats["reconnects"]
        if not self.bus.client.is_connected or reconnects != self._reconnects:
            self._reconnects = reconnects
            self.pool.listen_anew(now, now_s)
        for name in self.pool.look_round(now, now_s):
            self._stop_waiting(name)
        for standing in Standing:
            _RELAYS.labels(standing.value).set(sum(one is standing for _, one in self.pool.standings(now_s)))

    def standing(self, relay: str) -> Standing:
        return self.pool.standing(relay, self.clock.monotonic())

    def process_of(self, relay: str) -> str:
        known = self.pool.find(relay)
        return known.process if known else ""

    def last_heard_at(self, relay: str, process: str | None = None) -> datetime:
        return self.pool.last_heard_at(relay, process)

    def find(self, name: str) -> Relay:
        relay = self.pool.find(name)
        if relay is None:
            raise errors.Unavailable("SERVICE_AWAY", f"{name} is not heard of; try again", service=name)
        return relay

    def ranked(self, camera: str) -> list[Relay]:
        return self.pool.ranked(camera, self.clock.monotonic())

    def to_call(self) -> list[Relay]:
        return self.pool.to_call()

    async def call_roll(self, relay: Relay, sessions: Sequence[str], reason: str) -> Sequence[str]:
        call = relay_pb2.RollCall(
            relay=relay.name, process=relay.process, orders=relay.orders, doubt=relay.doubt, sessions=sessions,
            reason=reason,
        )  # fmt: skip
        signed = self.signer.seal("kapok.streams.roll", call.SerializeToString())
        reply = await self._ask(relay.name, "roll", signed)
        self.pool.called(relay)
        return reply.missing

    async def assign(self, session: Session, relay: Relay, warrant: Warrant) -> None:
        assignment = relay_pb2.Assignment(
            session=session.name, legal_basis=session.legal_basis, incident=session.incident, relay=relay.name,
            viewer_limit=session.viewer_limit, sealed_source=warrant.sealed_source, signed_facts=warrant.signed_facts,
            credentials=sorted(session.shown.names), stream=f"STREAM_{session.stream.name}",
            mark_signature=self.signer.sign("kapok.streams.mark", session.name.removeprefix("sessions/").encode()),
        )  # fmt: skip
        assignment.expire_time.FromDatetime(session.expires_at)
        signed = self.signer.seal("kapok.streams.assignment", assignment.SerializeToString())
        await self._ask(relay.name, "assign", signed)

    async def close(self, session: Session) -> None:
        closing = relay_pb2.SessionClosing(
            session=session.name, reason=session.close_reason, relay=session.relay, is_sealed=session.is_sealed
        )  # fmt: skip
        await self._ask(
            session.relay, "close", self.signer.seal("kapok.streams.closing", closing.SerializeToString())
        )  # fmt: skip

    async def control(self, relay: Relay, permit: ControlPermit, move: Move, sealed_source: bytes) -> int:
        command = relay_pb2.ControlCommand(
            signed_grant=permit.signed_grant, pan=move.pan, tilt=move.tilt, zoom=move.zoom,
            sealed_source=sealed_source, relay=relay.name,
        )  # fmt: skip
        reply = await self._ask(relay.name, "control", command.SerializeToString())
        return reply.epoch

    async def _ask(self, relay: str, verb: str, payload: bytes) -> relay_pb2.RelayReply:
        """The relay's answer; errors.Unavailable as soon as the relay is known to be lost."""
        waiting = self._waiting.setdefault(relay, set())
        try:
            async with asyncio.timeout(_ANSWER_S + 1) as patience:
                waiting.add(patience)
                answer = await self.bus.request(f"kapok.v1.relays.{relay}.{verb}", payload, timeout_s=_ANSWER_S)
        except (BusAwayError, TimeoutError) as error:
            if isinstance(error, NobodyListensError) and self.pool.nobody_listens(relay):
                self._stop_waiting(relay)
            raise errors.Unavailable("SERVICE_AWAY", f"{relay} does not answer; try again", service=relay) from error
        finally:
            waiting.discard(patience)
        reply = relay_pb2.RelayReply.FromString(answer)
        if reply.error_kind:
            raise _refusal(reply)
        return reply

    def _stop_waiting(self, relay: str) -> None:
        for patience in self._waiting.pop(relay, set()):
            with contextlib.suppress(RuntimeError):  # it is over already
                patience.reschedule(asyncio.get_running_loop().time())


def _refusal(reply: relay_pb2.RelayReply) -> errors.Error:
    """What a relay refused, as its own error said it."""
    if reply.error_kind == errors.Exhausted.kind:
        return errors.Exhausted(reply.error_reason, reply.error_message, retry_after=_RETRY_AFTER, limit=_LIMIT)
    stale = {"epoch": str(reply.epoch), "current": str(reply.current_epoch)} if reply.current_epoch else {}
    return named(reply.error_kind, reply.error_reason, reply.error_message, **stale)


End = Callable[[Ended], Awaitable[None]]


async def follow_endings(bus: Bus, permissions: Verifier, end: End, since: int | None) -> None:
    """Call ``end`` for each ending that permissions signed, those after ``since`` first.

    What ended while nobody listened stands in the bucket under the next numbers; None: nothing to catch up on.
    """

    async def apply(signed: bytes) -> None:
        ending = endings_pb2.Ending.FromString(permissions.open("kapok.permissions.ending", signed))
        cause = endings_pb2.Ending.Cause.Name(ending.cause).removeprefix("CAUSE_").replace("_", " ").lower()
        await end(Ended(ending.subject, ending.number, cause, ending.is_sealed))

    async def heard(message: Msg) -> None:
        await apply(message.data)

    await bus.subscribe(ENDINGS, heard)
    if since is not None:
        bucket = await bus.bucket("endings")
        while (signed := await bus.value(bucket, str(since := since + 1))) is not None:
            await apply(signed)
