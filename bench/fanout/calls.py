"""A program that watches by gRPC, as cheap as one can be: HTTP/2 (RFC 9113) by hand, so that the server is measured.

preface, SETTINGS, HEADERS, the request ─► SETTINGS acknowledged, HEADERS of the answer read ─► DATA, credit for it …
Pings are not answered: a call lives for less than the half minute after which a server asks.
"""

import socket
import ssl
import struct
from dataclasses import dataclass

from kapok.streams.v1 import media_service_pb2

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_PATH = "/kapok.streams.v1.MediaService/WatchAccessUnits"
_DATA, _HEADERS, _SETTINGS, _GOAWAY, _WINDOW_UPDATE = 0, 1, 4, 7, 8
_ACK = _END_STREAM = 1
_END_HEADERS = 4
_INITIAL_WINDOW_SIZE = 4  # of SETTINGS (§6.5.2)
_FIRST_WINDOW, _WINDOW = 65_535, 4 * 2**20
_POST, _HTTP, _HTTPS = b"\x83", b"\x86", b"\x87"  # whole fields of HPACK's static table (RFC 7541, appendix A)
_AUTHORITY_NAME, _PATH_NAME, _TYPE_NAME, _NEW_NAME = b"\x01", b"\x04", b"\x0f\x10", b"\x00"  # a literal value follows


def call(connection: socket.socket, authority: str, session: str, token: str) -> None:
    """Ask for a session's pictures; returns when they are about to come. OSError when they are refused."""
    request = media_service_pb2.WatchAccessUnitsRequest(session=session, token=token).SerializeToString()
    scheme = _HTTPS if isinstance(connection, ssl.SSLSocket) else _HTTP
    fields = _POST + scheme + _AUTHORITY_NAME + _text(authority) + _PATH_NAME + _text(_PATH)
    fields += _TYPE_NAME + _text("application/grpc") + _NEW_NAME + _text("te") + _text("trailers")
    window = struct.pack(">HI", _INITIAL_WINDOW_SIZE, _WINDOW)
    connection.sendall(
        _PREFACE + _frame(_SETTINGS, 0, 0, window) + _credit(0, _WINDOW - _FIRST_WINDOW)
        + _frame(_HEADERS, _END_HEADERS, 1, fields)
        + _frame(_DATA, _END_STREAM, 1, b"\0" + len(request).to_bytes(4, "big") + request)
    )  # fmt: skip
    while True:
        size, kind, flags = struct.unpack(">3sBB4x", _exactly(connection, 9))
        payload = _exactly(connection, int.from_bytes(size, "big"))
        if kind == _SETTINGS and not flags & _ACK:
            connection.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _HEADERS and not flags & _END_STREAM:
            return
        elif kind in (_HEADERS, _GOAWAY):
            raise OSError(f"the relay refused a call: {payload[:200]!r}")


@dataclass
class Credit:
    """Lets the server send on, whenever half of the window is used up. Frames' headers count too: a little generous."""

    connection: socket.socket
    owed: int = 0

    def took(self, size: int) -> None:
        """So many bytes were read."""
        self.owed += size
        if self.owed >= _WINDOW // 2:
            self.connection.send(_credit(0, self.owed) + _credit(1, self.owed))
            self.owed = 0


def _credit(stream: int, size: int) -> bytes:
    return _frame(_WINDOW_UPDATE, 0, stream, size.to_bytes(4, "big"))


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">3sBBI", len(payload).to_bytes(3, "big"), kind, flags, stream) + payload


def _text(value: str) -> bytes:
    """A string of HPACK (§5.2), its length below 127, without Huffman's code."""
    return bytes([len(value)]) + value.encode()


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("the relay closed the connection of a call")
        data += more
    return data
