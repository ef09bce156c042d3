"""One viewer's WebSocket connection, from its first byte to its end (RFC 6455): one request in, fragments out.

handshake ─► admitted, source held ─► opened (durable) ─► init segment, fragments … ─► closed
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack

from services.chassis.errors import Error
from services.streams.relay import websocket
from services.streams.relay.connection import STATUS, House, full
from services.streams.relay.gate import Admission, Peer
from services.streams.relay.source import FRAGMENTS, Source
from services.streams.relay.viewer import Viewer
from services.streams.relay.websocket import FrameError, Frames, Handshake, HandshakeError

_READ_BYTES = 4096
_REASONS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 426: "Upgrade Required",
            431: "Request Header Fields Too Large"}  # fmt: skip
_REFUSED = 4000  # close codes from here on are an application's own (RFC 6455 §7.4.2): ours add the RTSP status


class Browser:
    """State machine of one connection; `run` returns when it is over."""

    def __init__(self, accepted: socket.socket, peer: Peer, house: House, on_admitted: Callable[[], None]) -> None:
        self.line = self._viewer = Viewer(accepted, house.counters)
        self._peer = peer
        self._house = house
        self._on_admitted = on_admitted
        self._source: Source | None = None
        self._admission: Admission | None = None
        self._is_playing = False  # opened with the gate, so to be closed with it
        self._holds = ExitStack()

    async def run(self) -> bool:
        """Serve until the end; True when a last word may still be on its way to the client."""
        why = "relay stopped"
        try:
            why = await self._serve()
            return self._viewer.ended_why is None
        finally:
            if self._source is not None:
                self._source.detach(self._viewer)
            self._viewer.close()
            self._holds.close()
            if self._is_playing and self._admission is not None:
                self._house.counters.viewers -= 1
                self._house.gate.closed(self._admission, self._viewer, self._viewer.ended_why or why)

    async def _serve(self) -> str:
        try:
            async with asyncio.timeout(self._house.manners.handshake.total_seconds()):
                handshake = await self._handshake()
        except HandshakeError as refusal:
            self._viewer.reply(_answer(refusal))
            return "malformed request"
        except TimeoutError:
            return "handshake too slow"
        except OSError:
            return "connection lost"
        self._viewer.reply(handshake.encode())
        try:
            await self._open(handshake)
        except Error as refusal:
            said = f"{refusal.reason}: {refusal.message}"
            self._viewer.reply(websocket.closing(_REFUSED + STATUS.get(refusal.kind, 500), said))
            return "refused"
        try:
            return await self._listen()
        except FrameError as broken:
            why = "malformed frame"
            self._viewer.last_word(websocket.closing(broken.code, str(broken)), why)
            return why
        except OSError:
            return "connection lost"

    async def _handshake(self) -> Handshake:
        request = b""
        while b"\r\n\r\n" not in request:
            data = await self._viewer.receive(_READ_BYTES)
            if not data:
                raise ConnectionResetError
            request += data
            if len(request) > websocket.REQUEST_BYTES_MOST:
                raise HandshakeError(431, f"the request is longer than {websocket.REQUEST_BYTES_MOST} bytes")
        if not request.endswith(b"\r\n\r\n"):
            raise HandshakeError(400, "nothing follows the request before it is answered")
        handshake = websocket.parse(request)
        if handshake.origin and handshake.origin not in self._house.origins:
            # A program that has a token may say what it likes; this is against other sites in a viewer's browser.
            raise HandshakeError(403, "this page's origin is not one of the cell's (KAPOK_WEB_ORIGINS)")
        return handshake

    async def _open(self, handshake: Handshake) -> None:
        """Admit the viewer, put it on record, and let pictures begin."""
        house = self._house
        if house.counters.connections > house.manners.connections_most:
            raise full()
        house.refuse_in_the_open(self._viewer, self._peer)
        self._admission = await house.gate.admit(f"{handshake.path}?token={handshake.token}", self._peer)
        self._viewer.marking = self._admission.marking
        self._source = house.sources.source(self._admission.feed)
        self._holds.enter_context(self._source.held())
        self._on_admitted()
        await self._source.description()  # nothing plays before the camera does
        await house.gate.opened(self._admission, self._viewer)
        self._is_playing = True
        house.counters.viewers += 1
        house.counters.viewers_total += 1
        self._source.attach(self._viewer, FRAGMENTS)

    async def _listen(self) -> str:
        """Answer pings until the viewer leaves; one that is silent is asked once whether it is still there."""
        frames, is_asked = Frames(), False
        half_s = self._house.manners.session.total_seconds() / 2
        while True:
            try:
                async with asyncio.timeout(half_s):
                    data = await self._viewer.receive(_READ_BYTES)
            except TimeoutError:
                if is_asked:
                    self._viewer.dismiss("no sign of life")
                    return "no sign of life"
                is_asked = True
                self._viewer.reply(websocket.frame(websocket.PING, b""))
                continue
            if not data:
                return "closed by the viewer"
            is_asked = False
            for kind, payload in frames.feed(data):
                if kind == websocket.CLOSE:
                    self._viewer.reply(websocket.closing(1000))
                    return "closed by the viewer"
                if kind == websocket.PING:
                    self._viewer.reply(websocket.frame(websocket.PONG, payload))


def _answer(refusal: HandshakeError) -> bytes:
    body = f"{refusal}\n".encode()
    fields = {"Connection": "close", **refusal.headers, "Content-Type": "text/plain", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {refusal.status} {_REASONS[refusal.status]}\r\n{lines}\r\n".encode() + body
