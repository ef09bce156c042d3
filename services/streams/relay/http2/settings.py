"""What both sides settle at first (RFC 9113 §6.5): what we say, and what of the peer's matters to who only sends."""

from dataclasses import dataclass

from services.streams.relay.http2.frames import (
    ACK,
    FLOW_CONTROL_ERROR,
    FRAME_SIZE_ERROR,
    PROTOCOL_ERROR,
    SETTINGS,
    WINDOW_MOST,
    Fault,
    Frame,
    frame,
)
from services.streams.relay.http2.headers import FIELDS_BYTES_MOST

CALLS_MOST, STRANGERS_CALLS_MOST = 100, 8  # of one connection at a time; before the first of them was admitted
WINDOW_BYTES = 65_535  # of connection and streams, until the peer says otherwise (§6.9.2)
_MAX_CONCURRENT_STREAMS, _INITIAL_WINDOW_SIZE, _MAX_HEADER_LIST_SIZE = 0x3, 0x4, 0x6
_REQUEST_WINDOW_BYTES = 16_384  # of a stream: requests are small
_ENTRY_BYTES = 6


def ours(calls_most: int) -> bytes:
    """What we say, at first and whenever it changes."""
    entries = {
        _MAX_CONCURRENT_STREAMS: calls_most,
        _INITIAL_WINDOW_SIZE: _REQUEST_WINDOW_BYTES,
        _MAX_HEADER_LIST_SIZE: FIELDS_BYTES_MOST,
    }
    return frame(SETTINGS, 0, 0, b"".join(n.to_bytes(2, "big") + v.to_bytes(4, "big") for n, v in entries.items()))


@dataclass(slots=True)
class Settings:
    """The peer's, as far as they bind us. Frames are never larger than it must take, and no header is indexed."""

    window: int = WINDOW_BYTES  # of a new stream

    def take(self, received: Frame) -> int:
        """By how much the windows of the streams that are open grow; negative when they shrink. Raises Fault."""
        payload, before = received.payload, self.window
        if received.stream or len(payload) % _ENTRY_BYTES or (received.flags & ACK and payload):
            raise Fault(FRAME_SIZE_ERROR if not received.stream else PROTOCOL_ERROR, "SETTINGS that can't be read")
        for at in range(0, len(payload), _ENTRY_BYTES):
            number = int.from_bytes(payload[at : at + 2], "big")
            value = int.from_bytes(payload[at + 2 : at + _ENTRY_BYTES], "big")
            if number == _INITIAL_WINDOW_SIZE:
                if value > WINDOW_MOST:
                    raise Fault(FLOW_CONTROL_ERROR, "an initial window beyond 2^31-1")
                self.window = value
        return self.window - before
