"""RTP (RFC 3550): a camera's packets in, whole pictures out, each one buffer that any viewer's socket takes as it is.

The cost of a relay is its system calls, so a picture's packets are joined once, each already framed for RTSP over TCP
(RFC 2326 §10.12), with the sound of its time beside it.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.rtsp.message import ProtocolError
from services.streams.relay.framing import Arrival, Positions, Sender, Timestamps
from services.streams.relay.h264 import KEY, PARAMETERS
from services.streams.relay.mark import slot
from services.streams.relay.sdp import PAYLOAD_TYPE, Inspector, Track
from services.streams.relay.wallclock import PICTURE, WallClock

RTP_CHANNEL, RTCP_CHANNEL = 0, 1
_HEADER = struct.Struct(">BBHII")
_MARKER = 0x80
_PACKET_COST_BYTES = 128  # what holding a packet takes beside its payload: tiny packets are charged honestly
_STANDING_STILL_S = 0.2  # a key picture of the same timestamp after it is no slice of the one before


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture, its packets framed and joined, with a sender report before a key picture.

    ``sound`` is framed likewise: what came since the picture before, for viewers who want it. A key picture says also
    what a decoder must know before it, as it was told when that picture came.
    """

    buffer: bytes
    is_key: bool
    timestamp: int
    first_sequence: int
    captured_at_monotonic_s: float
    captured_at_unix_s: float = 0.0  # by the camera's reports where it sends any
    sound: bytes = b""
    encoding: str = ""  # as an SDP names it
    parameter_sets: tuple[bytes, ...] = ()
    mark_at: int = 0  # where in ``buffer`` the unit lies that a marked viewer has of its own; 0: there is none

    @property
    def size_bytes(self) -> int:
        """What holding it takes."""
        return len(self.buffer) + len(self.sound)


class Packet(NamedTuple):
    """What matters of one RTP packet; padding, extension and contributing sources are left out. Made per packet."""

    payload_type: int
    has_marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(packet: bytes) -> Packet:
    """An RTP packet (RFC 3550 §5.1); ProtocolError when its own lengths contradict each other."""
    return Packet(*_parse(packet))


def _parse(packet: bytes) -> tuple[int, bool, int, int, int, bytes]:
    """The fields of a Packet: to make one of each would be a tenth of taking it in."""
    if len(packet) < 12 or packet[0] >> 6 != 2:
        raise ProtocolError("RTP packet", "is version 2 with 12 bytes of header at least")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    start, end = 12 + 4 * (first & 15), len(packet)
    if first & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    if first & 0x20:
        end -= packet[-1] or end
    if start >= end:
        raise ProtocolError("RTP packet", "has lengths that leave no payload")
    return second & 0x7F, second >= _MARKER, sequence, timestamp, ssrc, packet[start:end]


class Sounding(Protocol):
    """Where the sound of a picture's time comes from."""

    def take(self, clock: WallClock | None) -> bytes:
        """What came since the picture before, framed; ``clock`` is given at key pictures, for a report."""

    def clear(self) -> None:
        """The picture of what waits is not sent."""


class Assembler:
    """Joins the packets of one camera into access units, for as long as the camera is wanted.

    A picture ends at the marker bit, or where the timestamp changes when a camera forgets the marker.
    """

    def __init__(self, ssrc: int, picture_bytes_most: int = 8 * 2**20, sound: Sounding | None = None) -> None:
        self._sender = Sender(ssrc, RTP_CHANNEL, PAYLOAD_TYPE)
        self._most = picture_bytes_most
        self._sound = sound
        self._track: Track | None = None
        self._inspector: Inspector | None = None
        self._clock = WallClock()
        self._positions, self._timestamps = Positions(), Timestamps()
        self._pending: list[tuple[int, bytes]] = []  # positions and payloads of the picture under way
        self._size = 0
        self._flags = 0
        self._timestamp = self._ssrc = 0  # of the picture under way, the camera's
        self._arrival = Arrival(0.0, 0.0)
        self._awaits_key = True  # after a seam nothing can be decoded before the next key picture
        self._offset = 0  # from positions to sequence numbers of ours
        self._last_sequence = 0  # of what was sent
        self._key: tuple[int, float] | None = None  # timestamp and arrival of the last one
        self.dropped = 0  # malformed packets and oversized pictures

    @property
    def inspector(self) -> Inspector | None:
        """Who knows the stream's parameter sets; None before the first `restart`."""
        return self._inspector

    @property
    def clock(self) -> WallClock:
        """What the camera's reports say of its time."""
        return self._clock

    def restart(self, track: Track) -> None:
        """The camera was connected anew: what was half received is void, the output goes on without a seam."""
        self._track, self._inspector, self._clock = track, track.inspector(), WallClock()
        self._timestamps.clock_rate_hz = track.clock_rate_hz
        self._timestamps.seam()
        self._awaits_key, self._key = True, None
        self._clear()

    def push(self, packets: Iterable[bytes], now: Callable[[], Arrival]) -> list[AccessUnit]:
        """The pictures that these RTP packets complete. Malformed ones are counted.

        ``now`` is asked once a picture: to ask the clock at each packet would be a fifth of taking it in.
        """
        track, inspector = self._track, self._inspector
        assert track is not None, "restart() names the track first"
        assert inspector is not None
        units: list[AccessUnit] = []
        for packet in packets:
            try:
                kind, has_marker, sequence, timestamp, ssrc, payload = _parse(packet)
                if kind != track.payload_type:
                    continue  # comfort noise, metadata, forward error correction: not the picture
                # Where the marker was forgotten, this packet may already tell the next picture's parameter sets.
                is_next = timestamp != self._timestamp and bool(self._pending)
                told = inspector.parameter_sets if is_next else []
                flags = inspector.inspect(payload)
            except ProtocolError:
                self.dropped += 1
                continue
            if is_next:
                units += self._finish(inspector.encoding, told)
            if not self._pending:
                self._timestamp, self._ssrc, self._arrival = timestamp, ssrc, now()
            self._flags |= flags
            self._size += len(payload) + _PACKET_COST_BYTES
            position = self._positions.of(sequence)
            if self._size <= self._most:
                self._pending.append((position, payload))
            else:
                self._pending[1:] = []  # one stays, so that the rest of this picture is known as such
            if has_marker:
                units += self._finish(inspector.encoding, inspector.parameter_sets if self._flags & KEY else [])
        return units

    def _finish(self, encoding: str, parameter_sets: list[bytes]) -> list[AccessUnit]:
        """The picture under way as one buffer; nothing when it was larger than a picture may be."""
        pending, flags, is_whole = self._pending, self._flags, self._size <= self._most
        self._clear()
        if not is_whole or not pending:
            self.dropped += 1
            return []
        if not (is_key := self._begins_group(flags)) and self._awaits_key:
            self._timestamps.seam()
            if self._sound:
                self._sound.clear()
            return []
        timestamp, is_continuous = self._timestamps.of(self._ssrc, self._timestamp, self._arrival.monotonic_s)
        if not is_continuous:
            self._offset = self._last_sequence + 1 - pending[0][0]
        extra = parameter_sets if is_key and not flags & PARAMETERS else []
        first = pending[0][0] + self._offset
        numbered, mark_at = self._numbered(extra, pending, encoding if is_key else "")
        self._last_sequence = last = numbered[-1][0]
        taken_s = self._clock.unix_s(PICTURE, self._timestamp, self._timestamps.clock_rate_hz, self._arrival)
        report = self._sender.report(taken_s, timestamp) if is_key else b""
        buffer = report + self._sender.frame(numbered, timestamp, last)
        sound = self._sound.take(self._clock if is_key else None) if self._sound else b""
        opening = (encoding, tuple(parameter_sets)) if is_key else ("", ())
        came_s = self._arrival.monotonic_s
        mark_at += len(report) if is_key else 0
        return [AccessUnit(buffer, is_key, timestamp, first & 0xFFFF, came_s, taken_s, sound, *opening, mark_at)]

    def _numbered(
        self, extra: list[bytes], pending: list[tuple[int, bytes]], encoding: str
    ) -> tuple[Sequence[tuple[int, bytes]], int]:
        """The packets of a picture as they go out, and how far in the place for marks is: with an ``encoding`` only."""
        first = pending[0][0] + self._offset
        numbered = [(first + i, nal) for i, nal in enumerate(extra)]
        self._offset += len(extra)
        offset = self._offset
        numbered += [(position + offset, payload) for position, payload in pending]
        if not encoding:
            return numbered, 0
        marked = slot(numbered, encoding)
        self._offset += marked.added
        return marked.packets, marked.offset

    def _begins_group(self, flags: int) -> bool:
        """A camera that sets the marker on every slice makes several units of one picture: the first is the key."""
        if not flags & KEY:
            return False
        now_s = self._arrival.monotonic_s
        if self._key and self._key[0] == self._timestamp and now_s - self._key[1] < _STANDING_STILL_S:
            return False
        self._key, self._awaits_key = (self._timestamp, now_s), False
        return True

    def _clear(self) -> None:
        self._pending, self._size, self._flags = [], 0, 0
