"""WebSocket as a server speaks it to browsers that only listen (RFC 6455): handshake and frames. Pure, strict, bounded.

A client asks once, and from then on may say ping, pong and close in small masked frames; anything else ends it.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
REQUEST_BYTES_MOST = 8192
PROTOCOL = "kapok.v1"  # offered together with the token, and the only one chosen: the token is never repeated
_ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_CONTROL_BYTES_MOST = 125  # §5.5
_REQUEST = re.compile(r"GET (/[!-~]{0,1023}) HTTP/1\.1")
_FIELD = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}):[ \t]*([ -~\t]*)")
_PATH = re.compile(r"/s/[0-9A-Za-z-]{1,64}")
_TOKEN = re.compile(r"[0-9A-Za-z._-]{1,2048}")
_ONCE = ("host", "upgrade", "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol", "origin")
_REFUSED = ("content-length", "transfer-encoding", "expect")  # a request with a body is none of ours


class HandshakeError(Exception):
    """The request opens no WebSocket here; ``status`` is the answer."""

    def __init__(self, status: int, why: str, **headers: str) -> None:
        super().__init__(why)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class FrameError(Exception):
    """What came is no small masked ping, pong or close; ``code`` is why the connection closes (RFC 6455 §7.4)."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Handshake:
    """A well-formed request. ``origin`` is empty when a program asks, which has no page."""

    path: str
    key: str
    origin: str
    token: str

    def encode(self) -> bytes:
        """The answer that opens the connection."""
        digest = hashlib.sha1(f"{self.key}{_ACCEPT_SALT}".encode(), usedforsecurity=False).digest()
        return (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
        ).encode()


def parse(request: bytes) -> Handshake:
    """The request that ends with an empty line; HandshakeError says what is wrong with it."""
    try:
        first, *lines = request.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
    except UnicodeDecodeError:
        raise HandshakeError(400, "the request is not ASCII") from None
    asked = _REQUEST.fullmatch(first)
    if asked is None:
        raise HandshakeError(400, "this is no GET of HTTP/1.1")
    fields = _fields(lines)
    _check_upgrade(fields)
    if not _PATH.fullmatch(asked[1]):
        raise HandshakeError(404, "no such path; the token travels as a subprotocol, never in the URL")
    return Handshake(asked[1], fields["sec-websocket-key"], fields.get("origin", ""), _token(fields))


def _fields(lines: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)
        if found is None:
            raise HandshakeError(400, "a header line is malformed")
        name = found[1].lower()
        if name in _REFUSED or (name in fields and name in _ONCE):
            raise HandshakeError(400, f"{name} has no place here, or not twice")
        fields[name] = found[2].strip()
    return fields


def _check_upgrade(fields: dict[str, str]) -> None:
    words = {word.strip().lower() for word in fields.get("connection", "").split(",")}
    if not fields.get("host") or fields.get("upgrade", "").lower() != "websocket" or "upgrade" not in words:
        raise HandshakeError(426, "this port speaks WebSocket", Upgrade="websocket", Connection="Upgrade")
    if fields.get("sec-websocket-version") != "13":
        raise HandshakeError(426, "version 13 is spoken here", Sec_WebSocket_Version="13")
    try:
        nonce = base64.b64decode(fields.get("sec-websocket-key", ""), validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    if len(nonce) != 16:
        raise HandshakeError(400, "the key is not 16 bytes in base64")


def _token(fields: dict[str, str]) -> str:
    offered = [word.strip() for word in fields.get("sec-websocket-protocol", "").split(",")]
    if len(offered) != 2 or offered[0] != PROTOCOL or not _TOKEN.fullmatch(offered[1]):
        raise HandshakeError(400, f"offer the subprotocols {PROTOCOL} and the session's token")
    return offered[1]


def frame(kind: int, payload: bytes) -> bytes:
    """One whole message of a server, not masked (§5.2)."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | kind, size])
    elif size < 2**16:
        head = bytes([0x80 | kind, 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | kind, 127]) + size.to_bytes(8, "big")
    return head + payload


def closing(code: int, why: str = "") -> bytes:
    """A close frame; ``why`` is cut to what fits, at the border of a character."""
    room = _CONTROL_BYTES_MOST - 2
    return frame(CLOSE, code.to_bytes(2, "big") + why.encode()[:room].decode(errors="ignore").encode())


class Frames:
    """What a client sends after the handshake, split anywhere."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Kind and payload of each frame that ``data`` completes; FrameError when the client says anything else."""
        self._rest += data
        while len(self._rest) >= 2:
            first, second = self._rest[:2]
            kind, size = first & 15, second & 127
            if kind in (TEXT, BINARY):
                raise FrameError(1003, "nothing is taken from viewers here")
            if first & 0xF0 != 0x80 or kind not in (CLOSE, PING, PONG) or not second & 0x80:
                raise FrameError(1002, "send whole, masked frames: ping, pong or close")
            if size > _CONTROL_BYTES_MOST:
                raise FrameError(1002, "a control frame has 125 bytes at most")
            if len(self._rest) < 6 + size:
                return
            mask, payload = self._rest[2:6], self._rest[6 : 6 + size]
            self._rest = self._rest[6 + size :]
            yield kind, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
