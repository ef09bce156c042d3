"""Viewers as a process of their own: they join what they are told, and tell what came, when, and who was ended.

One JSON document a line, in both directions: {"join": [url, ...]}, then {"count": seconds} or {"ends": seconds}. The
first argument is the file of the authority, where URLs are of TLS.
"""

import json
import selectors
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.fanout.camera import MAGIC, STAMP
from bench.fanout.joining import Line, joined
from services.chassis.errors import Error, Unavailable

_STAMPED = len(MAGIC) + STAMP.size
_KEPT = _STAMPED - 1  # of what was read last: a stamp may lie across two reads
_BUFFER = bytearray(_KEPT + 256 * 1024)
_ROOM = memoryview(_BUFFER)[_KEPT:]
_RECORDS_A_TURN = 16  # TLS gives one at a time
_DELAYS_MOST = 500_000
_TRIES, _AGAIN_S = 20, 0.25
_JOINING, _TURN_S = 16, 0.005  # at a time; how long those that play are read between


@dataclass
class Seat:
    """One viewer. ``sent_s`` is when the camera sent the last pictures of those that came; monotonic seconds."""

    url: str
    line: Line
    tail: bytes = b""
    number: int = -1
    sent_s: deque[float] = field(default_factory=lambda: deque(maxlen=4))


@dataclass
class Audience:
    """All viewers of one process."""

    authority: Path | None = None
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    received_bytes: int = 0
    pictures: int = 0
    lost: int = 0
    delays_ms: list[float] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=list)

    def join(self, urls: list[str]) -> None:
        """Play all; those that play are read meanwhile, so that nobody becomes a slow viewer."""
        with ThreadPoolExecutor(_JOINING) as threads:
            waiting = {threads.submit(self._joined, url): url for url in urls}
            while waiting:
                self.read_for(_TURN_S)
                for future in [one for one in waiting if one.done()]:
                    url = waiting.pop(future)
                    for line in future.result():
                        line.connection.setblocking(False)
                        self.selector.register(line.connection, selectors.EVENT_READ, Seat(url, line))

    def _joined(self, url: str) -> list[Line]:
        """Join as a player does: who is told to try again does so."""
        for _ in range(_TRIES):
            try:
                return joined(url, self.authority)
            except Unavailable:
                time.sleep(_AGAIN_S)
        return joined(url, self.authority)

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
        connection = seat.line.connection
        for _ in range(_RECORDS_A_TURN if seat.line.is_secure else 1):
            try:
                size = connection.recv_into(_ROOM)
            except seat.line.refused:
                return
            except OSError as error:
                self._end(seat, type(error).__name__)
                return
            if not size:
                self._end(seat, "closed")
                return
            self.received_bytes += size
            seat.line.took(size)
            self._look(seat, size)

    def _end(self, seat: Seat, how: str) -> None:
        self.ends.append({"url": seat.url, "at_s": time.monotonic(), "how": how, "sent_s": list(seat.sent_s)})
        self.selector.unregister(seat.line.connection)
        seat.line.connection.close()

    def _look(self, seat: Seat, size: int) -> None:
        """Find the stamps in what was read, behind the end of what was read before."""
        start, end, read_ns = _KEPT - len(seat.tail), _KEPT + size, time.monotonic_ns()
        _BUFFER[start:_KEPT] = seat.tail
        at = _BUFFER.find(MAGIC, start, end)
        while 0 <= at <= end - _STAMPED:
            number, sent_ns = STAMP.unpack_from(_BUFFER, at + len(MAGIC))
            self.pictures += 1
            self.lost += max(0, number - seat.number - 1) if seat.number >= 0 else 0
            seat.number = number
            seat.sent_s.append(sent_ns / 1e9)
            if len(self.delays_ms) < _DELAYS_MOST:
                self.delays_ms.append((read_ns - sent_ns) / 1e6)
            start = at + _STAMPED
            at = _BUFFER.find(MAGIC, start, end)
        seat.tail = bytes(_BUFFER[max(start, end - _KEPT) : end])


def main() -> None:
    """Do what the lines of standard input say; viewers are read between them by the next order only."""
    audience = Audience(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    for line in sys.stdin:
        said: dict[str, Any] = json.loads(line)
        answer: Any = {}
        if "join" in said:
            try:
                audience.join(said["join"])
            except (OSError, Error) as error:
                sys.exit(f"bench-fanout: a viewer could not join: {error}")
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
