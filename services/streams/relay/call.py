"""One viewer by gRPC: a cursor into the ring, and the one picture that its call is being given.

gRPC takes a picture when its own flow control and the kernel have taken the one before, so nothing queues here.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable

from services.chassis.errors import Denied
from services.streams.relay.counters import Counters
from services.streams.relay.descriptors import unsent_bytes
from services.streams.relay.ender import Endable
from services.streams.relay.ring import WAITING, Ring
from services.streams.relay.rtp import AccessUnit

_BEHIND = -2  # a value of `next` that no picture has: the fan-out passes by
_PARTING_S = 0.05  # for the picture in flight, which is the last, to be gone
End = Callable[[Iterable[Endable], str], object]


class Call:
    """Belongs to the loop's thread, but for `parts`, which the ender calls from its own."""

    def __init__(self, connection: socket.socket, counters: Counters, end: End) -> None:
        """``connection`` is the call's to know and the caller's to close; ``end`` is the ender's."""
        self.socket = connection
        self.ended_why: str | None = None
        self.next = WAITING
        self._loop = asyncio.get_running_loop()
        self._counters = counters
        self._began_s: float | None = self._loop.time()  # until the first picture is out
        self._ring: Ring | None = None
        self._cursor = WAITING
        self._turn = asyncio.Event()  # something may be due
        self._is_writing = self._is_parting = False
        self._end = end

    def watch(self, ring: Ring) -> None:
        """Begin at the newest key picture of ``ring``, or wait for one."""
        self._ring = ring
        if ring.key is not None:
            self.begin(ring.key)

    def begin(self, number: int) -> None:
        """Go on from picture ``number``."""
        self._cursor, self.next = number, _BEHIND
        self._turn.set()

    def take(self, _unit: AccessUnit) -> int:
        """The picture ``next`` is there: it goes out when the call's task has its turn, and is counted then."""
        self.begin(self.next)
        return 0

    def dismiss(self, why: str) -> None:
        """There is no more that it could read."""
        self.ended_why = self.ended_why or why
        self._turn.set()

    def parts(self) -> bool:
        """True while all that it could still be given is the picture in flight: then it is told why it ends.

        One that does not take that picture soon is put before the ender again, and does not part.
        """
        try:
            if unsent_bytes(self.socket) or (self._is_parting and self._is_writing):
                return False
            self._is_parting = True
            self._loop.call_soon_threadsafe(self._part)
        except (OSError, RuntimeError):  # reset by the peer; the loop is closed
            return False
        return True

    def _part(self) -> None:
        self._turn.set()
        self._loop.call_later(_PARTING_S, self._cut)

    def _cut(self) -> None:
        if self._is_writing:
            self._end([self], self.ended_why or "")

    async def run(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Write what is due for ever; Denied once the right has ended."""
        while True:
            unit = await self._due()
            self._is_writing = (
                True  # said before it is asked whether it may be: who ends the call sees one or the other
            )
            if self.ended_why is None:
                await write(unit.buffer)
                self._counters.access_units_out += 1
                self._counters.bytes_out += len(unit.buffer)
                if self._began_s is not None:
                    self._counters.first_picture(self._loop.time() - self._began_s)
                    self._began_s = None
            self._is_writing = False

    async def _due(self) -> AccessUnit:
        """The picture that comes next, as soon as it is there."""
        while True:
            if self.ended_why is not None:
                raise Denied("TOKEN_INVALID", f"the session has ended: {self.ended_why}")
            if self.next == _BEHIND and (unit := self._follow()) is not None:
                return unit
            self._turn.clear()
            await self._turn.wait()

    def _follow(self) -> AccessUnit | None:
        """The picture at the cursor, or the key picture that it is cut back to; None: level with the ring again."""
        assert self._ring is not None, "watch() comes first"
        number = self._ring.resume(self._cursor)
        self._counters.cut_backs += number != self._cursor
        if number is None or number == self._ring.head:
            self.next = WAITING if number is None else number
            return None
        self._cursor = number + 1
        return self._ring[number]
