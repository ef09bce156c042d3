"""A paced camera as a process: 4 Mbit/s, 25 pictures a second, each with its number and the time it was sent.

It prints its RTSP URI, then plays to everybody who asks until it is ended. Stopped (SIGSTOP) it is silent.
"""

import asyncio
import struct
import sys
import time

from services.rtsp.message import Headers, Request, Response
from tests.integration.relay.lens import SPROP, Lens

MAGIC = b"KPKSTAMP"
STAMP = struct.Struct(">QQ")  # behind MAGIC: the picture's number, CLOCK_MONOTONIC in ns
PICTURES_S, GROUP = 25, 25
KEY_BYTES, DELTA_BYTES = 68_000, 18_000  # 20,000 on average, so 4 Mbit/s
_PACKET_BYTES = 1400


def picture(number: int) -> list[bytes]:
    """The RTP payloads of picture ``number``, stamped now."""
    header, size = (b"\x65", KEY_BYTES) if number % GROUP == 0 else (b"\x41", DELTA_BYTES)
    payloads = [header + b"\xaa" * min(_PACKET_BYTES, size - at) for at in range(0, size, _PACKET_BYTES)]
    stamp = MAGIC + STAMP.pack(number, time.monotonic_ns())
    payloads[0] = header + b"\xaa" * 16 + stamp + payloads[0][17 + len(stamp) :]
    return payloads


def wire_bytes(size: int) -> int:
    """What a picture of ``size`` takes on an interleaved connection: each packet has 16 bytes before its payload."""
    packets = -(-size // _PACKET_BYTES)
    return size + packets * (1 + 16)


async def describe(_camera: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
    """A picture and no sound: whoever sets tracks up in the order of the SDP has the picture on channel 0."""
    body = (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=bench\r\nt=0 0\r\nm=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
        f"a=fmtp:97 packetization-mode=1;sprop-parameter-sets={SPROP}\r\na=control:video\r\n"
    ).encode()
    headers = Headers({"CSeq": str(request.cseq), "Content-Type": "application/sdp"})
    writer.write(Response(200, headers=headers, body=body).encode())


async def play(camera: Lens) -> None:
    """For ever, at the pace of `Pace`."""
    pace, number = Pace(PICTURES_S), 0
    while True:
        camera.show(*picture(number))
        number += 1
        await asyncio.sleep(pace.pause_s())


class Pace:
    """A clock that doesn't drift; after a second's stop (SIGSTOP) it goes on from then, and makes up for nothing."""

    def __init__(self, times_a_second: float) -> None:
        self._step_s = 1 / times_a_second
        self._due_s = time.monotonic()

    def pause_s(self) -> float:
        """How long until it is time again."""
        now_s = time.monotonic()
        self._due_s = now_s if now_s - self._due_s > 1 else self._due_s + self._step_s
        return max(0.0, self._due_s - now_s)


async def main() -> None:
    """Until ended from outside. The port is free, or the first argument: other servers can be told of it beforehand."""
    camera = Lens({"DESCRIBE": describe}, int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    server = await asyncio.start_server(camera.serve, "127.0.0.1", camera.port)
    async with server:
        camera.port = server.sockets[0].getsockname()[1]
        print(camera.uri, flush=True)
        await play(camera)


if __name__ == "__main__":
    asyncio.run(main())
