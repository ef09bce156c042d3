"""Header blocks of calls (RFC 9113 §8, RFC 7541) and what gRPC says in them. Pure, bounded in every direction."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import hpack

from services.streams.relay.http2.frames import (
    COMPRESSION_ERROR,
    CONTINUATION,
    END_HEADERS,
    END_STREAM,
    ENHANCE_YOUR_CALM,
    HEADERS,
    PAYLOAD_MOST,
    PROTOCOL_ERROR,
    Fault,
    Frame,
    content,
    frame,
)

FIELDS_BYTES_MOST = 8192  # of one call, as RFC 7541 §4.1 counts; a bomb of references counts as what it stands for
_CONTINUATIONS_MOST = 4
_SAID_MOST = 1000
_encoder = hpack.Encoder()  # of fields that are never indexed: it remembers nothing, so one serves all connections


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of a call that matter here."""

    stream: int
    is_whole: bool  # nothing follows
    method: str
    path: str
    content_type: str


class Blocks:
    """Joins a connection's header blocks, which nothing may interrupt, and reads them."""

    def __init__(self) -> None:
        self._decoder = hpack.Decoder(max_header_list_size=FIELDS_BYTES_MOST)
        self._block = b""
        self._opened: Frame | None = None
        self._continuations = 0

    def feed(self, received: Frame) -> Asked | None:
        """What ``received`` completes. To be shown every frame of the connection. Raises Fault."""
        opened = self._opened
        if opened is not None and (received.kind != CONTINUATION or received.stream != opened.stream):
            raise Fault(PROTOCOL_ERROR, "another frame within a header block")
        if received.kind == CONTINUATION:
            if opened is None:
                raise Fault(PROTOCOL_ERROR, "CONTINUATION of nothing")
            self._block += received.payload
            self._continuations += 1
        elif received.kind == HEADERS:
            opened, self._block, self._continuations = received, content(received), 0
        else:
            return None
        if self._continuations > _CONTINUATIONS_MOST or len(self._block) > PAYLOAD_MOST:
            raise Fault(ENHANCE_YOUR_CALM, "a header block in too many pieces")
        self._opened = None if received.flags & END_HEADERS else opened
        return None if self._opened else self._read(opened)

    def _read(self, opened: Frame) -> Asked:
        try:
            fields = dict(self._decoder.decode(self._block, raw=True))
        except hpack.OversizedHeaderListError:
            raise Fault(ENHANCE_YOUR_CALM, f"more than {FIELDS_BYTES_MOST} bytes of header fields") from None
        except hpack.HPACKError:
            raise Fault(COMPRESSION_ERROR, "a header block that can't be read") from None
        self._block = b""
        method, path, kind = (
            fields.get(name, b"").decode("latin-1") for name in (b":method", b":path", b"content-type")
        )
        return Asked(opened.stream, bool(opened.flags & END_STREAM), method, path, kind)


def accepted(stream: int) -> bytes:
    """The fields before the first message of a call."""
    return _headers(stream, [(b":status", b"200"), (b"content-type", b"application/grpc")])


def ended(stream: int, code: int, said: str, details: bytes, *, is_accepted: bool) -> bytes:
    """How a call ends: trailers, or all there ever is when it was not `accepted`. ``details``: a google.rpc.Status."""
    fields = [(b"grpc-status", str(code).encode()), (b"grpc-message", quote(said[:_SAID_MOST], " ").encode())]
    if details:
        fields.append((b"grpc-status-details-bin", base64.b64encode(details).rstrip(b"=")))
    head = [] if is_accepted else [(b":status", b"200"), (b"content-type", b"application/grpc")]
    return _headers(stream, head + fields, END_STREAM)


def refused(stream: int, status: int) -> bytes:
    """What is said to a request that is no gRPC."""
    return _headers(stream, [(b":status", str(status).encode())], END_STREAM)


def _headers(stream: int, fields: Iterable[tuple[bytes, bytes]], flags: int = 0) -> bytes:
    block = _encoder.encode([(name, value, True) for name, value in fields], huffman=False)
    return frame(HEADERS, END_HEADERS | flags, stream, block)
