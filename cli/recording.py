"""RTP packets in, an MP4 file out: whole pictures only, from the first key picture on, fragment by fragment.

A copy is evidence: it is written beside its final name and synced, and gets that name when its hash is on record.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from services.chassis import errors
from services.rtsp.message import ProtocolError
from services.streams.relay import h264, mp4, rtp, sdp

_FRAGMENT_PICTURES_MOST = 250
_FRAGMENT_BYTES_MOST = 8 * 2**20


class Recording:
    """Grows one file. ``push`` packets until it returns True, then ``finish``."""

    def __init__(self, file: BinaryIO, track: sdp.Track, wanted_ticks: int) -> None:
        self._file = file
        self._inspector = track.inspector()
        self._form = mp4.FORMS[track.encoding]
        self._wanted_ticks = wanted_ticks
        self._sets: list[bytes] = []  # of the header; empty until the first key picture
        self._timeline = mp4.Timeline(self._form)
        self._packets: list[rtp.Packet] = []  # of the picture under way
        self._samples: list[mp4.Sample] = []  # of the fragment under way
        self._fragments = 0
        self._next_sequence: int | None = None
        self.pictures = 0
        self.lost_pictures = 0  # left out because packets of them were missing
        self.ticks = 0

    def push(self, packet: rtp.Packet) -> bool:
        """Take a packet; True once the wanted time is recorded."""
        if self._packets and packet.timestamp != self._packets[0].timestamp:
            self._picture()
        self._packets.append(packet)
        if packet.has_marker:
            self._picture()
        return self.ticks >= self._wanted_ticks

    def finish(self) -> None:
        """Write what is held and the header with the whole duration."""
        if (last := self._timeline.finish()) is not None:
            self._keep(last)
        self._flush()
        self._file.seek(0)
        self._file.write(mp4.init_segment(self._sets, self.ticks, self._form))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _picture(self) -> None:
        packets, self._packets = self._packets, []
        if not self._is_whole(packets):
            self.lost_pictures += bool(self._sets)
            return
        flags = 0
        for packet in packets:
            flags |= self._inspector.inspect(packet.payload)
        is_key = bool(flags & h264.KEY)
        if not self._sets and not (is_key and self._begin()):
            return
        if any(unit not in self._sets for unit in self._inspector.parameter_sets):
            raise errors.FailedPrecondition("STATE_WRONG", "the camera changed its format meanwhile: copy again")
        units = self._form.units(packet.payload for packet in packets)
        ready = self._timeline.push(units, packets[0].timestamp, is_key)
        if ready is not None:
            self._keep(ready)

    def _is_whole(self, packets: Iterable[rtp.Packet]) -> bool:
        is_whole = True
        for packet in packets:
            is_whole &= self._next_sequence in (None, packet.sequence)
            self._next_sequence = (packet.sequence + 1) % 2**16
        return is_whole

    def _begin(self) -> bool:
        """Write the header, when the camera has told all that belongs in it."""
        try:
            header = mp4.init_segment(self._inspector.parameter_sets, 0, self._form)
        except ProtocolError:
            return False  # the next key picture may bring the parameter sets
        self._file.write(header)
        self._sets = self._inspector.parameter_sets
        return True

    def _keep(self, sample: mp4.Sample) -> None:
        if sample.is_key or len(self._samples) >= _FRAGMENT_PICTURES_MOST or self._size() > _FRAGMENT_BYTES_MOST:
            self._flush()
        self._samples.append(sample)
        self.pictures += 1
        self.ticks = sample.decode_time + sample.duration

    def _size(self) -> int:
        return sum(len(sample.data) for sample in self._samples)

    def _flush(self) -> None:
        if self._samples:
            self._fragments += 1
            self._file.write(mp4.fragment(self._fragments, self._samples))
            self._samples = []


def sha256(path: Path) -> str:
    """The hash of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
