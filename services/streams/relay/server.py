"""A door of the relay, for RTSP, WebSocket or gRPC, plain or TLS: accepts connections, keeps strangers few and short.

Every socket is closed by the ender.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.streams.relay.connection import Connection, House
from services.streams.relay.ender import Ender
from services.streams.relay.gate import Peer
from services.streams.relay.line import Line
from services.streams.relay.wire import secured

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Where to listen, and what those get who are not admitted yet."""

    host: str = "127.0.0.1"
    port: int = 8554
    strangers_most: int = 256
    stranger_patience: timedelta = timedelta(seconds=1)  # sure to be kept so long, also while the door is crowded
    send_buffer_bytes: int = 256 * 1024  # of each viewer: what the kernel holds, a viewer has not seen
    tls: Callable[[], ssl.SSLContext] | None = None  # what a new connection is shown; None: plain

    @property
    def send_buffer(self) -> tuple[int, int, int]:
        """What setsockopt takes."""
        return socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer_bytes


class Talk(Protocol):
    """One connection in its protocol."""

    @property
    def line(self) -> Line:
        """Its way out."""

    async def run(self) -> bool:
        """Serve until the end; True when a last word may still be on its way."""


MakeTalk = Callable[[socket.socket, Peer, House, Callable[[], None]], Talk]


def listen(door: Door) -> socket.socket:
    """A listening socket; what is set on it, its connections inherit. OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(*door.send_buffer)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((door.host, door.port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


class Server:
    """Serves ``listener`` while `run` runs; cancelling it ends every connection."""

    def __init__(
        self, listener: socket.socket, door: Door, house: House, ender: Ender, talk: MakeTalk = Connection
    ) -> None:
        self._talk = talk
        self._listener = listener
        self._door = door
        self._house = house
        self._ender = ender
        self._strangers: dict[asyncio.Task[None], float] = {}  # not admitted yet, the oldest first: since when
        self._left = asyncio.Event()  # a stranger was admitted, or went

    async def run(self) -> None:
        """Accept for ever."""
        loop = asyncio.get_running_loop()
        with self._listener:
            async with asyncio.TaskGroup() as connections:
                while True:
                    await self._room()
                    try:
                        accepted, address = await loop.sock_accept(self._listener)
                    except OSError as error:  # out of descriptors, or a peer that is gone again
                        log.warning("can't accept a viewer: %s", error.strerror)
                        await asyncio.sleep(0.1)  # others give descriptors back meanwhile
                        continue
                    accepted.setblocking(False)
                    task = connections.create_task(self._serve(accepted, Peer(*address[:2])), name="connection")
                    self._strangers[task] = loop.time()

    async def _room(self) -> None:
        """Wait until one more may come in. When strangers fill the place the oldest goes, lest they keep others out."""
        await asyncio.sleep(0)  # accepting never waits when many come at once; those inside must have their turn
        while len(self._strangers) >= self._door.strangers_most:
            oldest, since_s = next(iter(self._strangers.items()))
            self._left.clear()
            try:
                async with asyncio.timeout_at(since_s + self._door.stranger_patience.total_seconds()):
                    await self._left.wait()
            except TimeoutError:
                self._house.counters.connections_refused += 1
                self._forget(oldest)
                oldest.cancel()

    async def _serve(self, accepted: socket.socket, peer: Peer) -> None:
        task = asyncio.current_task()
        assert task is not None
        counters = self._house.counters
        talk, is_last_word_due = None, False
        counters.connections += 1
        try:
            accepted = secured(accepted, self._door.tls() if self._door.tls else None)
            talk = self._talk(accepted, peer, self._house, lambda: self._forget(task))
            counters.secure_connections += talk.line.wire.is_secure
            is_last_word_due = await talk.run()
        except Exception:  # one connection's failure, the gate's included, must not end a thousand viewers
            log.exception("a viewer's connection failed")
        finally:
            counters.connections -= 1
            self._forget(task)
            if talk is not None:
                counters.secure_connections -= talk.line.wire.is_secure
            if talk is not None and is_last_word_due:
                talk.line.wire.take_leave()
            self._ender.close(accepted, is_last_word_due=is_last_word_due)

    def _forget(self, task: "asyncio.Task[None]") -> None:
        if self._strangers.pop(task, None) is not None:
            self._left.set()
