"""What goes out of one track: RTP packets and sender reports (RFC 3550), framed for RTSP over TCP. Pure.

The relay is an RTP translator: it numbers what it sends by itself, so that viewers see one continuous stream when the
camera reconnects, jumps, or tells its parameter sets only in the SDP.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

_FRAME = struct.Struct(">BBHBBHII")  # $ channel length | V P X CC, M PT, sequence, timestamp, SSRC
_SENDER_REPORT = struct.Struct(">BBHBBHIIIIII")  # $ channel length | V P RC, 200, words, SSRC, NTP, RTP, packets, bytes
HEAD_BYTES = _FRAME.size  # before the payload of each packet
_NTP_EPOCH_S = 2_208_988_800  # 1900 to 1970
_MARKER = 0x80
_STEP_MOST = 3000  # a larger one is no loss but a jump (RFC 3550 A.1, MAX_DROPOUT)
_DRIFT_MOST_S = 10.0  # between a camera's timestamps and the time that passed here: beyond it they are wrong


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a packet came: ``monotonic_s`` for ages, ``unix_s`` for the sender reports."""

    monotonic_s: float
    unix_s: float


@dataclass(slots=True)
class Sender:
    """One track towards viewers: ``channel`` is of its RTP, the next one of its RTCP."""

    ssrc: int
    channel: int
    payload_type: int
    sent_packets: int = 0
    sent_bytes: int = 0

    def frame(self, numbered: Iterable[tuple[int, bytes]], timestamp: int, last: int) -> bytes:
        """Packets of one timestamp, numbered and joined; the one numbered ``last`` gets the marker."""
        parts: list[bytes] = []
        pack, channel, ssrc, kind = _FRAME.pack, self.channel, self.ssrc, self.payload_type
        for sequence, payload in numbered:
            size = len(payload)
            marked = kind | _MARKER if sequence == last else kind
            parts.append(pack(0x24, channel, 12 + size, 0x80, marked, sequence & 0xFFFF, timestamp, ssrc))
            parts.append(payload)
            self.sent_bytes += size
        self.sent_packets += len(parts) // 2
        return b"".join(parts)

    def report(self, unix_s: float, timestamp: int) -> bytes:
        """A sender report (§6.4.1): without one, players can't place the pictures in time and warn."""
        ntp = int((unix_s + _NTP_EPOCH_S) * 2**32) & (2**64 - 1)
        counts = self.sent_packets & 0xFFFFFFFF, self.sent_bytes & 0xFFFFFFFF
        head = 0x24, self.channel + 1, 28, 0x80, 200, 6, self.ssrc
        return _SENDER_REPORT.pack(*head, ntp >> 32, ntp & 0xFFFFFFFF, timestamp, *counts)


class Positions:
    """A camera's sequence numbers unrolled. A loss stays a gap; a jump, also backwards, is one step on."""

    def __init__(self) -> None:
        self._last = 0
        self._position = 0

    def of(self, sequence: int) -> int:
        """The place of the packet that came just now."""
        step = (sequence - self._last) & 0xFFFF
        self._last = sequence
        self._position += step if 0 < step <= _STEP_MOST else 1
        return self._position


class Timestamps:
    """A camera's timestamps moved into ours: where they break off or turn absurd, ours go on by the time that passed.

    Small steps back are kept: pictures come in the order of decoding.
    """

    def __init__(self) -> None:
        self.clock_rate_hz = 90_000
        self._offset: int | None = None
        self._ssrc = self._theirs = self._ours = 0
        self._arrival_s: float | None = None

    def seam(self) -> None:
        """What comes next has no relation to what came before."""
        self._offset = None

    def of(self, ssrc: int, timestamp: int, arrival_s: float) -> tuple[int, bool]:
        """Ours for one that is sent, and whether it follows on the one before."""
        elapsed = 0.0 if self._arrival_s is None else (arrival_s - self._arrival_s) * self.clock_rate_hz
        moved = (timestamp - self._theirs + 2**31 & 0xFFFFFFFF) - 2**31
        is_continuous = self._offset is not None and ssrc == self._ssrc
        if self._offset is None or not is_continuous or abs(moved - elapsed) > _DRIFT_MOST_S * self.clock_rate_hz:
            gap = 0 if self._arrival_s is None else max(1, round(elapsed))
            self._offset = self._ours + gap - timestamp
        self._ssrc, self._theirs, self._arrival_s = ssrc, timestamp, arrival_s
        self._ours = (timestamp + self._offset) & 0xFFFFFFFF
        return self._ours, is_continuous
