"""One viewer with a connection of its own: a cursor into the ring, and the line that its pictures go out by."""

import socket
from collections.abc import Sequence

from services.streams.relay.counters import Counters
from services.streams.relay.line import Line, rest
from services.streams.relay.mark import Marking, pieces
from services.streams.relay.reader import GONE, Reader
from services.streams.relay.rtp import AccessUnit


class Viewer(Line, Reader):
    """Belongs to the loop's thread, but for ``socket`` and ``ended_why``, which the ender uses under its lock."""

    def __init__(self, connection: socket.socket, counters: Counters) -> None:
        Reader.__init__(self, counters)
        Line.__init__(self, connection, counters)
        self.hears = False  # has asked for the sound, too
        self.beside: Reader | None = None  # who takes its pictures when they do not come this way
        self.marking = Marking()  # its session's, once it is admitted

    def parts(self) -> bool:
        """Never: the kernel may hold pictures for it, which only a reset throws away."""
        return False

    def pause(self) -> None:
        """Whichever way they come."""
        super().pause()
        if self.beside is not None:
            self.beside.pause()

    def resume(self) -> None:
        """The same."""
        super().resume()
        if self.beside is not None:
            self.beside.resume()

    def take(self, unit: AccessUnit) -> int:
        """Send the picture ``next``, on which the viewer waits level with the ring; the bytes that the socket took."""
        buffer, parts = unit.buffer, None
        if (self.hears and unit.sound) or (unit.mark_at and self.marking.units):
            parts = self._parts(unit)
        try:
            sent = self._send(buffer) if parts is None else self._sendmsg(parts)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.dismiss("connection lost")
            return 0
        if sent == (len(buffer) if parts is None else sum(map(len, parts))):
            self.next += 1
        else:
            is_begun = sent > 0 or self._keeps_refused
            self.next += is_begun
            self._counters.access_units_out += is_begun and not sent  # the fan-out counts what it saw leave
            self._half = rest(parts or (buffer,), sent) if is_begun else []
            self._wait()
        return sent

    def close(self) -> None:
        """Forget everything; the socket itself is closed by the ender."""
        self.next, self._ring = GONE, None
        super().close()

    def _following(self) -> Sequence[bytes | memoryview]:
        unit = self._advance()
        return () if unit is None else self._parts(unit)

    def _parts(self, unit: AccessUnit) -> Sequence[bytes | memoryview]:
        """What goes out of a picture, the shared buffer itself where it can be: no copy waits in a slow viewer."""
        parts: list[bytes | memoryview] = [unit.sound] if self.hears and unit.sound else []
        if unit.mark_at and (own := self.marking.units):
            parts += pieces(unit.buffer, unit.mark_at, own[unit.encoding])
        else:
            parts.append(unit.buffer)
        # What TLS has begun to send must be shown to it again as it was.
        return [b"".join(parts)] if self._keeps_refused and len(parts) > 1 else parts

    def _wait(self) -> None:
        """Until the socket takes more the fan-out passes by, lest it write into a half sent one."""
        self._fall_behind()
        super()._wait()
