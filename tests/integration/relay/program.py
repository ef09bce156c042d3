"""A program written for tests, on a bare socket: it says what no library would, and sees each frame as it came."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import hpack

from kapok.streams.v1 import media_service_pb2
from services.streams.relay.http2 import frames
from services.streams.relay.http2.frames import Frame, Frames, frame
from services.streams.relay.rpc import calls

HELLO = frames.PREFACE + frame(frames.SETTINGS, 0, 0)
REQUEST = media_service_pb2.WatchAccessUnitsRequest(session="sessions/c", token="abc.def").SerializeToString()
_WHOLE = frames.END_HEADERS | frames.END_STREAM


def fields(path: str = calls.METHOD, method: str = "POST", kind: str = "application/grpc") -> bytes:
    """Of a call."""
    return bytes(hpack.Encoder().encode([(":method", method), (":path", path), ("content-type", kind)]))


def call(stream: int, request: bytes = REQUEST) -> bytes:
    """A whole call."""
    asked = frame(frames.DATA, frames.END_STREAM, stream, calls.message(request))
    return frame(frames.HEADERS, frames.END_HEADERS, stream, fields()) + asked


class Program:
    """Holds no window open but what it says."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.seen: list[Frame] = []
        self._frames = Frames()
        assert list(self._frames.feed(frames.PREFACE)) == []
        self._decoder = hpack.Decoder()

    async def say(self, *parts: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, b"".join(parts))

    async def until(self, kind: int, stream: int | None = None) -> Frame:
        """The first frame of that kind, of that stream, that is still to come; those before it are passed over."""
        while True:
            for number, one in enumerate(self.seen):
                if one.kind == kind and stream in (None, one.stream):
                    del self.seen[: number + 1]
                    return one
            async with asyncio.timeout(30):
                data = await asyncio.get_running_loop().sock_recv(self.socket, 65536)
            if not data:
                raise EOFError
            self.seen += self._frames.feed(data)

    async def message(self, stream: int) -> media_service_pb2.AccessUnit:
        """The next picture of a call, in however many frames."""
        received = b""
        while len(received) < 5 or len(received) < 5 + int.from_bytes(received[1:5], "big"):
            received += (await self.until(frames.DATA, stream)).payload
        return media_service_pb2.AccessUnit.FromString(received[5:])

    async def fields(self, stream: int) -> dict[str, str]:
        """Of the next header block."""
        return dict(self._decoder.decode((await self.until(frames.HEADERS, stream)).payload))

    async def fault(self) -> int:
        """The code with which the relay says good-bye."""
        return int.from_bytes((await self.until(frames.GOAWAY)).payload[4:8], "big")


@asynccontextmanager
async def program(port: int, greeting: bytes = HELLO, receive_bytes: int = 0) -> AsyncIterator[Program]:
    """Connected, and introduced by ``greeting``."""
    with socket.socket() as connection:
        connection.setblocking(False)
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        made = Program(connection)
        await made.say(greeting)
        yield made
