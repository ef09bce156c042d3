"""Many viewers in one process: each plays over RTSP/TCP, and one loop notes when the last byte of each came."""

import selectors
import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

from cli.rtsp_pull import Pull
from services.streams.relay.h264 import H264, KEY

_READ_BYTES = 256 * 1024


@dataclass
class Crowd:
    """Viewers that play. ``ended_at_s`` holds, for each that was ended, the time of its reset; monotonic seconds."""

    count: int
    last_byte_at_s: dict[socket.socket, float] = field(default_factory=dict)
    ended_at_s: dict[socket.socket, float] = field(default_factory=dict)
    all_ended: threading.Event = field(default_factory=threading.Event)

    def join(self, url: str) -> None:
        """Let every viewer join ``url`` and play; returns once the loop reads them all."""
        selector = selectors.DefaultSelector()
        for _ in range(self.count):
            connection = Pull.open(url).connection
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ)
        threading.Thread(target=self._read, args=(selector,), daemon=True).start()

    def _read(self, selector: selectors.BaseSelector) -> None:
        while len(self.ended_at_s) < self.count:
            for key, _ in selector.select():
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                try:
                    data = connection.recv(_READ_BYTES)
                except ConnectionError:
                    data = b""
                if data:
                    self.last_byte_at_s[connection] = time.monotonic()
                else:
                    self.ended_at_s[connection] = time.monotonic()
                    selector.unregister(connection)
                    connection.close()
        self.all_ended.set()


def first_picture_s(url: str) -> tuple[float, float]:
    """Seconds from connecting to the whole first decodable (key) picture, and to the answer to PLAY."""
    started_s = time.monotonic()
    with closing(Pull.open(url)) as pull:
        handshake_s = time.monotonic() - started_s
        inspector, is_key = H264(), False
        for packet in pull.packets():
            is_key = is_key or bool(inspector.inspect(packet.payload) & KEY)
            if packet.has_marker and is_key:
                return time.monotonic() - started_s, handshake_s
    raise AssertionError("the stream ended before a key picture")
