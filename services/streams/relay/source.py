"""One camera towards its viewers: pulled while anybody holds it, its pictures kept in a ring and handed out.

Viewers hold a cursor, not a queue, so memory is bounded by the ring whatever their number and slowness. A viewer that
is level with the ring gets each picture from the fan-out; one that is behind catches up as its socket lets it.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from services.chassis.clock import Clock, SystemClock
from services.chassis.errors import Error, Internal, InvalidArgument, Unauthenticated, Unavailable
from services.streams.relay import sdp
from services.streams.relay.counters import Counters
from services.streams.relay.fragments import Fragments
from services.streams.relay.intake import Patience, SourceSpec, pull
from services.streams.relay.outlet import MadeOutlet, Maker, Outlet, Receiver
from services.streams.relay.ring import Ring
from services.streams.relay.rtp import AccessUnit, Arrival, Assembler

log = logging.getLogger(__name__)
_RECENT_S = 2.0  # a picture so old still says that the camera is there
PACKETS, FRAGMENTS = "packets", "fragments"  # the shapes that viewers take
_MADE: dict[str, Callable[[], Maker]] = {FRAGMENTS: Fragments}


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
        self._reset()

    @property
    def is_pulled(self) -> bool:
        """True from the first holder until nobody has held it for ``linger``."""
        return self._is_served

    def signal(self, now_s: float) -> bool | None:
        """True while pictures arrive, False while the camera is away; None: it is not pulled, or too early to say."""
        if not self._is_served:
            return None
        if self._pictured_at_s is None:
            return None if self._failure is None else False
        return now_s - self._pictured_at_s <= _RECENT_S

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
        return sdp.offer(self._assembler.inspector)

    @property
    def ring(self) -> Ring:
        """Of the packets."""
        return self._outlets[PACKETS].ring

    def attach(self, receiver: Receiver, shape: str = PACKETS) -> None:
        """From now on ``receiver`` gets every picture in that shape, beginning with the one that `start` told."""
        ring = self.ring
        group = (ring[number] for number in range(ring.head if ring.key is None else ring.key, ring.head))
        self._outlets[shape].begin(group, self._assembler.inspector)
        self._outlets[shape].attach(receiver)

    def start(self) -> AccessUnit | None:
        """The picture that a viewer attached now would begin with; None: the next key picture."""
        return None if self.ring.key is None else self.ring[self.ring.key]

    def detach(self, receiver: Receiver) -> None:
        """``receiver`` gets nothing any more; unknown ones are ignored."""
        for outlet in self._outlets.values():
            outlet.detach(receiver)

    def playing(self, track: sdp.Track) -> None:
        """The intake has (re)connected."""
        self._assembler.restart(track)

    def packet(self, data: bytes) -> None:
        """One RTP packet of the camera."""
        self._counters.bytes_in += len(data)
        arrival = Arrival(self._clock.monotonic(), self._clock.now().timestamp())
        for unit in self._assembler.push(data, arrival):
            self._counters.access_units_in += 1
            self._pictured_at_s = arrival.monotonic_s
            assert self._assembler.inspector is not None, "a picture came through an inspector"
            for outlet in self._outlets.values():
                outlet.put(unit, self._assembler.inspector)
            if unit.is_key:
                self._failure = None
                self._settled.set()

    def _reset(self) -> None:
        shared = self._counters, self._clock, self._habits.ring_bytes_most
        self._outlets = {PACKETS: Outlet(*shared)}
        self._outlets |= {shape: MadeOutlet(*shared, maker) for shape, maker in _MADE.items()}
        self._assembler = Assembler(secrets.randbits(32), self._habits.picture_bytes_most)
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
