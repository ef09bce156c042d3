"""One viewer with a connection of its own: a cursor into the ring, and the line that its pictures go out by."""

import socket

from services.streams.relay.counters import Counters
from services.streams.relay.line import Line
from services.streams.relay.reader import GONE, Reader
from services.streams.relay.rtp import AccessUnit


class Viewer(Reader, Line):
    """Belongs to the loop's thread, but for ``socket`` and ``ended_why``, which the ender uses under its lock."""

    def __init__(self, connection: socket.socket, counters: Counters) -> None:
        Reader.__init__(self, counters)
        Line.__init__(self, connection, counters)
        self.hears = False  # has asked for the sound, too

    def parts(self) -> bool:
        """Never: the kernel may hold pictures for it, which only a reset throws away."""
        return False

    def take(self, unit: AccessUnit) -> int:
        """Send the picture ``next``, on which the viewer waits level with the ring; the bytes that the socket took."""
        buffer, sound = unit.buffer, unit.sound if self.hears else b""
        try:
            sent = self._sendmsg((sound, buffer)) if sound else self._send(buffer)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._fail("connection lost")
            return 0
        if sent == len(buffer) + len(sound):
            self.next += 1
        else:
            is_begun = sent > 0 or self._keeps_refused
            self.next += is_begun
            self._counters.access_units_out += is_begun and not sent  # the fan-out counts what it saw leave
            self._half = memoryview(sound + buffer if sound else buffer)[sent:] if is_begun else None
            self._wait()
        return sent

    def dismiss(self, why: str) -> None:
        """There is no more that it could read."""
        self._fail(why)

    def close(self) -> None:
        """Forget everything; the socket itself is closed by the ender."""
        self.next, self._ring = GONE, None
        super().close()

    def _go_on(self) -> None:
        Line._go_on(self)

    def _following(self) -> bytes | None:
        unit = self._advance()
        if unit is None:
            return None
        return unit.sound + unit.buffer if self.hears else unit.buffer

    def _wait(self) -> None:
        """Until the socket takes more the fan-out passes by, lest it write into a half sent one."""
        self._fall_behind()
        super()._wait()
