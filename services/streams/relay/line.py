"""One connection's way out: what is half written, replies that wait for its end, then what follows by itself.

Pictures go out by one non-blocking send each, on the raw socket: a transport would copy and queue what it can't send.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence

from services.streams.relay.counters import Counters
from services.streams.relay.ender import unsent_bytes
from services.streams.relay.wire import wire

_PICTURES_A_TURN = 8  # of catching up, before the loop's others have theirs
_REPLIES_BYTES_MOST = 64 * 1024  # a client that asks without reading its answers is not served further


class Line:
    """Belongs to the loop's thread, but for ``socket`` and ``ended_why``, which the ender uses under its lock."""

    def __init__(self, connection: socket.socket, counters: Counters) -> None:
        self.socket = connection
        self.ended_why: str | None = None
        self.wire = wire(connection)
        self._send, self._sendmsg, self._keeps_refused = self.wire.send, self.wire.sendmsg, self.wire.keeps_refused
        self._counters = counters
        self._half: list[memoryview] = []  # the rest of what was begun; nothing else may go out before it
        self._replies = b""
        self._is_writing = False  # waiting for the socket to take more

    async def receive(self, bytes_most: int) -> bytes:
        """What the client says next; nothing when it has hung up. OSError when the connection is lost."""
        return await self.wire.receive(bytes_most)

    def reply(self, data: bytes) -> None:
        """Send a message of the client's protocol now, or after the picture that is half written."""
        self._replies += data
        if len(self._replies) > _REPLIES_BYTES_MOST:
            self.dismiss("asks without reading")
        else:
            self._go_on()

    def last_word(self, data: bytes, why: str) -> None:
        """A reply before the end; not to who has pictures waiting: what the kernel holds, only a reset throws away."""
        if self._is_writing or unsent_bytes(self.socket):
            self.dismiss(why)
        else:
            self.reply(data)

    def dismiss(self, why: str) -> None:
        """Nothing goes out any more; the connection's reader finds the socket shut and closes it."""
        self.ended_why = self.ended_why or why
        self.close()
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # reset by the ender or the peer: the reader finds out the same way

    def close(self) -> None:
        """Forget everything; the socket itself is closed by the ender."""
        self._half, self._replies = [], b""
        self._stop_writing()

    def _following(self) -> Sequence[bytes | memoryview]:
        """What goes out next when nothing else is due, in parts that go out as one; none: nothing."""
        raise NotImplementedError

    def _go_on(self) -> None:
        """Write what is due, unless the socket takes nothing now."""
        if not self._is_writing:
            self._write()

    def _write(self) -> None:
        """Write what is due, in order: the rest of a picture, replies, what follows."""
        try:
            for _ in range(_PICTURES_A_TURN):
                if not self._half and not self._load():
                    self._stop_writing()
                    return
                half = self._half
                sent = self._send(half[0]) if len(half) == 1 else self._sendmsg(half)
                self._counters.bytes_out += sent
                self._half = rest(half, sent)
                if self._half:
                    break
        except BlockingIOError:
            pass  # `_wait` is what follows from it
        except OSError:
            self.dismiss("connection lost")
            return
        self._wait()

    def _load(self) -> bool:
        """Make the next thing due the half-written one; False when nothing is."""
        if self._replies:
            self._half, self._replies = [memoryview(self._replies)], b""
        else:
            self._half = rest(self._following(), 0)
        return bool(self._half)

    def _wait(self) -> None:
        """Go on when the socket takes more."""
        if not self._is_writing:
            self._is_writing = True
            asyncio.get_running_loop().add_writer(self.socket, self._write)

    def _stop_writing(self) -> None:
        if self._is_writing:
            self._is_writing = False
            asyncio.get_running_loop().remove_writer(self.socket)


def rest(parts: Iterable[bytes | memoryview], sent: int) -> list[memoryview]:
    """What is left of ``parts`` when so many bytes of them are sent."""
    left = []
    for part in parts:
        if sent < len(part):
            left.append(memoryview(part)[sent:])
        sent = max(0, sent - len(part))
    return left
