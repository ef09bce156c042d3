"""A camera of our own that speaks UDP only, over a line that loses and reorders as it is told."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from services.rtsp.message import Headers, Request, Response
from tests.integration.relay.lens import Lens, lens, rtp


@dataclass
class Line:
    """``camera`` answers RTSP; `send` puts an RTP packet of its pictures on the line."""

    camera: Lens
    socket: socket.socket
    header: str = "RTP/AVP;unicast;{client};server_port={port}-{other}"
    player: tuple[str, int] | None = None
    offers: list[str] = field(default_factory=list)
    sequence: int = 100

    def send(self, sequence: int, timestamp: int, payload: bytes, *, marker: bool = True) -> None:
        assert self.player is not None
        self.socket.sendto(rtp(sequence, timestamp, payload, marker=marker), self.player)

    async def set_up(self, _lens: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
        offer = request.headers.get("Transport")
        self.offers.append(offer)
        client = re.search(r"client_port=(\d+)-(\d+)", offer)
        if client is None or request.uri.endswith("audio"):
            writer.write(Response(461, headers=Headers({"CSeq": str(request.cseq)})).encode())
            return
        self.player = ("127.0.0.1", int(client[1]))
        port = self.socket.getsockname()[1]
        header = self.header.format(client=client[0], port=port, other=port + 1)
        fields = {"CSeq": str(request.cseq), "Session": "7;timeout=60", "Transport": header}
        writer.write(Response(200, headers=Headers(fields)).encode())


@asynccontextmanager
async def line(header: str = Line.header) -> AsyncIterator[Line]:
    """A camera at the other end of UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        async with lens() as camera:
            made = Line(camera, own, header)
            camera.misbehave["SETUP"] = made.set_up
            yield made


async def stranger(to: tuple[str, int], packet: bytes) -> None:
    """A datagram from an address that is not the camera's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own, suppress(OSError):
        own.bind(("127.0.0.1", 0))
        await asyncio.get_running_loop().run_in_executor(None, own.sendto, packet, to)
