"""RTP (RFC 3550): a camera's packets in, whole pictures out, each one buffer that any viewer's socket takes as it is.

The cost of a relay is its system calls, so a picture's packets are joined once, each already framed for RTSP over TCP
(RFC 2326 §10.12). The relay is an RTP translator: it numbers what it sends by itself, so that viewers see one
continuous stream when the camera reconnects, forgets a marker, or tells its parameter sets only in the SDP.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from services.rtsp.message import ProtocolError
from services.streams.relay.h264 import KEY, PARAMETERS
from services.streams.relay.sdp import PAYLOAD_TYPE, Inspector, Track

RTP_CHANNEL, RTCP_CHANNEL = 0, 1
_FRAME = struct.Struct(">BBHBBHII")  # $ channel length | V P X CC, M PT, sequence, timestamp, SSRC
_SENDER_REPORT = struct.Struct(">BBHBBHIIIIII")  # $ channel length | V P RC, 200, words, SSRC, NTP, RTP, packets, bytes
_HEADER = struct.Struct(">BBHII")
_NTP_EPOCH_S = 2_208_988_800  # 1900 to 1970
_MARKER = 0x80
_PACKET_COST_BYTES = 128  # what holding a packet takes beside its payload: tiny packets are charged honestly


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture, its packets framed and joined, with a sender report before a key picture."""

    buffer: bytes
    is_key: bool
    timestamp: int
    first_sequence: int
    captured_at_monotonic_s: float


@dataclass(frozen=True, slots=True)
class Packet:
    """What matters of one RTP packet; padding, extension and contributing sources are left out."""

    payload_type: int
    has_marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a packet came: ``monotonic_s`` for ages, ``unix_s`` for the sender reports."""

    monotonic_s: float
    unix_s: float


def parse(packet: bytes) -> Packet:
    """An RTP packet (RFC 3550 §5.1); ProtocolError when its own lengths contradict each other."""
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
    return Packet(second & 0x7F, second >= _MARKER, sequence, timestamp, ssrc, packet[start:end])


class Assembler:
    """Joins the packets of one camera into access units, for as long as the camera is wanted.

    A picture ends at the marker bit, or where the timestamp changes when a camera forgets the marker.
    """

    def __init__(self, ssrc: int, picture_bytes_most: int = 8 * 2**20) -> None:
        self._ssrc = ssrc
        self._most = picture_bytes_most
        self._track: Track | None = None
        self._inspector: Inspector | None = None
        self._pending: list[tuple[int, bytes]] = []  # input sequence numbers and payloads of the picture under way
        self._size = 0
        self._flags = 0
        self._timestamp = 0  # of the picture under way, the camera's
        self._arrival = Arrival(0.0, 0.0)
        self._is_continuous = False  # the offsets below hold for the packets that come
        self._awaits_key = True  # after a seam nothing can be decoded before the next key picture
        self._from_ssrc = 0
        self._sequence_offset = 0
        self._timestamp_offset = 0
        self._last_sequence = 0  # of what was sent, ours
        self._last_timestamp = 0
        self._last_arrival: Arrival | None = None
        self._key_timestamp: int | None = None
        self._sent_packets = 0
        self._sent_bytes = 0
        self.dropped = 0  # malformed packets and oversized pictures

    @property
    def inspector(self) -> Inspector | None:
        """Who knows the stream's parameter sets; None before the first `restart`."""
        return self._inspector

    def restart(self, track: Track) -> None:
        """The camera was connected anew: what was half received is void, the output goes on without a seam."""
        self._track, self._inspector = track, track.inspector()
        self._is_continuous, self._awaits_key = False, True
        self._clear()

    def push(self, data: bytes, arrival: Arrival) -> Sequence[AccessUnit]:
        """The pictures that the RTP packet ``data`` completes: mostly none, at most two. Malformed ones are counted."""
        assert self._track is not None, "restart() names the track first"
        assert self._inspector is not None
        try:
            packet = parse(data)
            flags = self._inspector.inspect(packet.payload)
        except ProtocolError:
            self.dropped += 1
            return ()
        if packet.payload_type != self._track.payload_type:
            return ()  # comfort noise, metadata, forward error correction: not the picture
        units = []
        if self._pending and packet.timestamp != self._timestamp:
            units += self._finish()
        if not self._pending:
            self._begin(packet, arrival)
        self._flags |= flags
        self._size += len(packet.payload) + _PACKET_COST_BYTES
        if self._size <= self._most:
            self._pending.append((packet.sequence, packet.payload))
        else:
            self._pending[1:] = []  # one stays, so that the rest of this picture is known as such
        if packet.has_marker:
            units += self._finish()
        return units

    def _begin(self, packet: Packet, arrival: Arrival) -> None:
        self._timestamp, self._arrival = packet.timestamp, arrival
        if self._is_continuous and packet.ssrc == self._from_ssrc:
            return
        gap = 0
        if self._last_arrival is not None and self._track is not None:
            gap = max(1, round((arrival.monotonic_s - self._last_arrival.monotonic_s) * self._track.clock_rate_hz))
        self._sequence_offset = self._last_sequence + 1 - packet.sequence
        self._timestamp_offset = self._last_timestamp + gap - packet.timestamp
        self._from_ssrc, self._is_continuous = packet.ssrc, True
        self._key_timestamp = None

    def _finish(self) -> list[AccessUnit]:
        """The picture under way as one buffer; nothing when it was larger than a picture may be."""
        pending, flags, is_whole = self._pending, self._flags, self._size <= self._most
        self._clear()
        if not is_whole:
            self.dropped += 1
            return []
        # A camera that sets the marker on every slice makes several units of one picture: the first begins the group.
        is_key = bool(flags & KEY) and self._timestamp != self._key_timestamp
        if is_key:
            self._key_timestamp, self._awaits_key = self._timestamp, False
        elif self._awaits_key:
            self._is_continuous = False
            return []
        extra = self._inspector.parameter_sets if is_key and not flags & PARAMETERS and self._inspector else []
        first = pending[0][0] + self._sequence_offset
        numbered = [(first + i, nal) for i, nal in enumerate(extra)]
        self._sequence_offset += len(extra)
        numbered += [(sequence + self._sequence_offset, payload) for sequence, payload in pending]
        timestamp = (self._timestamp + self._timestamp_offset) & 0xFFFFFFFF
        report = self._report(timestamp) if is_key else b""
        buffer = report + self._framed(numbered, timestamp)
        self._last_sequence, self._last_timestamp, self._last_arrival = numbered[-1][0], timestamp, self._arrival
        return [AccessUnit(buffer, is_key, timestamp, first & 0xFFFF, self._arrival.monotonic_s)]

    def _framed(self, numbered: list[tuple[int, bytes]], timestamp: int) -> bytes:
        parts: list[bytes] = []
        last = len(numbered) - 1
        for i, (sequence, payload) in enumerate(numbered):
            kind = PAYLOAD_TYPE | _MARKER if i == last else PAYLOAD_TYPE
            size = len(payload)
            parts.append(
                _FRAME.pack(0x24, RTP_CHANNEL, 12 + size, 0x80, kind, sequence & 0xFFFF, timestamp, self._ssrc)
            )
            parts.append(payload)
            self._sent_bytes += size
        self._sent_packets += len(numbered)
        return b"".join(parts)

    def _report(self, timestamp: int) -> bytes:
        """A sender report (RFC 3550 §6.4.1): without one, players can't place the pictures in time and warn."""
        ntp = int((self._arrival.unix_s + _NTP_EPOCH_S) * 2**32) & (2**64 - 1)
        counts = self._sent_packets & 0xFFFFFFFF, self._sent_bytes & 0xFFFFFFFF
        head = 0x24, RTCP_CHANNEL, 28, 0x80, 200, 6, self._ssrc
        return _SENDER_REPORT.pack(*head, ntp >> 32, ntp & 0xFFFFFFFF, timestamp, *counts)

    def _clear(self) -> None:
        self._pending, self._size, self._flags = [], 0, 0
