"""The relays of the cell on the bus: what they announce, and the orders that streams gives them."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nats.aio.msg import Msg
from prometheus_client import Gauge

from kapok.streams.v1 import relay_pb2
from services.chassis import errors
from services.chassis.bus import Bus, BusAwayError, NobodyListensError
from services.chassis.clock import Clock
from services.chassis.metrics import REGISTRY
from services.chassis.rpc_status import named
from services.chassis.signing import Signer
from services.streams.domain import Session
from services.streams.placement import Load, Relay
from services.streams.pool import Pool, Standing
from services.streams.ports import Warrant

log = logging.getLogger(__name__)
ANNOUNCEMENTS = "kapok.v1.relays.*.announce"
_RETRY_AFTER, _LIMIT = timedelta(seconds=5), "relay-sessions"  # when a relay is full
_ANSWER_S = 5.0
_RELAYS = Gauge("kapok_streams_relays", "Relays of the cell, by how they stand", ("standing",), registry=REGISTRY)


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

    def processes(self) -> frozenset[str]:
        return frozenset(relay.process for relay, _ in self.pool.standings(self.clock.monotonic()))

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

    def call_all_again(self) -> None:
        self.pool.call_all_again()

    async def call_roll(self, relay: Relay, sessions: Sequence[str], reason: str) -> Sequence[str]:
        call = relay_pb2.RollCall(
            relay=relay.name, process=relay.process, orders=relay.orders, doubt=relay.doubt, sessions=sessions,
            reason=reason,
        )  # fmt: skip
        signed = self.signer.seal("kapok.streams.roll", call.SerializeToString())
        reply = await self._ask(relay.name, "roll", signed)
        self.pool.called(relay)
        return reply.missing

    async def assign(self, session: Session, relay: Relay, warrant: Warrant, *, is_moved: bool = False) -> None:
        assignment = relay_pb2.Assignment(
            session=session.name, legal_basis=session.legal_basis, incident=session.incident, relay=relay.name,
            viewer_limit=session.viewer_limit, sealed_source=warrant.sealed_source, signed_facts=warrant.signed_facts,
            credentials=sorted(session.shown.names), stream=f"STREAM_{session.stream.name}",
            mark_signature=self.signer.sign("kapok.streams.mark", session.name.removeprefix("sessions/").encode()),
            is_moved=is_moved,
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

    async def fence(self, signed_fencing: bytes) -> bool:
        asked, is_all = self.pool.commanding(self.clock.monotonic())
        replies = await asyncio.gather(
            *(self._ask(relay, "fence", signed_fencing) for relay in asked), return_exceptions=True
        )
        for reply in replies:
            if isinstance(reply, BaseException) and not isinstance(reply, errors.Error):
                raise reply
        away = [name for name, reply in zip(asked, replies, strict=True) if isinstance(reply, errors.Error)]
        if away or not is_all:
            silent = away or "a relay that fell silent, or one not heard of yet"
            log.info("control is fenced by time alone: %s can't say that no older command passes", silent)
        return is_all and not away

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
