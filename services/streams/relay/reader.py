"""Where one viewer stands in a ring, whatever its way out: level with the fan-out, behind, or waiting for a key."""

import asyncio

from services.streams.relay.counters import Counters
from services.streams.relay.ring import WAITING, Ring
from services.streams.relay.rtp import AccessUnit

BEHIND, GONE, PAUSED = -2, -3, -4  # values of `next` that no picture has: the fan-out passes by


class Reader:
    """A cursor into a ring. ``next`` is the picture that it wants from the fan-out, or negative for none."""

    def __init__(self, counters: Counters) -> None:
        self.next = WAITING
        self._loop = asyncio.get_running_loop()
        self._counters = counters
        self._opened_s: float | None = self._loop.time()  # until the first picture is out
        self._ring: Ring | None = None
        self._cursor = WAITING

    def watch(self, ring: Ring) -> None:
        """Begin at the newest key picture of ``ring``, or wait for one."""
        self._ring = ring
        if ring.key is not None and not self.is_paused:
            self.begin(ring.key)

    @property
    def is_paused(self) -> bool:
        """Whether nothing goes out, whatever comes."""
        return self.next == PAUSED

    def pause(self) -> None:
        """No picture is begun from now on."""
        if self.next != GONE:
            self.next = PAUSED

    def resume(self) -> None:
        """The next key picture is its next."""
        if self.is_paused:
            self.next = WAITING

    def begin(self, number: int) -> None:
        """Go on from picture ``number``, now and whenever more can go out."""
        self._cursor, self.next = number, BEHIND
        self._go_on()

    def _go_on(self) -> None:
        """Send what can be sent from the cursor on."""
        raise NotImplementedError

    def _fall_behind(self) -> None:
        """The fan-out passes by until the cursor is level with the ring again."""
        if self.next >= 0:
            self._cursor, self.next = self.next, BEHIND

    def _advance(self) -> AccessUnit | None:
        """The picture at the cursor, which moves on; None when there is none: the fan-out brings the next picture.

        Who is too far behind is cut back to the newest key picture.
        """
        if self.next != BEHIND or self._ring is None:
            return None
        number = self._ring.resume(self._cursor)
        if number is None or number == self._ring.head:
            self._counters.cut_backs += number is None
            self.next = WAITING if number is None else number
            return None
        self._counters.cut_backs += number != self._cursor
        self._cursor = number + 1
        self._counters.access_units_out += 1
        if self._opened_s is not None:
            self._counters.first_picture(self._loop.time() - self._opened_s)
            self._opened_s = None
        return self._ring[number]
