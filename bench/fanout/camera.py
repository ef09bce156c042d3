"""A paced camera as a process: 4 Mbit/s, 25 pictures a second, each with its number and the time it was sent.

It prints its RTSP URI, then plays to everybody who asks until it is ended.
"""

import asyncio
import struct
import time

from services.rtsp.message import Headers, Request, Response
from tests.integration.relay.lens import SPROP, Lens, lens

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
    """For ever, at the pace of a clock that doesn't drift."""
    started_s, number = time.monotonic(), 0
    while True:
        camera.show(*picture(number))
        number += 1
        await asyncio.sleep(max(0.0, started_s + number / PICTURES_S - time.monotonic()))


async def main() -> None:
    """Until ended from outside."""
    async with lens(DESCRIBE=describe) as camera:
        print(camera.uri, flush=True)
        await play(camera)


if __name__ == "__main__":
    asyncio.run(main())
