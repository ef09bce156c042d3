"""One camera towards its viewers: pulled while anybody holds it, its pictures and sound given to outlets.

intake ─► assembler, which takes the sound along ─► access units ─► an outlet for each shape that viewers take

Viewers hold a cursor, not a queue, so memory is bounded by the outlets' rings whatever their number and slowness. One
that is level with its ring gets each picture from the fan-out; one that is behind catches up as its socket lets it.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from services.chassis.clock import Clock, SystemClock
from services.chassis.errors import Error, Internal, InvalidArgument, Unauthenticated, Unavailable
from services.rtsp.message import ProtocolError
from services.streams.relay import sdp
from services.streams.relay.counters import Counters
from services.streams.relay.fragments import Fragments
from services.streams.relay.framing import Arrival
from services.streams.relay.intake import Patience, SourceSpec, pull
from services.streams.relay.outlet import Hall, MadeOutlet, Maker, Outlet, Receiver, ToldOutlet
from services.streams.relay.packing import Packing
from services.streams.relay.ring import Ring
from services.streams.relay.rpc.messages import Messages
from services.streams.relay.rtp import AccessUnit, Assembler
from services.streams.relay.sound import Carried

log = logging.getLogger(__name__)
_RECENT_S = 2.0  # a picture so old still says that the camera is there
_WALL_TIME_S = 1.0  # that a step of the system's clock may go unnoticed
PLAYING, SILENT, CONNECTING = "PLAYING", "SILENT", "CONNECTING"
PACKETS, FRAGMENTS, DATAGRAMS, MESSAGES = "packets", "fragments", "datagrams", "messages"  # the shapes to take
_MADE: dict[str, Callable[[], Maker]] = {FRAGMENTS: Fragments, MESSAGES: Messages}


@dataclass(frozen=True, slots=True)
class Habits:
    """How sources behave; the defaults suit a city."""

    patience: Patience = field(default_factory=Patience)
    linger: timedelta = timedelta(seconds=10)  # pulled on after the last viewer left
    first_key: timedelta = timedelta(seconds=15)  # that a viewer waits for a camera's first key picture
    retry_first: timedelta = timedelta(seconds=0.5)
    retry_most: timedelta = timedelta(seconds=30)
    ring_bytes_most: int = 16 * 2**20
    picture_bytes_most: int = 8 * 2**20


class Source:
    """Inert until held; its work runs in ``tasks``, which belongs to the one who opened the relay."""

    def __init__(
        self,
        spec: SourceSpec,
        tasks: asyncio.TaskGroup,
        counters: Counters,
        habits: Habits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._spec = spec
        self._tasks = tasks
        self._counters = counters
        self._habits = habits or Habits()
        self._clock = clock or SystemClock()
        self._holders = 0
        self._is_served = False
        self._held, self._unheld = asyncio.Event(), asyncio.Event()
        self._settled = asyncio.Event()  # the first key picture is there, or the camera has failed
        self._failure: Error | None = None
        self._pictured_at_s: float | None = None
        self._unix_ahead_s, self._ask_again_s = 0.0, float("-inf")  # wall time, of monotonic time
        self._reset()

    @property
    def is_pulled(self) -> bool:
        """True from the first holder until nobody has held it for ``linger``."""
        return self._is_served

    @property
    def format(self) -> tuple[object, ...]:
        """What viewers were told at DESCRIBE and can't be told again; empty before the camera was first connected."""
        inspector, sound = self._assembler.inspector, self._sound.track
        if inspector is None:
            return ()
        heard = (sound.encoding, sound.clock_rate_hz, sound.channels, sound.fmtp) if sound else ()
        return (inspector.encoding, *heard)

    @property
    def has_sound(self) -> bool:
        """Whether there is anything to hear."""
        return self._sound.track is not None

    def signal(self, now_s: float) -> bool | None:
        """True while pictures arrive, False while the camera is away; None: it is not pulled, or too early to say."""
        state = self.state(now_s)
        return None if state in ("", CONNECTING) else state == PLAYING

    def state(self, now_s: float) -> str:
        """PLAYING, SILENT, CONNECTING, or the reason of the error why not; empty when it is not pulled."""
        if not self._is_served:
            return ""
        if self._pictured_at_s is not None and now_s - self._pictured_at_s <= _RECENT_S:
            return PLAYING
        if self._failure is not None:
            return self._failure.reason
        return CONNECTING if self._pictured_at_s is None else SILENT

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the camera pulled while inside."""
        self._holders += 1
        self._unheld.clear()
        self._held.set()
        if not self._is_served:
            self._is_served = True
            self._tasks.create_task(self._serve(), name="source")
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._held.clear()
                self._unheld.set()

    async def description(self) -> bytes:
        """The SDP for viewers, once a key picture is here; Unavailable or the camera's own failure when none comes."""
        try:
            async with asyncio.timeout(self._habits.first_key.total_seconds()):
                await self._settled.wait()
        except TimeoutError as error:
            raise Unavailable("SOURCE_AWAY", "the camera sends no key picture; check its encoder") from error
        if isinstance(self._failure, Unauthenticated | InvalidArgument):  # the camera's: nothing a viewer can mend
            raise Unavailable(self._failure.reason, f"the camera: {self._failure.message}")
        if self._failure is not None:
            raise self._failure
        assert self._assembler.inspector is not None, "a key picture came through an inspector"
        return sdp.offer(self._assembler.inspector, self._sound.track)

    @property
    def ring(self) -> Ring:
        """Of the packets."""
        return self._outlets[PACKETS].ring

    def attach(self, receiver: Receiver, shape: str = PACKETS) -> None:
        """From now on ``receiver`` gets every picture in that shape, beginning with the one that `start` told."""
        self._outlets[shape].attach(receiver)

    def start(self) -> AccessUnit | None:
        """The picture that a viewer attached now would begin with; None: the next key picture."""
        return None if self.ring.key is None else self.ring[self.ring.key]

    def detach(self, receiver: Receiver) -> None:
        """``receiver`` gets nothing any more; unknown ones are ignored."""
        for outlet in self._outlets.values():
            outlet.detach(receiver)

    def playing(self, described: sdp.Description) -> None:
        """The intake has (re)connected. Viewers who were told of another format may not be able to read this one."""
        before = self.format
        self._sound.restart(described.sound)
        self._assembler.restart(described.track)
        if before not in ((), self.format):
            self._settled.clear()
            for outlet in self._outlets.values():
                outlet.change("the camera changed its format")

    def packets(self, packets: Sequence[bytes]) -> None:
        """RTP packets of the camera's pictures, one after another."""
        self._counters.bytes_in += sum(map(len, packets))
        dropped = self._assembler.dropped
        for unit in self._assembler.push(packets, self._now):
            self._counters.access_units_in += 1
            self._pictured_at_s = unit.captured_at_monotonic_s
            for outlet in self._outlets.values():
                outlet.put(unit)
            if unit.is_key:
                self._failure = None
                self._settled.set()
        self._counters.drops += self._assembler.dropped - dropped

    def sound(self, data: bytes) -> None:
        """One of its sound."""
        self._counters.bytes_in += len(data)
        try:
            self._sound.push(data, self._now())
        except ProtocolError:
            self._counters.drops += 1

    def report(self, track: str, data: bytes) -> None:
        """What the camera says of its time."""
        self._assembler.clock.hear(track, data, self._now())

    def _now(self) -> Arrival:
        """Wall time is asked for once a second: at each picture it would be a tenth of taking it in."""
        now_s = self._clock.monotonic()
        if now_s >= self._ask_again_s:
            self._unix_ahead_s, self._ask_again_s = self._clock.now().timestamp() - now_s, now_s + _WALL_TIME_S
        return Arrival(now_s, now_s + self._unix_ahead_s)

    def _reset(self) -> None:
        hall = Hall(self._counters, self._clock, self._habits.ring_bytes_most)
        packets = Outlet(hall)
        made = {shape: MadeOutlet(hall, packets.ring, maker) for shape, maker in _MADE.items()}
        datagrams = ToldOutlet(hall, packets.ring, Packing)
        self._outlets: dict[str, Outlet] = {PACKETS: packets, DATAGRAMS: datagrams, **made}
        self._sound = Carried(secrets.randbits(32))
        self._assembler = Assembler(secrets.randbits(32), self._habits.picture_bytes_most, self._sound)
        self._failure = None
        self._pictured_at_s = None
        self._settled.clear()

    async def _serve(self) -> None:
        self._counters.sources += 1
        try:
            async with asyncio.TaskGroup() as group:
                running = (outlet.run() for outlet in self._outlets.values())
                work = [group.create_task(job) for job in (self._pull(), *running)]
                await self._idle()
                for task in work:
                    task.cancel()
        finally:
            self._counters.sources -= 1

    async def _idle(self) -> None:
        """Return when nobody has held the camera for ``linger``; a later holder starts afresh."""
        while True:
            await self._unheld.wait()
            try:
                async with asyncio.timeout(self._habits.linger.total_seconds()):
                    await self._held.wait()
            except TimeoutError:
                if not self._holders:
                    self._is_served = False
                    self._reset()
                    return

    async def _pull(self) -> None:
        """Pull the camera again and again, ever more patiently; a refused password waits longest: cameras lock out."""
        delay_s = self._habits.retry_first.total_seconds()
        most_s = self._habits.retry_most.total_seconds()
        while True:
            before = self.ring.head
            try:
                await pull(self._spec, self, self._habits.patience)
            except Error as failure:
                self._failure = failure
                self._settled.set()
                if isinstance(failure, Unauthenticated):
                    delay_s = most_s
            except Exception:  # whatever one camera provokes must not end the others
                log.exception("pulling a camera failed")
                self._failure = Internal("SOURCE_FAILED", "the relay failed to pull this camera; its log says why")
                self._settled.set()
            if self.ring.head > before:
                delay_s = self._habits.retry_first.total_seconds()
            await asyncio.sleep(delay_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            delay_s = min(2 * delay_s, most_s)
            self._counters.source_reconnects += 1
