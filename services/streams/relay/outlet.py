"""Hands one camera's pictures to its viewers in one shape: as RTP packets, or as what is made of them once for all.

source ─► Outlet, of packets with the sound beside ─► RTSP viewers
      └─► MadeOutlet: made once per picture, while anybody wants it ─► its viewers
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.chassis.clock import Clock
from services.rtsp.message import ProtocolError
from services.streams.relay.counters import Counters
from services.streams.relay.ring import WAITING, Ring
from services.streams.relay.rtp import AccessUnit

_BETWEEN_LOOKS = 8  # viewers, between looks at the clock
_TURNS = 4  # of the loop: an ending is read, parsed and applied in one after another, and none should last a slice
_SLICE_S = 0.003  # the fan-out of one picture yields this often: handshakes and other cameras are waiting


class Receiver(Protocol):
    """A viewer as the fan-out sees it. ``next`` is the picture that it wants from the fan-out, or negative for none."""

    next: int

    def take(self, unit: AccessUnit) -> int:
        """Send picture ``next`` now; the bytes that the socket took."""

    def begin(self, number: int) -> None:
        """Go on from picture ``number`` of the ring, as fast as the socket lets it."""

    def dismiss(self, why: str) -> None:
        """There is no more that it could read: its connection ends."""

    def watch(self, ring: Ring) -> None:
        """Begin at the newest key picture of ``ring``, or wait for one."""


class Maker(Protocol):
    """Makes one shape of a camera's pictures, one after another, beginning with a key picture."""

    def make(self, unit: AccessUnit) -> AccessUnit:
        """``unit`` with another buffer; ProtocolError when the camera sent what can't be had in this shape."""


@dataclass(frozen=True, slots=True)
class Hall:
    """What the outlets of a camera share."""

    counters: Counters
    clock: Clock
    ring_bytes_most: int


class Outlet:
    """A ring and who reads it; `run` must run beside it."""

    def __init__(self, hall: Hall) -> None:
        self.ring = Ring(hall.ring_bytes_most)
        self._counters = hall.counters
        self._clock = hall.clock
        self._receivers: dict[Receiver, None] = {}
        self._arrived = asyncio.Event()  # a picture that is not handed out yet

    def put(self, unit: AccessUnit) -> None:
        """One more picture."""
        self.ring.append(unit)
        self._arrived.set()

    def attach(self, receiver: Receiver) -> None:
        """From now on ``receiver`` gets every picture, beginning with the newest key picture."""
        self._receivers[receiver] = None
        receiver.watch(self.ring)

    def detach(self, receiver: Receiver) -> None:
        """``receiver`` gets nothing any more; unknown ones are ignored."""
        self._receivers.pop(receiver, None)

    def change(self, why: str) -> None:
        """The camera's format is another one. Who was told of the old one, and can't be told again, is dismissed."""
        self.ring.clear()
        for receiver in tuple(self._receivers):
            receiver.dismiss(why)

    async def run(self) -> None:
        """Hand out what comes, for ever."""
        number, ring = self.ring.head, self.ring
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while (number := max(number, ring.first)) < ring.head:
                await self._hand_out(number, ring[number])
                number += 1

    async def _hand_out(self, number: int, unit: AccessUnit) -> None:
        """One picture to everybody who is level with the ring: one comparison and one send per viewer."""
        monotonic = self._clock.monotonic
        until_s = monotonic() + _SLICE_S
        sent_bytes = sent_units = 0
        receivers = tuple(self._receivers)
        for start in range(0, len(receivers), _BETWEEN_LOOKS):
            if monotonic() > until_s:
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                until_s = monotonic() + _SLICE_S
            for receiver in receivers[start : start + _BETWEEN_LOOKS]:
                if receiver.next == number:
                    taken = receiver.take(unit)
                    sent_bytes += taken
                    sent_units += taken > 0
                elif unit.is_key and receiver.next == WAITING:
                    receiver.begin(number)
                elif 0 <= receiver.next < number:  # the ring let go of pictures before they were handed out
                    receiver.begin(receiver.next)
        self._counters.bytes_out += sent_bytes
        self._counters.access_units_out += sent_units


class MadeOutlet(Outlet):
    """Of another shape: each picture of ``packets`` is made once, and none while nobody wants it."""

    def __init__(self, hall: Hall, packets: Ring, maker: Callable[[], Maker]) -> None:
        super().__init__(hall)
        self._packets = packets
        self._new_maker = maker
        self._maker = maker()
        self._awaits_key = True  # what is missing in a group spoils the rest of it

    def attach(self, receiver: Receiver) -> None:
        """The first one has the group under way made for it, and so begins as early as one of the packets."""
        if not self._receivers:
            self._maker, self._awaits_key = self._new_maker(), True
            for unit in self._packets.group():
                self._make(unit)
        super().attach(receiver)

    def detach(self, receiver: Receiver) -> None:
        """When the last one leaves, what was made is let go: the next first one gets it anew."""
        super().detach(receiver)
        if not self._receivers:
            self.ring.clear()

    def put(self, unit: AccessUnit) -> None:
        """One more picture of the packets."""
        if self._receivers:
            self._make(unit)

    def change(self, why: str) -> None:
        """Nobody is dismissed: what is made tells its format with each key picture."""

    def _make(self, unit: AccessUnit) -> None:
        if self._awaits_key and not unit.is_key:
            return
        try:
            made = self._maker.make(unit)
        except ProtocolError:
            self._counters.drops += 1
            self._awaits_key = True
            return
        self._awaits_key = False
        super().put(made)


class ToldOutlet(MadeOutlet):
    """Whose receivers were told the format beside the pictures, as those of packets were."""

    def change(self, why: str) -> None:
        """They can't be told of another."""
        Outlet.change(self, why)
