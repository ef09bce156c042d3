"""RTSP messages (RFC 2326): bytes in, requests, responses and interleaved packets out, and back. Pure.

One parser serves all who speak it: relay and probe towards cameras, relay towards viewers, the demo's cameras.
Its input is hostile: whatever the bytes say, it holds at most one header block, one body or one packet.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from services.chassis.errors import InvalidArgument, Violation

VERSION = "RTSP/1.0"
REASONS: Mapping[int, str] = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Time-out", 451: "Parameter Not Understood", 453: "Not Enough Bandwidth", 454: "Session Not Found",
    455: "Method Not Valid in This State", 459: "Aggregate Operation Not Allowed", 461: "Unsupported Transport",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
    505: "RTSP Version Not Supported", 551: "Option Not Supported",
}  # fmt: skip

_DOLLAR = 0x24
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")  # RFC 2326 §4: receivers take a bare LF as the end of a line too
_REQUEST = re.compile(r"([A-Z][A-Z0-9_]{0,31}) (\S+) RTSP/(\d)\.(\d)")
_RESPONSE = re.compile(r"RTSP/1\.\d ([1-5]\d\d)(?: (.*))?")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NUMBER = re.compile(r"[0-9]{1,10}")
_CSEQ_MAX = 2**32 - 1


class ProtocolError(InvalidArgument):
    """The other side does not speak RTSP as RFC 2326 has it; the connection can't go on. Reason ``RTSP_MALFORMED``."""

    def __init__(self, part: str, description: str) -> None:
        super().__init__(Violation(part, description), reason="RTSP_MALFORMED")


class Headers:
    """Header fields in their order; names compare without case, a name may occur more than once."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._fields = tuple(fields.items() if isinstance(fields, Mapping) else fields)

    def get(self, name: str, default: str = "") -> str:
        """The first value of ``name``, or ``default``."""
        return next(iter(self.all(name)), default)

    def all(self, name: str) -> list[str]:
        """Every value of ``name``, in order: a camera offers each authentication scheme in a header of its own."""
        wanted = name.lower()
        return [value for key, value in self._fields if key.lower() == wanted]

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash(self._fields)

    def __repr__(self) -> str:
        return f"Headers(names={[key for key, _ in self._fields]})"  # no values: Authorization is among them

    def encode(self, body: bytes) -> bytes:
        """The header block with its closing empty line; Content-Length is set from ``body``."""
        fields = [(key, value) for key, value in self._fields if key.lower() != "content-length"]
        if body:
            fields.append(("Content-Length", str(len(body))))
        for key, value in fields:
            if not _NAME.fullmatch(key) or _CONTROL.search(value):
                raise ProtocolError(key, "a header's name is a token and its value one line")
        return _bytes("".join(f"{key}: {value}\r\n" for key, value in fields) + "\r\n")


@dataclass(frozen=True, slots=True)
class Request:
    """``uri`` is as it stands in the first line: absolute, or ``*``; print it only through ``masked``."""

    method: str
    uri: str = field(repr=False)
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    version: tuple[int, int] = (1, 0)

    def encode(self) -> bytes:
        """The message as bytes; ProtocolError when a part would break its line."""
        if not _REQUEST.fullmatch(line := f"{self.method} {self.uri} {VERSION}"):
            raise ProtocolError("request line", "method and URI carry no space and no line break")
        return _bytes(f"{line}\r\n") + self.headers.encode(self.body) + self.body

    @property
    def cseq(self) -> int | None:
        """The number that pairs a response with its request; None when it is missing."""
        return _number(self.headers, "CSeq", _CSEQ_MAX)


@dataclass(frozen=True, slots=True)
class Response:
    """``reason`` is for people; an empty one becomes the phrase of RFC 2326 §7.1.1."""

    status: int
    reason: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def encode(self) -> bytes:
        """The message as bytes; ProtocolError when a part would break its line."""
        line = f"{VERSION} {self.status} {self.reason or REASONS.get(self.status, 'Unknown')}"
        if not _RESPONSE.fullmatch(line) or _CONTROL.search(line):
            raise ProtocolError("status line", "the status has three digits and the reason is one line")
        return _bytes(f"{line}\r\n") + self.headers.encode(self.body) + self.body

    @property
    def cseq(self) -> int | None:
        """The number that pairs a response with its request; None when it is missing."""
        return _number(self.headers, "CSeq", _CSEQ_MAX)


class Interleaved(NamedTuple):
    """One RTP or RTCP packet inside the RTSP connection (RFC 2326 §10.12). A tuple: one is made for every packet."""

    channel: int
    payload: bytes

    def encode(self) -> bytes:
        """``$``, the channel, the length in 16 bits, the packet."""
        return b"$" + bytes((self.channel,)) + len(self.payload).to_bytes(2, "big") + self.payload


Message = Request | Response | Interleaved


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may take. An interleaved packet bounds itself: its length has 16 bits."""

    header_bytes: int = 16 * 1024
    body_bytes: int = 64 * 1024


class Parser:
    """Incremental: feed it what the socket gave, in any pieces; it keeps what is not complete yet."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """The messages that ``data`` completes; ProtocolError when no continuation could make sense of it."""
        buffer = self._rest + data if self._rest else data
        messages: list[Message] = []
        at, end = 0, len(buffer)
        while at < end:
            if buffer[at] == _DOLLAR:
                stop = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3]) if end - at >= 4 else end + 1
                if stop > end:
                    break
                messages.append(Interleaved(buffer[at + 1], buffer[at + 4 : stop]))
                at = stop
            elif buffer[at] in b"\r\n":  # empty lines before a message are to be skipped
                at += 1
            elif (parsed := self._message(buffer, at)) is not None:
                message, at = parsed
                messages.append(message)
            else:
                break
        self._rest = buffer[at:]
        return messages

    def _message(self, buffer: bytes, at: int) -> tuple[Request | Response, int] | None:
        """The request or response at ``at`` and where it ends; None while it is incomplete."""
        if not 0x41 <= buffer[at] <= 0x5A:
            raise ProtocolError("message", "begins with a method, RTSP/1.0 or $; is this an RTSP port?")
        header_end = _END_OF_HEADER.search(buffer, at, at + self._limits.header_bytes)
        if header_end is None:
            if len(buffer) - at >= self._limits.header_bytes:
                raise ProtocolError("header", f"is longer than {self._limits.header_bytes} bytes")
            return None
        first, *lines = buffer[at : header_end.start()].decode(errors="surrogateescape").split("\n")
        headers = Headers(_fields(lines))
        length = _number(headers, "Content-Length", self._limits.body_bytes) or 0
        stop = header_end.end() + length
        message = _start(first.removesuffix("\r"), headers, buffer[header_end.end() : stop])
        return (message, stop) if stop <= len(buffer) else None


def masked(uri: str) -> str:
    """``uri`` for a log: scheme, host and path. The query may hold a token, the user part a password."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "(unreadable URI)"
    host = f"[{host}]" if ":" in host else host
    place = f"{parts.scheme}://{host}{f':{port}' if port else ''}" if host else ""
    return f"{place}{parts.path}{'?***' if parts.query or parts.fragment else ''}"


def _start(line: str, headers: Headers, body: bytes) -> Request | Response:
    if _CONTROL.search(line):
        raise ProtocolError("first line", "carries control characters")
    message: Request | Response
    if response := _RESPONSE.fullmatch(line):
        message = Response(int(response[1]), response[2] or "", headers, body)
    elif request := _REQUEST.fullmatch(line):
        message = Request(request[1], request[2], headers, body, (int(request[3]), int(request[4])))
    else:
        raise ProtocolError("first line", "is neither 'METHOD uri RTSP/1.0' nor 'RTSP/1.0 status reason'")
    _ = message.cseq  # an absurd CSeq is refused here, where the connection can still be blamed for it
    return message


def _fields(lines: list[str]) -> list[tuple[str, str]]:
    """Header lines to fields; a line that begins with white space continues the one before (RFC 2326 §4)."""
    fields: list[tuple[str, str]] = []
    for line in (raw.removesuffix("\r") for raw in lines):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and fields and not _CONTROL.search(line):
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
        elif colon and _NAME.fullmatch(name.rstrip()) and not _CONTROL.search(value):
            fields.append((name.rstrip(), value.strip()))
        else:
            raise ProtocolError("header", "each line is 'Name: value' without control characters")
    return fields


def _number(headers: Headers, name: str, most: int) -> int | None:
    values = set(headers.all(name))
    if not values:
        return None
    value = values.pop()
    if values or not _NUMBER.fullmatch(value) or int(value) > most:
        raise ProtocolError(name, f"is one number of 0 to {most}")
    return int(value)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
