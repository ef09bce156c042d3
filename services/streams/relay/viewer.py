"""One viewer's connection: a cursor into the ring, what is half written, replies that wait for a picture's end.

Pictures go out by one non-blocking send each, on the raw socket: a transport would copy and queue what it can't send.
"""

import socket
from collections.abc import Iterable, Sequence

from services.streams.relay.counters import Counters
from services.streams.relay.mark import Marking, pieces
from services.streams.relay.reader import GONE, Reader
from services.streams.relay.rtp import AccessUnit
from services.streams.relay.wire import wire

_PICTURES_A_TURN = 8  # of catching up, before the loop's others have theirs
_REPLIES_BYTES_MOST = 64 * 1024  # a client that asks without reading its answers is not served further


class Viewer(Reader):
    """Belongs to the loop's thread, but for ``socket`` and ``ended_why``, which the ender uses under its lock."""

    def __init__(self, connection: socket.socket, counters: Counters) -> None:
        super().__init__(counters)
        self.socket = connection
        self.ended_why: str | None = None
        self.hears = False  # has asked for the sound, too
        self.marking = Marking()  # its session's, once it is admitted
        self.wire = wire(connection)
        self._send, self._sendmsg, self._keeps_refused = self.wire.send, self.wire.sendmsg, self.wire.keeps_refused
        self._half: list[memoryview] = []  # the rest of what was begun; nothing else may go out before it
        self._replies = b""
        self._is_writing = False  # waiting for the socket to take more

    def parts(self) -> bool:
        """Never: the kernel may hold pictures for it, which only a reset throws away."""
        return False

    async def receive(self, bytes_most: int) -> bytes:
        """What the client says next; nothing when it has hung up. OSError when the connection is lost."""
        return await self.wire.receive(bytes_most)

    def reply(self, data: bytes) -> None:
        """Send a message of the client's protocol now, or after the picture that is half written."""
        self._replies += data
        if len(self._replies) > _REPLIES_BYTES_MOST:
            self._fail("asks without reading")
        elif not self._is_writing:
            self._write()

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
            self._fail("connection lost")
            return 0
        if sent == (len(buffer) if parts is None else sum(map(len, parts))):
            self.next += 1
        else:
            is_begun = sent > 0 or self._keeps_refused
            self.next += is_begun
            self._counters.access_units_out += is_begun and not sent  # the fan-out counts what it saw leave
            self._half = _rest(parts or (buffer,), sent) if is_begun else []
            self._wait()
        return sent

    def dismiss(self, why: str) -> None:
        """There is no more that it could read."""
        self._fail(why)

    def close(self) -> None:
        """Forget everything; the socket itself is closed by the ender."""
        self.next, self._half, self._replies, self._ring = GONE, [], b"", None
        self._stop_writing()

    def _go_on(self) -> None:
        if not self._is_writing:
            self._write()

    def _write(self) -> None:
        """Write what is due, in order: the rest of a picture, replies, the pictures that follow."""
        try:
            for _ in range(_PICTURES_A_TURN):
                if not self._half and not self._load():
                    self._stop_writing()
                    return
                half = self._half
                sent = self._send(half[0]) if len(half) == 1 else self._sendmsg(half)
                self._counters.bytes_out += sent
                self._half = _rest(half, sent)
                if self._half:
                    break
        except BlockingIOError:
            pass  # `_wait` is what follows from it
        except OSError:
            self._fail("connection lost")
            return
        self._wait()

    def _load(self) -> bool:
        """Make the next thing due the half-written one; False when nothing is."""
        if self._replies:
            self._half, self._replies = [memoryview(self._replies)], b""
            return True
        unit = self._advance()
        if unit is None:
            return False
        self._half = _rest(self._parts(unit), 0)
        return True

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
        """Go on when the socket takes more; until then the fan-out passes by, lest it write into a half sent one."""
        self._fall_behind()
        if not self._is_writing:
            self._is_writing = True
            self._loop.add_writer(self.socket, self._write)

    def _stop_writing(self) -> None:
        if self._is_writing:
            self._is_writing = False
            self._loop.remove_writer(self.socket)

    def _fail(self, why: str) -> None:
        """Nothing goes out any more; the connection's reader finds the socket shut and closes it."""
        self.ended_why = self.ended_why or why
        self.close()
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # reset by the ender or the peer: the reader finds out the same way


def _rest(parts: Iterable[bytes | memoryview], sent: int) -> list[memoryview]:
    """What is left of ``parts`` when so many bytes of them are sent."""
    rest = []
    for part in parts:
        if sent < len(part):
            rest.append(memoryview(part)[sent:])
        sent = max(0, sent - len(part))
    return rest
