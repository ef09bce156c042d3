"""Every target for a moment, from real beginnings: what breaks in it is named by the bytes that broke it."""

import asyncio
import struct
import sys
from pathlib import Path

import hpack
import pytest

from services.rtsp.message import Headers, Interleaved, Request, Response
from services.streams.relay.h264 import H264
from services.streams.relay.http2 import frames
from services.streams.relay.http2.frames import frame
from services.streams.relay.rpc import calls
from services.streams.relay.sdp import offer
from tests.fuzz.targets import TARGETS

RUNS = 3000
# The highest memory use that Linux tells of a process (ru_maxrss) counts who started it, until exec: a grandchild's
# counts the shell, not the tests.
_AS_A_GRANDCHILD = "sh", "-c", '"$@"; exit $?', "sh"
_SPROP = "sprop-parameter-sets=Z0IAFOkKD9g=,aM44gA=="
_SPS, _PPS = bytes.fromhex("67420014e90a0fd8"), bytes.fromhex("68ce3880")
_PICTURE = struct.pack(">BBHII", 0x80, 0x80 | 96, 1, 2, 3) + b"\x65key"
_FIELDS = bytes(hpack.Encoder().encode([(":method", "POST"), (":path", calls.METHOD), ("te", "trailers")]))
SEEDS = {
    "rtsp": Request("PLAY", "rtsp://c/", Headers({"CSeq": "1"})).encode()
    + Interleaved(0, _PICTURE).encode()
    + Response(200, headers=Headers({"CSeq": "1"}), body=b"v=0\r\n").encode(),
    "rtp": bytes((len(_PICTURE),)) + _PICTURE,
    "sdp": offer(H264(_SPROP)) + b"m=audio 0 RTP/AVP 8\r\na=control:trackID=1\r\n",
    "offers": b"RTP/AVP/UDP;unicast;destination=192.0.2.7;client_port=5000-5001,RTP/AVP/TCP;unicast",
    "rtcp": b"\x1c" + struct.pack(">BBHIQIII", 0x80, 200, 6, 1, 3_908_988_800 << 32, 0, 0, 0),
    "mp4": bytes((len(_SPS),)) + _SPS + b"\x04" + _PPS,
    "websocket": b"GET /s/c HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: kapok.v1, abc.def\r\n\r\n",
    "http2": frame(frames.SETTINGS, 0, 0, b"\0\4\0\1\0\0")
    + frame(frames.HEADERS, frames.END_HEADERS, 1, _FIELDS)
    + frame(frames.DATA, frames.PADDED | frames.END_STREAM, 1, b"\x01" + calls.message(b"\n\x01c") + b"\0"),
    "digest": b'Digest realm="c", nonce="n", algorithm=SHA-256, qop="auth"',
}


def test_every_target_has_a_beginning_that_it_takes() -> None:
    assert SEEDS.keys() == TARGETS.keys()
    for name, target in TARGETS.items():
        target(SEEDS[name])
        target(b"")


@pytest.mark.parametrize("target", TARGETS)
async def test_no_bytes_break_a_parser(target: str, tmp_path: Path) -> None:
    (tmp_path / "seed").write_bytes(SEEDS[target])
    options = [f"-runs={RUNS}", "-max_len=4096", "-rss_limit_mb=1024", f"-artifact_prefix={tmp_path}/", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(
        *_AS_A_GRANDCHILD, sys.executable, "-m", "tests.fuzz", target, *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode == 3:
        pytest.skip("atheris is not installed (Linux on x86-64, Python 3.11 to 3.13)")
    assert process.returncode == 0, said.decode(errors="replace")[-4000:]
