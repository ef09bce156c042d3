"""Many viewers in one process: each plays over RTSP/TCP, and one loop notes when the last byte of each came."""

import asyncio
import selectors
import socket
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cli.rtsp_pull import Pull
from services.chassis import errors
from services.rtsp.conversation import Conversation
from services.streams.relay import sdp
from services.streams.relay.h264 import H264, KEY

_READ_BYTES = 256 * 1024
_AGAIN_S, _LONGEST_PAUSE_S, _PATIENCE_S = 0.1, 1.0, 30.0


@dataclass
class Crowd:
    """Viewers that play. ``ended_at_s`` holds, for each that was ended, the time of its reset; monotonic seconds."""

    count: int
    last_byte_at_s: dict[socket.socket, float] = field(default_factory=dict)
    ended_at_s: dict[socket.socket, float] = field(default_factory=dict)
    all_ended: threading.Event = field(default_factory=threading.Event)
    refusals: Counter[str] = field(default_factory=Counter)  # why tries to join failed, that were tried again

    def join(self, url: str) -> None:
        """Let every viewer join ``url`` and play; returns once the loop reads them all.

        All at once: viewers are on their own, and nobody waits for another one's answer.
        """
        selector = selectors.DefaultSelector()
        for connection in asyncio.run(self._all_joined(url)):
            selector.register(connection, selectors.EVENT_READ)
        threading.Thread(target=self._read, args=(selector,), daemon=True).start()

    async def _all_joined(self, url: str) -> list[socket.socket]:
        return await asyncio.gather(*(self._joined(url) for _ in range(self.count)))

    async def _joined(self, url: str) -> socket.socket:
        """A connection that plays ``url``; whom the relay can't serve now tries again, after growing pauses."""
        until_s, pause_s = time.monotonic() + _PATIENCE_S, _AGAIN_S
        while True:
            connection = socket.socket()
            connection.setblocking(False)
            try:
                await _play(connection, url)
            except (OSError, errors.Error) as failure:
                connection.close()
                self.refusals[str(failure)] += 1
                if time.monotonic() > until_s:
                    raise
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                return connection

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


async def _play(connection: socket.socket, url: str) -> None:
    """Connect and PLAY. Pictures that come with an answer are none of ours."""
    parts = urlsplit(url)
    await asyncio.get_running_loop().sock_connect(connection, (parts.hostname, parts.port))
    talk = Conversation(connection, None, lambda _packets: None)
    described = await talk.ask("DESCRIBE", url, {"Accept": "application/sdp"})
    found = sdp.parse(described.body, described.headers.get("Content-Base", url))
    await talk.ask("SETUP", found.track.control, {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"})
    await talk.ask("PLAY", found.aggregate, {"Range": "npt=now-"})


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
