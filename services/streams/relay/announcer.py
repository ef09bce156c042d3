"""What the relay says on the bus: that it is alive; every look's beginning and end, sessions that outlasted (facts)."""

import asyncio
import contextlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis.bus import Bus
from services.chassis.clock import Clock
from services.chassis.tasks import stop_if_cancelled
from services.streams.relay.counters import Counters
from services.streams.relay.doorkeeper import Doorkeeper
from services.streams.relay.record import Look, Pause, Stretch
from services.streams.relay.sessions import Session

_EVERY_S = 0.5
_LEAST_S = 0.02
_SMOOTHED_S = 5.0
_TAKEOVERS = "Article 18"


@dataclass(frozen=True)
class Address:
    """Who this relay is and where viewers reach it; ``public_key`` is X25519, 32 bytes, ``process`` is this one's."""

    relay: str
    public_key: bytes
    host: str
    port: int
    metrics: str
    process: str
    web_port: int = 0
    rtsps_port: int = 0  # 0 = no TLS
    wss_port: int = 0
    grpc_port: int = 0
    grpc_has_tls: bool = False


@dataclass(frozen=True)
class FactRecord:
    """Record of looks and stretches: facts in JetStream."""

    bus: Bus
    relay: str
    process: str

    async def opened(self, look: Look) -> None:
        """A viewer is about to see the first picture."""
        await self._publish("opened", look)

    async def closed(self, look: Look) -> None:
        """A viewer sees no more."""
        await self._publish("closed", look)

    async def outlasted(self, stretch: Stretch) -> None:
        """A session went on beyond the standing lease, by a takeover."""
        session, ended_at = stretch.session, stretch.ended_at
        assert ended_at is not None, "told when it is over"
        key = f"{session.name} {stretch.began_at.isoformat()} outlasted"
        fact = self._fact("session.outlasted", key, session, ended_at, is_sealed=stretch.is_sealed)
        fact.article = _TAKEOVERS
        outlasted = relay_pb2.Outlasted(
            session=session.name, relay=self.relay, takeover=stretch.takeover, viewers=stretch.viewers,
            end_reason=stretch.why,
        )  # fmt: skip
        outlasted.justify_time.FromDatetime(stretch.justified_at)
        outlasted.start_time.FromDatetime(stretch.began_at)
        outlasted.end_time.FromDatetime(ended_at)
        fact.snapshot.Pack(outlasted)
        await self._tell(fact)

    async def paused(self, pause: Pause) -> None:
        """An exclusive takeover suspends a session, or gave it back."""
        session, found, at = pause.session, pause.suspension, pause.ended_at or pause.began_at
        verb = "session.resumed" if pause.ended_at else "session.suspended"
        key = f"{session.name} {found.takeover} {found.until.isoformat()} {at.isoformat()} {verb}"
        fact = self._fact(verb, key, session, at, is_sealed=pause.is_sealed)
        fact.article = _TAKEOVERS
        said = relay_pb2.SessionSuspension(
            session=session.name, relay=self.relay, takeover=found.takeover, agency=found.agency, viewers=pause.viewers
        )
        said.start_time.FromDatetime(pause.began_at)
        said.until.FromDatetime(found.until)
        if pause.ended_at:
            said.end_time.FromDatetime(pause.ended_at)
        fact.snapshot.Pack(said)
        await self._tell(fact)

    async def _publish(self, verb: str, look: Look) -> None:
        session = look.session
        key = f"{session.name} {look.viewer} {look.opened_at.isoformat()} {verb}"
        occurred_at = look.closed_at or look.opened_at
        fact = self._fact(f"viewer.{verb}", key, session, occurred_at, is_sealed=look.is_sealed)
        viewer = relay_pb2.Viewer(
            session=session.name, relay=self.relay, viewer=look.viewer, peer_address=look.peer, close_reason=look.why,
            process=self.process,
        )  # fmt: skip
        viewer.open_time.FromDatetime(look.opened_at)
        if look.closed_at:
            viewer.close_time.FromDatetime(look.closed_at)
        fact.snapshot.Pack(viewer)
        await self._tell(fact)

    def _fact(self, verb: str, key: str, session: Session, at: datetime, *, is_sealed: bool) -> fact_pb2.Fact:
        """The same ``key`` gives the same id, so that a retry after a lost acknowledgement is no second fact."""
        fact = fact_pb2.Fact(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.relay} {key}")), kind=f"relay.{verb}",
            principal=session.principal, camera=session.camera, session=session.name, is_sealed=is_sealed,
        )  # fmt: skip
        fact.occur_time.FromDatetime(at)
        return fact

    async def _tell(self, fact: fact_pb2.Fact) -> None:
        subject = f"kapok.v1.facts.relay.{self.relay}.{fact.kind.removeprefix('relay.')}"
        await self.bus.publish_durable(subject, fact.SerializeToString(), fact.id)


@dataclass(frozen=True)
class Capacity:
    """What one relay process serves well: viewers, and bytes per second to them."""

    viewers: int = 1000
    bytes_per_s: int = 500_000_000


@dataclass
class Announcer:
    """Says who this relay is, how loaded, and whether it doubts or drains: each half second while the bus is there.

    It begins when this relay could take a session: when it has heard permissions.
    """

    bus: Bus
    address: Address
    capacity: Capacity
    counters: Counters
    doorkeeper: Doorkeeper
    clock: Clock
    _has_news: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: tuple[float, int] | None = None  # when, and bytes out until then
    _bytes_per_s: float = 0.0

    async def announce_forever(self) -> None:
        """Speak for ever. Between two announcements pass 20 ms, whatever the news."""
        while True:
            is_ready = self._sent or not self.doorkeeper.lease.has_run_out(self.clock.monotonic())
            if is_ready and self.bus.client.is_connected:
                await self._announce()
            stop_if_cancelled()
            await asyncio.sleep(_LEAST_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S - _LEAST_S):
                    await self._has_news.wait()
            self._has_news.clear()

    def hurry(self) -> None:
        """There is news that streams should not wait for."""
        self._has_news.set()

    async def _announce(self) -> None:
        now_s, address, tenure = self.clock.monotonic(), self.address, self.doorkeeper.tenure
        tenure.speaks(now_s, self.bus.client.stats["reconnects"], has_sessions=len(self.doorkeeper.sessions) > 0)
        said = relay_pb2.RelayAnnouncement(
            relay=address.relay, public_key=address.public_key, rtsp_host=address.host, rtsp_port=address.port,
            viewers=self.counters.viewers, cameras=self.counters.sources,
            applied_number=max(self.doorkeeper.lease.applied, 0), metrics_address=address.metrics,
            bytes_per_second=self._rate(now_s), viewers_most=self.capacity.viewers,
            bytes_per_second_most=self.capacity.bytes_per_s, process=address.process,
            orders=tenure.orders, doubt=tenure.open_doubt, is_draining=tenure.is_draining,
            web_port=address.web_port, rtsps_port=address.rtsps_port, wss_port=address.wss_port,
            grpc_port=address.grpc_port, grpc_has_tls=address.grpc_has_tls,
        )  # fmt: skip
        said.time.FromDatetime(self.clock.now())
        await self.bus.publish(f"kapok.v1.relays.{address.relay}.announce", said.SerializeToString())

    def _rate(self, now_s: float) -> int:
        """Bytes per second to viewers, smoothed over some five seconds."""
        then_s, bytes_then = self._sent or (now_s, 0)
        if (passed_s := now_s - then_s) >= _EVERY_S / 2:
            rate = (self.counters.bytes_out - bytes_then) / passed_s
            self._bytes_per_s += (rate - self._bytes_per_s) * min(1.0, passed_s / _SMOOTHED_S)
            then_s, bytes_then = now_s, self.counters.bytes_out
        self._sent = (then_s, bytes_then)
        return int(self._bytes_per_s)
