"""One viewer by gRPC: a cursor into the ring, and as much of the picture under way as its caller has a window for."""

import asyncio
import socket

from services.chassis.errors import Denied
from services.streams.relay.counters import Counters
from services.streams.relay.ender import unsent_bytes
from services.streams.relay.http2 import frames
from services.streams.relay.mark import Marking
from services.streams.relay.reader import GONE, Reader
from services.streams.relay.rtp import AccessUnit
from services.streams.relay.trunk import Trunk, widened


class Call(Reader):
    """Belongs to the loop's thread, but for what the ender may use from its own: ``socket``, ``ended_why``, `parts`."""

    def __init__(self, trunk: Trunk, stream: int, window: int, counters: Counters) -> None:
        super().__init__(counters)
        self.ended_why: str | None = None
        self.stream = stream
        self.over: asyncio.Future[Denied] = self._loop.create_future()  # set once the right has ended
        self._trunk = trunk
        self._window = window
        self._under_way: bytes | None = None  # a picture of which a part has gone, as `frames.framed` made it
        self._gone_bytes = 0  # of that one
        self.marking = Marking()  # its session's, once it is admitted

    @property
    def socket(self) -> socket.socket:
        """Shared with the other calls of its connection."""
        return self._trunk.socket

    @property
    def is_torn(self) -> bool:
        """Whether a picture is under way that will not go on."""
        return self._under_way is not None

    def take(self, unit: AccessUnit) -> int:
        """Send the picture ``next``, on which the call waits level with the ring; the bytes that the socket took."""
        trunk, buffer = self._trunk, self._own(unit)
        size = frames.message_bytes(buffer)
        if self.ended_why is not None or not trunk.is_idle or size > self._window or size > trunk.window:
            self._fall_behind()
            trunk.is_due(self)
            return 0
        self._window -= size
        trunk.window -= size
        self.next += 1
        sent = trunk.carry(frames.readdressed(buffer, self.stream))
        self._counters.access_units_out += not sent  # the fan-out counts what it saw leave
        return sent

    def piece(self) -> bytes | None:
        """What follows, as far as both windows let it; None: nothing does, or the peer must open a window first."""
        window = min(self._window, self._trunk.window)
        if self.ended_why is not None or window <= 0:  # a picture of which nothing can go is not begun
            return None
        if self._under_way is None:
            if (unit := self._advance()) is None:
                return None
            self._under_way, self._gone_bytes = self._own(unit), 0
        buffer = self._under_way
        size = frames.message_bytes(buffer)
        if self._gone_bytes == 0 and size <= window:
            piece, spent = frames.readdressed(buffer, self.stream), size
        else:
            piece, spent = frames.piece(buffer, self._gone_bytes, window, self.stream)
        self._window -= spent
        self._trunk.window -= spent
        self._gone_bytes += spent
        if self._gone_bytes == size:
            self._under_way = None
        return piece

    def widen(self, by: int) -> None:
        """The peer takes so much more of this call; less, when it is negative. Raises Fault."""
        self._window = widened(self._window, by)

    def dismiss(self, why: str) -> None:
        """There is no more that it could read."""
        self.ended_why = self.ended_why or why
        self._part()

    def parts(self) -> bool:
        """True when nothing waits for it in the kernel: then it sees no more, and is told why it ends."""
        try:
            if not self._trunk.is_idle or unsent_bytes(self.socket):
                return False
            self._loop.call_soon_threadsafe(self._part)
        except (OSError, RuntimeError):  # reset by the peer; the loop is closed
            return False
        return True

    def close(self) -> None:
        """It sends no more."""
        self.next, self._ring, self._under_way = GONE, None, None
        self._trunk.leave(self)

    def _own(self, unit: AccessUnit) -> bytes:
        """The picture as everybody has it, or a copy with the session's mark in it."""
        if unit.mark_at and (own := self.marking.units):
            return frames.overlaid(unit.buffer, unit.mark_at, own[unit.encoding])
        return unit.buffer

    def _part(self) -> None:
        if not self.over.done():
            self.over.set_result(Denied("TOKEN_INVALID", f"the session has ended: {self.ended_why}"))

    def _go_on(self) -> None:
        self._trunk.is_due(self)
