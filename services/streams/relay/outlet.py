"""Hands one camera's pictures to its viewers in one shape: as RTP packets, or as what is made of them once for all.

source ─► outlet "packets" ─► RTSP viewers
      └─► outlet of another shape: made once per picture, while anybody wants it ─► its viewers
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from services.chassis.clock import Clock
from services.rtsp.message import ProtocolError
from services.streams.relay.counters import Counters
from services.streams.relay.ring import WAITING, Ring
from services.streams.relay.rtp import AccessUnit
from services.streams.relay.sdp import Inspector

_SLICE_S = 0.002  # the fan-out of one picture yields this often: handshakes and other cameras are waiting


class Receiver(Protocol):
    """A viewer as the fan-out sees it. ``next`` is the picture that it wants from the fan-out, or negative for none."""

    next: int

    def take(self, buffer: bytes) -> int:
        """Send picture ``next`` now; the bytes that the socket took."""

    def begin(self, number: int) -> None:
        """Go on from picture ``number`` of the ring, as fast as the socket lets it."""

    def watch(self, ring: Ring) -> None:
        """Begin at the newest key picture of ``ring``, or wait for one."""


class Maker(Protocol):
    """Makes one shape of a camera's pictures, one after another."""

    def make(self, unit: AccessUnit, inspector: Inspector) -> AccessUnit:
        """``unit`` with another buffer; ProtocolError when the camera sent what can't be had in this shape."""


class Outlet:
    """A ring and who reads it; `run` must run beside it."""

    def __init__(self, counters: Counters, clock: Clock, bytes_most: int) -> None:
        self.ring = Ring(bytes_most)
        self._counters = counters
        self._clock = clock
        self._receivers: dict[Receiver, None] = {}
        self._arrived = asyncio.Event()  # a picture that is not handed out yet

    def put(self, unit: AccessUnit, _inspector: Inspector) -> None:
        """One more picture."""
        self.ring.append(unit)
        self._arrived.set()

    def begin(self, group: Iterable[AccessUnit], inspector: Inspector | None) -> None:
        """To be called before `attach` with the group of pictures under way."""

    def attach(self, receiver: Receiver) -> None:
        """From now on ``receiver`` gets every picture, beginning with the newest key picture."""
        self._receivers[receiver] = None
        receiver.watch(self.ring)

    def detach(self, receiver: Receiver) -> None:
        """``receiver`` gets nothing any more; unknown ones are ignored."""
        self._receivers.pop(receiver, None)

    async def run(self) -> None:
        """Hand out what comes, for ever."""
        number = self.ring.head
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while number < self.ring.head:
                number = max(number, self.ring.first)
                await self._hand_out(number, self.ring[number])
                number += 1

    async def _hand_out(self, number: int, unit: AccessUnit) -> None:
        """One picture to everybody who is level with the ring: one comparison and one send per viewer."""
        monotonic, buffer = self._clock.monotonic, unit.buffer
        until_s = monotonic() + _SLICE_S
        sent_bytes = sent_units = 0
        for receiver in tuple(self._receivers):
            if receiver.next == number:
                taken = receiver.take(buffer)
                sent_bytes += taken
                sent_units += taken > 0
            elif unit.is_key and receiver.next == WAITING:
                receiver.begin(number)
            elif 0 <= receiver.next < number:  # the ring let go of pictures before they were handed out
                receiver.begin(receiver.next)
            if monotonic() > until_s:
                await asyncio.sleep(0)
                until_s = monotonic() + _SLICE_S
        self._counters.bytes_out += sent_bytes
        self._counters.access_units_out += sent_units


class MadeOutlet(Outlet):
    """Of another shape: each picture is made once, and none while nobody wants it."""

    def __init__(self, counters: Counters, clock: Clock, bytes_most: int, maker: Callable[[], Maker]) -> None:
        super().__init__(counters, clock, bytes_most)
        self._new_maker = maker
        self._maker = maker()
        self._awaits_key = True  # what is missing in a group spoils the rest of it

    def begin(self, group: Iterable[AccessUnit], inspector: Inspector | None) -> None:
        """The first receiver starts with the group under way, like one of the packets."""
        if self._receivers or inspector is None:
            return
        head = self.ring.head
        self.ring = Ring(self.ring.bytes_most, first=head, head=head)
        self._maker, self._awaits_key = self._new_maker(), True
        for unit in group:
            self._make(unit, inspector)

    def put(self, unit: AccessUnit, inspector: Inspector) -> None:
        if self._receivers:
            self._make(unit, inspector)

    def _make(self, unit: AccessUnit, inspector: Inspector) -> None:
        if self._awaits_key and not unit.is_key:
            return
        try:
            made = self._maker.make(unit, inspector)
        except ProtocolError:
            self._counters.drops += 1
            self._awaits_key = True
            return
        self._awaits_key = False
        super().put(made, inspector)
