"""The WebSocket's handshake and frames: what passes, and everything else."""

import pytest

from services.streams.relay import websocket
from services.streams.relay.websocket import FrameError, Frames, HandshakeError

REQUEST = {
    "Host": "relay:1", "Upgrade": "websocket", "Connection": "keep-alive, Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "kapok.v1, abc.DEF_-9",
    "Origin": "https://cell",
}  # fmt: skip


def request(first: str = "GET /s/1-a HTTP/1.1", extra: str = "", **changes: str | None) -> bytes:
    fields = REQUEST | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"{first}\r\n{lines}{extra}\r\n".encode()


def masked(kind: int, payload: bytes, first: int = 0x80) -> bytes:
    mask = b"\x01\x02\x03\x04"
    return bytes([first | kind, 0x80 | len(payload)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def test_the_key_of_the_rfc_is_answered_as_the_rfc_has_it_and_the_token_is_not_repeated() -> None:
    handshake = websocket.parse(request())
    assert (handshake.path, handshake.origin, handshake.token) == ("/s/1-a", "https://cell", "abc.DEF_-9")
    answer = handshake.encode()
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert b"Sec-WebSocket-Protocol: kapok.v1\r\n" in answer
    assert b"abc" not in answer


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (request("POST /s/1 HTTP/1.1"), 400),
        (request("GET /s/1 HTTP/1.0"), 400),
        (request("GET  /s/1 HTTP/1.1"), 400),
        (request("GET /s/1?token=abc HTTP/1.1"), 404),
        (request("GET / HTTP/1.1"), 404),
        (request(Host=None), 426),
        (request(Upgrade="h2c"), 426),
        (request(Connection="close"), 426),
        (request(Sec_WebSocket_Version="8"), 426),
        (request(Sec_WebSocket_Key="short"), 400),
        (request(Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25j"), 400),
        (request(Sec_WebSocket_Protocol=None), 400),
        (request(Sec_WebSocket_Protocol="kapok.v1"), 400),
        (request(Sec_WebSocket_Protocol="kapok.v2, abc"), 400),
        (request(Sec_WebSocket_Protocol="kapok.v1, abc, def"), 400),
        (request(Sec_WebSocket_Protocol="kapok.v1, a&session=b"), 400),
        (request(extra="Origin: https://other\r\n"), 400),
        (request(extra="Content-Length: 5\r\n"), 400),
        (request(extra="Transfer-Encoding: chunked\r\n"), 400),
        (request(extra=" folded\r\n"), 400),
        (request(extra="No colon\r\n"), 400),
        (request(extra="Bad Name: x\r\n"), 400),
        (request(extra="X: a\nb\r\n"), 400),
        ("GET /s/ü HTTP/1.1\r\n\r\n".encode(), 400),
        (b"\r\n\r\n", 400),
    ],
)
def test_whatever_else_opens_nothing(wire: bytes, status: int) -> None:
    with pytest.raises(HandshakeError) as refused:
        websocket.parse(wire)
    assert refused.value.status == status


@pytest.mark.parametrize(("size", "head"), [(125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_message_is_one_frame_of_the_shortest_head(size: int, head: int) -> None:
    message = websocket.frame(websocket.BINARY, bytes(size))
    assert len(message) == head + size
    assert message[0] == 0x82


def test_a_reason_is_cut_between_characters() -> None:
    message = websocket.closing(4403, "不" * 100)
    assert message[:4] == bytes([0x88, 2 + 123, 4403 >> 8, 4403 & 255])
    assert message[4:].decode() == "不" * 41


def test_frames_split_at_every_byte_come_out_whole() -> None:
    wire = masked(websocket.PING, b"hello") + masked(websocket.PONG, b"") + masked(websocket.CLOSE, b"\x03\xe8bye")
    frames = Frames()
    found = [frame for byte in wire for frame in frames.feed(bytes([byte]))]
    assert found == [(websocket.PING, b"hello"), (websocket.PONG, b""), (websocket.CLOSE, b"\x03\xe8bye")]


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (masked(websocket.TEXT, b"hi"), 1003),
        (masked(websocket.BINARY, b"hi"), 1003),
        (masked(websocket.PING, b"", first=0), 1002),  # in pieces
        (masked(websocket.PING, b"", first=0xC0), 1002),  # compressed
        (masked(0, b"rest"), 1002),
        (masked(5, b""), 1002),
        (bytes([0x80 | websocket.PING, 0]), 1002),  # not masked
        (bytes([0x80 | websocket.PING, 0x80 | 126, 0, 200]), 1002),
        (bytes([0x80 | websocket.PING, 0x80 | 127]) + b"\xff" * 8, 1002),
    ],
)
def test_anything_else_ends_it(wire: bytes, code: int) -> None:
    with pytest.raises(FrameError) as broken:
        list(Frames().feed(wire))
    assert broken.value.code == code
