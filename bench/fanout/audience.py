"""Viewers as a process of their own: they join what they are told, and tell what came, when, and who was ended.

One JSON document a line, in both directions: {"join": [url, ...]}, then {"count": seconds} or {"ends": seconds}.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from bench.fanout.camera import MAGIC, STAMP
from bench.fanout.joining import joined

_BUFFER = bytearray(256 * 1024)
_STAMPED = len(MAGIC) + STAMP.size
_DELAYS_MOST = 500_000


@dataclass
class Seat:
    """One viewer. ``tail`` is the end of what it read last: a stamp may lie across two reads."""

    url: str
    connection: socket.socket
    tail: bytes = b""
    number: int = -1


@dataclass
class Audience:
    """All viewers of one process."""

    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    received_bytes: int = 0
    pictures: int = 0
    lost: int = 0
    delays_ms: list[float] = field(default_factory=list)
    ends: list[tuple[str, float]] = field(default_factory=list)

    def join(self, urls: list[str]) -> None:
        """Play all; those that play are read meanwhile, so that nobody becomes a slow viewer."""
        for url in urls:
            for connection in joined(url):
                connection.setblocking(False)
                self.selector.register(connection, selectors.EVENT_READ, Seat(url, connection))
            self.read_for(0)

    def read_for(self, seconds: float) -> None:
        """Read everybody for that long."""
        until_s = time.monotonic() + seconds
        while True:
            for key, _ in self.selector.select(max(0.0, min(0.1, until_s - time.monotonic()))):
                self._read(key.data)
            if time.monotonic() >= until_s:
                return

    def count(self, seconds: float) -> dict[str, Any]:
        """What comes from now on in so many seconds; delays are from the camera's send to the read."""
        self.received_bytes = self.pictures = self.lost = 0
        self.delays_ms.clear()
        self.read_for(seconds)
        delays = sorted(self.delays_ms)
        p99 = delays[int(0.99 * (len(delays) - 1))] if delays else None
        return {"bytes": self.received_bytes, "pictures": self.pictures, "lost": self.lost, "delay_p99_ms": p99}

    def _read(self, seat: Seat) -> None:
        try:
            size = seat.connection.recv_into(_BUFFER)
        except BlockingIOError:
            return
        except ConnectionError:
            size = 0
        if not size:
            self.ends.append((seat.url, time.monotonic()))
            self.selector.unregister(seat.connection)
            seat.connection.close()
            return
        self.received_bytes += size
        self._look(seat, seat.tail + _BUFFER[:size])

    def _look(self, seat: Seat, data: bytes) -> None:
        at, read_ns, rest = data.find(MAGIC), time.monotonic_ns(), 0
        while 0 <= at <= len(data) - _STAMPED:
            number, sent_ns = STAMP.unpack_from(data, at + len(MAGIC))
            self.pictures += 1
            self.lost += max(0, number - seat.number - 1) if seat.number >= 0 else 0
            seat.number = number
            if len(self.delays_ms) < _DELAYS_MOST:
                self.delays_ms.append((read_ns - sent_ns) / 1e6)
            rest = at + _STAMPED
            at = data.find(MAGIC, rest)
        seat.tail = bytes(data[max(rest, len(data) - _STAMPED + 1) :])


def main() -> None:
    """Do what the lines of standard input say; viewers are read between them by the next order only."""
    audience = Audience()
    for line in sys.stdin:
        said: dict[str, Any] = json.loads(line)
        answer: Any = {}
        if "join" in said:
            audience.join(said["join"])
        elif "count" in said:
            answer = audience.count(said["count"])
        else:
            print(json.dumps("reading"), flush=True)
            audience.ends.clear()
            audience.read_for(said["ends"])
            answer = audience.ends
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
