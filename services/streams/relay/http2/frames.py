"""HTTP/2 frames, taken apart and put together (RFC 9113 §4, §6). Pure, strict about lengths, bounded.

Only frames of the size that every peer must take are sent, so what one message is on the wire depends on nothing but
the number of its stream: it is framed once for everybody, as stream 1, and readdressed for the others.
"""

from collections.abc import Iterator
from typing import NamedTuple

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 0x1
END_HEADERS, PADDED, HAS_PRIORITY = 0x4, 0x8, 0x20
NO_ERROR, PROTOCOL_ERROR, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR = 0x0, 0x1, 0x3, 0x6
REFUSED_STREAM, CANCEL, COMPRESSION_ERROR = 0x7, 0x8, 0x9
ENHANCE_YOUR_CALM = 0xB
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PAYLOAD_MOST = 16_384  # SETTINGS_MAX_FRAME_SIZE as it is until somebody says otherwise, and nobody may say less
WINDOW_MOST = 2**31 - 1
_HEAD_BYTES = 9
_FRAME_MOST = _HEAD_BYTES + PAYLOAD_MOST
_LENGTHS = {PRIORITY: 5, RST_STREAM: 4, PING: 8, WINDOW_UPDATE: 4}  # of those that have one only


class Fault(Exception):
    """The peer broke the protocol: the connection ends. ``code`` says how (§7)."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class Frame(NamedTuple):
    """One frame; ``stream`` is 0 for the whole connection."""

    kind: int
    flags: int
    stream: int
    payload: bytes


class Frames:
    """Takes a client's bytes apart, however they are cut; holds one frame at most."""

    def __init__(self) -> None:
        self._held = b""
        self._is_greeted = False

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that ``data`` completes. Raises Fault."""
        held = self._held + data
        at = 0
        if not self._is_greeted:
            if held[: len(PREFACE)] != PREFACE[: len(held)]:
                raise Fault(PROTOCOL_ERROR, "this port speaks HTTP/2 with prior knowledge, for gRPC")
            self._is_greeted = len(held) >= len(PREFACE)
            at = len(PREFACE) if self._is_greeted else 0
        while self._is_greeted and len(held) - at >= _HEAD_BYTES:
            length, kind = int.from_bytes(held[at : at + 3], "big"), held[at + 3]
            if length > PAYLOAD_MOST or length != _LENGTHS.get(kind, length):
                raise Fault(FRAME_SIZE_ERROR, f"a frame of kind {kind} with {length} bytes")
            end = at + _HEAD_BYTES + length
            if len(held) < end:
                break
            stream = int.from_bytes(held[at + 5 : at + 9], "big") & WINDOW_MOST
            yield Frame(kind, held[at + 4], stream, held[at + _HEAD_BYTES : end])
            at = end
        self._held = held[at:]


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame as it goes over the wire."""
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def reset(stream: int, code: int) -> bytes:
    """The end of one stream (§6.4)."""
    return frame(RST_STREAM, 0, stream, code.to_bytes(4, "big"))


def content(received: Frame) -> bytes:
    """The payload of DATA or HEADERS without its padding and priority (§6.1, §6.2). Raises Fault."""
    payload, padding = received.payload, 0
    if received.flags & PADDED:
        padding, payload = (payload or b"\xff")[0], payload[1:]
    if received.kind == HEADERS and received.flags & HAS_PRIORITY:
        payload = payload[5:] if len(payload) >= 5 else b""
    if padding > len(payload):
        raise Fault(PROTOCOL_ERROR, "more padding than payload")
    return payload[: len(payload) - padding]


def framed(message: bytes) -> bytes:
    """``message`` as DATA frames of stream 1."""
    cuts = range(0, len(message), PAYLOAD_MOST)
    return b"".join(frame(DATA, 0, 1, message[cut : cut + PAYLOAD_MOST]) for cut in cuts)


def readdressed(buffer: bytes, stream: int) -> bytes:
    """What `framed` made, for ``stream``: the same buffer for 1, a copy for others."""
    if stream == 1:
        return buffer
    copy, number = bytearray(buffer), stream.to_bytes(4, "big")
    for at in range(5, len(copy), _FRAME_MOST):
        copy[at : at + 4] = number
    return bytes(copy)


def overlaid(buffer: bytes, at: int, own: bytes) -> bytes:
    """A copy of what `framed` made, with ``own`` in place of the bytes of the message from ``at`` on."""
    copy = bytearray(buffer)
    while own:
        start, room = at + _HEAD_BYTES * (at // PAYLOAD_MOST + 1), PAYLOAD_MOST - at % PAYLOAD_MOST
        part, own = own[:room], own[room:]
        copy[start : start + len(part)] = part
        at += len(part)
    return bytes(copy)


def message_bytes(buffer: bytes) -> int:
    """How many bytes of the message are in what `framed` made: what flow control counts."""
    size = len(buffer)
    return size - _HEAD_BYTES * -(-size // _FRAME_MOST)


def piece(buffer: bytes, at: int, most: int, stream: int) -> tuple[bytes, int]:
    """A DATA frame of the message in ``buffer`` from byte ``at`` on, and how many bytes: ``most``, or fewer."""
    start = at + _HEAD_BYTES * (at // PAYLOAD_MOST + 1)
    rest_of_frame = PAYLOAD_MOST - at % PAYLOAD_MOST
    part = buffer[start : start + min(most, rest_of_frame)]
    return frame(DATA, 0, stream, part), len(part)
