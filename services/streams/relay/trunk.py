"""One connection that carries several calls (HTTP/2): whose turn it is, and what the peer takes of them together."""

import socket
from collections.abc import Sequence
from typing import Protocol

from services.streams.relay.counters import Counters
from services.streams.relay.http2.frames import FLOW_CONTROL_ERROR, WINDOW_MOST, Fault
from services.streams.relay.http2.settings import WINDOW_BYTES
from services.streams.relay.line import Line


class Passenger(Protocol):
    """A call as its trunk sees it."""

    def piece(self) -> bytes | None:
        """What it sends next; None: nothing is due, or the peer takes no more of it now."""


class Trunk(Line):
    """Belongs to the loop's thread, but for ``socket``, which the ender uses under its lock."""

    def __init__(self, connection: socket.socket, counters: Counters) -> None:
        super().__init__(connection, counters)
        self.window = WINDOW_BYTES  # what the peer still takes, of all calls together
        self._due: dict[Passenger, None] = {}

    @property
    def is_idle(self) -> bool:
        """Whether what is sent now goes to the kernel at once."""
        return not self._is_writing

    def carry(self, buffer: bytes) -> int:
        """Send all of ``buffer``, while `is_idle`: the bytes taken at once. The rest goes out before anything else."""
        try:
            sent = self._send(buffer)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.dismiss("connection lost")
            return 0
        if sent < len(buffer):
            self._half = [memoryview(buffer)[sent:]]
            self._wait()
        return sent

    def is_due(self, *passengers: Passenger) -> None:
        """They may have something to send."""
        self._due.update(dict.fromkeys(passengers))
        self._go_on()

    def widen(self, by: int) -> None:
        """The peer takes so much more. Raises Fault."""
        self.window = widened(self.window, by)

    def leave(self, passenger: Passenger) -> None:
        """It has no more to send; unknown ones are ignored."""
        self._due.pop(passenger, None)

    def close(self) -> None:
        """Forget everything; the socket itself is closed by the ender."""
        self._due.clear()
        super().close()

    def _following(self) -> Sequence[bytes]:
        while self._due:
            passenger = next(iter(self._due))
            del self._due[passenger]
            if (piece := passenger.piece()) is not None:
                self._due[passenger] = None  # behind the others
                return (piece,)
        return ()


def widened(window: int, by: int) -> int:
    """The window after the peer has opened it further (RFC 9113 §6.9.1). Raises Fault."""
    if window + by > WINDOW_MOST:
        raise Fault(FLOW_CONTROL_ERROR, "a window beyond 2^31-1")
    return window + by
