"""One clip as an endless RTP stream (RFC 6184, packetisation mode 1), a pure function of the clock. No I/O.

Pictures are numbered by ``tick``, counted from the Unix epoch at the clip's rate. Sequence number, timestamp and place
in the loop all follow from the tick, so every puller of a clip sees the same phase and one buffer serves them all.
"""

import struct
from base64 import b64encode

from demo.clip import Clip

PAYLOAD_TYPE = 96
CLOCK_HZ = 90_000
PACKET_BYTES = 1400  # of payload; fits an Ethernet frame, as a camera's do
_FU_A, _MARKER, _FU_START, _FU_END = 28, 0x80, 0x80, 0x40
_NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970
_CNAME = b"camera"


class Track:
    """The stream of one clip. ``phase_s`` delays it, so that not every clip has its picture at the same instant."""

    def __init__(self, clip: Clip, phase_s: float = 0.0) -> None:
        self.clip, self.phase_s = clip, phase_s
        self.ssrc = 0x4B00_0000 + clip.number
        self._pictures = [tuple(_payloads(picture.nals)) for picture in clip.pictures]
        self._before = [0]  # packets of the loop before each picture, and in the whole loop
        for packets in self._pictures:
            self._before.append(self._before[-1] + len(packets))
        self._keys = [index for index, picture in enumerate(clip.pictures) if picture.is_key]

    def tick_at(self, unix_s: float) -> int:
        """The picture that is before the lens at that time."""
        return int((unix_s - self.phase_s) * self.clip.fps)

    def due_s(self, tick: int) -> float:
        """When the picture comes, in Unix seconds."""
        return tick / self.clip.fps + self.phase_s

    def key_before(self, tick: int) -> int:
        """The last key picture at or before ``tick``; a clip begins with one."""
        loop, index = divmod(tick, len(self._pictures))
        return loop * len(self._pictures) + max(key for key in self._keys if key <= index)

    def sequence(self, tick: int) -> int:
        """Packets sent before ``tick``; its low 16 bits number the picture's first packet."""
        loop, index = divmod(tick, len(self._pictures))
        return loop * self._before[-1] + self._before[index]

    def timestamp(self, tick: int) -> int:
        """RTP time of a picture."""
        return tick * CLOCK_HZ // self.clip.fps & 0xFFFF_FFFF

    def picture(self, tick: int, channel: int) -> bytes:
        """One picture as interleaved RTP packets (RFC 2326 §10.12), the marker on the last."""
        packets = self._pictures[tick % len(self._pictures)]
        sequence, timestamp = self.sequence(tick), self.timestamp(tick)
        parts = []
        for index, payload in enumerate(packets):
            kind = PAYLOAD_TYPE | (_MARKER if index == len(packets) - 1 else 0)
            number = sequence + index & 0xFFFF
            parts.append(
                struct.pack("!BBHBBHII", 0x24, channel, 12 + len(payload), 0x80, kind, number, timestamp, self.ssrc)
            )
            parts.append(payload)
        return b"".join(parts)

    def report(self, tick: int, channel: int) -> bytes:
        """An interleaved RTCP sender report with its SDES (RFC 3550 §6.4.1), which ties RTP time to the wall clock."""
        due = self.due_s(tick)
        seconds, part = int(due), due % 1
        packets = self.sequence(tick) & 0xFFFF_FFFF
        report = struct.pack(
            "!BBHIIIIII",
            *(0x80, 200, 6, self.ssrc),
            *(seconds + _NTP_EPOCH_S, int(part * 2**32), self.timestamp(tick)),
            *(packets, packets * PACKET_BYTES & 0xFFFF_FFFF),
        )
        item = struct.pack("!IBB", self.ssrc, 1, len(_CNAME)) + _CNAME
        item += b"\x00" * (4 - len(item) % 4)  # at least one: it ends the list
        compound = report + struct.pack("!BBH", 0x81, 202, len(item) // 4) + item
        return struct.pack("!BBH", 0x24, channel, len(compound)) + compound

    def sdp(self) -> str:
        """What DESCRIBE answers (RFC 4566, RFC 6184 §8.2)."""
        sets = ",".join(b64encode(nal).decode() for nal in (self.clip.sps, self.clip.pps))
        lines = (
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=camera",
            "c=IN IP4 0.0.0.0",
            "t=0 0",
            "a=control:*",
            "a=range:npt=now-",
            f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
            f"a=rtpmap:{PAYLOAD_TYPE} H264/{CLOCK_HZ}",
            f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;profile-level-id={self.clip.sps[1:4].hex().upper()};"
            f"sprop-parameter-sets={sets}",
            f"a=framerate:{self.clip.fps}",
            "a=control:trackID=0",
        )
        return "\r\n".join(lines) + "\r\n"


def _payloads(nals: tuple[bytes, ...]) -> list[bytes]:
    """RTP payloads of one picture: a NAL unit as it is when it fits, else in FU-A fragments (RFC 6184 §5.8)."""
    payloads = []
    for nal in nals:
        if len(nal) <= PACKET_BYTES:
            payloads.append(nal)
            continue
        indicator, kind, step = nal[0] & 0xE0 | _FU_A, nal[0] & 0x1F, PACKET_BYTES - 2
        for begin in range(1, len(nal), step):
            start = _FU_START if begin == 1 else 0
            end = _FU_END if begin + step >= len(nal) else 0
            payloads.append(bytes((indicator, start | end | kind)) + nal[begin : begin + step])
    return payloads
