"""When a camera's pictures and sound were taken, by its sender reports (RFC 3550 §6.4.1). Pure.

A camera whose clock is wrong is moved by one and the same span for all its tracks, so that sound and pictures stay
together; one that reports nothing is placed by the arrival of its packets.
"""

import struct

from services.streams.relay.framing import Arrival

PICTURE, SOUND = "picture", "sound"  # names of tracks
_REPORT = struct.Struct(">BBHIIII")  # V P RC, kind, words, SSRC, NTP seconds and fraction, RTP timestamp
_NTP_EPOCH_S = 2_208_988_800
_SENDER_REPORT = 200
_TRUSTED_S = 2.0  # a clock that is so far off is believed
_PLAUSIBLE_S = 10.0  # between what the reports make of a packet and its arrival


class WallClock:
    """The reports of one connection to a camera, track by track (by name)."""

    def __init__(self) -> None:
        self._shift_s: float | None = None
        self._reports: dict[str, tuple[float, int]] = {}

    def hear(self, track: str, data: bytes, arrival: Arrival) -> None:
        """An RTCP packet of ``track``, compound or not; what is malformed in it is passed over."""
        at = 0
        while at + 4 <= len(data) and data[at] >> 6 == 2:
            size = 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
            if data[at + 1] == _SENDER_REPORT and size >= 28 and at + size <= len(data):
                _, _, _, _, seconds, fraction, timestamp = _REPORT.unpack_from(data, at)
                if seconds:
                    unix_s = seconds - _NTP_EPOCH_S + fraction / 2**32
                    off_s = arrival.unix_s - unix_s
                    if self._shift_s is None:
                        self._shift_s = 0.0 if abs(off_s) <= _TRUSTED_S else off_s
                    self._reports[track] = (unix_s, timestamp)
            at += size

    def unix_s(self, track: str, timestamp: int, clock_rate_hz: int, arrival: Arrival) -> float:
        """When the packet of the camera's ``timestamp`` was taken, in seconds since 1970."""
        told = self._reports.get(track)
        if told is None or self._shift_s is None:
            return arrival.unix_s
        moved = (timestamp - told[1] + 2**31 & 0xFFFFFFFF) - 2**31
        taken_s = told[0] + self._shift_s + moved / clock_rate_hz
        return taken_s if abs(taken_s - arrival.unix_s) <= _PLAUSIBLE_S else arrival.unix_s
