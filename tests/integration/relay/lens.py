"""A camera made by hand, for what no foreign program does: to lie, to hang, to babble, to forget markers."""

import asyncio
import base64
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from services.rtsp.message import Headers, Interleaved, Parser, Request, Response

SPS = bytes.fromhex("67420014e90a0fd8")
PPS = bytes.fromhex("68ce3880")
SPROP = ",".join(base64.b64encode(nal).decode() for nal in (SPS, PPS))
Behaviour = Callable[["Lens", Request, asyncio.StreamWriter], Awaitable[None]]


def rtp(sequence: int, timestamp: int, payload: bytes, *, marker: bool = True, kind: int = 97) -> bytes:
    """One RTP packet as this camera numbers it."""
    return struct.pack(">BBHII", 0x80, kind | marker << 7, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 0xCAFE) + payload


@dataclass
class Lens:
    """Answers RTSP properly unless told otherwise, and sends what `show` is given to every player."""

    misbehave: dict[str, Behaviour] = field(default_factory=dict)
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    players: list[asyncio.StreamWriter] = field(default_factory=list)
    connections: int = 0
    _open: dict[asyncio.StreamWriter, asyncio.Event] = field(default_factory=dict)
    _sequence: int = 60_000
    _timestamp: int = 0xFFFF0000
    _hummed: int = 0

    @property
    def uri(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live"

    def show(self, *payloads: bytes) -> None:
        """One picture of these RTP payloads, 40 ms after the one before."""
        self._timestamp += 3600
        wire = b""
        for i, payload in enumerate(payloads):
            self._sequence += 1
            packet = rtp(self._sequence, self._timestamp, payload, marker=i == len(payloads) - 1)
            wire += Interleaved(0, packet).encode()
        self._send(wire)

    def hum(self, payload: bytes) -> None:
        """One packet of sound."""
        self._hummed += 1
        wire = Interleaved(2, rtp(self._hummed, 160 * self._hummed, payload, kind=8)).encode()
        self._send(wire)

    def _send(self, wire: bytes) -> None:
        """To every player that has not hung up: one that just did leaves the list a moment later."""
        for player in self.players:
            if not player.is_closing():
                player.write(wire)

    def key(self, size: int = 500) -> None:
        """A key picture of about ``size`` bytes, without parameter sets."""
        self.show(*(b"\x65" + bytes(min(1400, size - at)) for at in range(0, size, 1400)))

    def delta(self, size: int = 200) -> None:
        """A picture that needs those before it."""
        self.show(*(b"\x41" + bytes(min(1400, size - at)) for at in range(0, size, 1400)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open[writer] = over = asyncio.Event()
        parser = Parser()
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                for request in parser.feed(data):
                    if isinstance(request, Request):
                        self.requests.append(request)
                        await self.misbehave.get(request.method, answer)(self, request, writer)
        if writer in self.players:
            self.players.remove(writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        over.set()

    async def go(self) -> None:
        """Hang up on everybody."""
        for writer, over in self._open.items():
            writer.close()
            await over.wait()


async def answer(lens: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
    """What a good camera says."""
    fields, body = {"CSeq": str(request.cseq)}, b""
    if request.method == "DESCRIBE":
        body = (
            "v=0\r\nm=audio 0 RTP/AVP 8\r\na=control:audio\r\nm=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
            f"a=fmtp:97 packetization-mode=1;sprop-parameter-sets={SPROP}\r\na=control:video\r\n"
        ).encode()
        fields["Content-Type"] = "application/sdp"
    elif request.method == "SETUP":
        fields |= {"Session": "7;timeout=60", "Transport": request.headers.get("Transport")}
    writer.write(Response(200, headers=Headers(fields), body=body).encode())
    if request.method == "PLAY":
        lens.players.append(writer)


async def describe_h265(_lens: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
    """The DESCRIBE of a camera set to H.265, silent, whose parameter sets come with its pictures."""
    body = b"v=0\r\nm=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=control:video\r\n"
    writer.write(Response(200, headers=Headers({"CSeq": str(request.cseq)}), body=body).encode())


@asynccontextmanager
async def lens(**misbehave: Behaviour) -> AsyncIterator[Lens]:
    """A camera on a free port of loopback."""
    camera = Lens(misbehave)
    server = await asyncio.start_server(camera.serve, "127.0.0.1", 0)
    camera.port = server.sockets[0].getsockname()[1]
    try:
        yield camera
    finally:
        server.close()
        await camera.go()
