"""NAL units in, fragmented MP4 out (ISO/IEC 14496-12, avc1 of 14496-15): for files of copies and for browsers. Pure.

A stream is one ``init_segment`` and then ``fragment``s, each of one picture (least delay) or of many (least overhead).
``Timeline`` turns the wrapping timestamps of RTP into decode times and durations that add up exactly.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.rtsp.message import ProtocolError
from services.streams.relay import nal, sps

TIMESCALE_HZ = 90_000
_TRACK = 1
_FIRST_GUESS_TICKS = TIMESCALE_HZ // 25  # how long a lone picture lasts
_JUMP_MOST_TICKS = 10 * TIMESCALE_HZ  # a clock that jumps further is set anew, not believed
_KEY, _NOT_KEY = 0x02000000, 0x01010000  # sample flags: depends on no other / on others and is no sync sample
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SAMPLE = struct.Struct(">IIIi")


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture as the container keeps it: length-prefixed NAL units; times in ticks of 1/90000 s."""

    data: bytes
    decode_time: int
    duration: int
    composition_offset: int  # shown this much after it is decoded; negative where pictures are reordered
    is_key: bool


class Timeline:
    """Makes samples of pictures, one picture late: only the next one tells how long the last one lasted.

    RTP tells when a picture is shown, not when it is decoded. Where an encoder reorders pictures, those it sends late
    are decoded one tick apart and their negative offset shows them in their place: every file reader takes that, and
    no picture has to wait for those after it.
    """

    def __init__(self) -> None:
        self._held: Sample | None = None
        self._timestamp = 0
        self._shown_at = 0
        self._step = _FIRST_GUESS_TICKS

    def push(self, units: Iterable[bytes], timestamp: int, is_key: bool) -> Sample | None:
        """Take a picture with its 32-bit RTP ``timestamp`` (90 kHz); returns the one before it, with its duration."""
        ready = None
        if self._held is not None:
            passed = (timestamp - self._timestamp + 2**31) % 2**32 - 2**31
            self._shown_at += passed if abs(passed) <= _JUMP_MOST_TICKS else self._step
            ready = self._ended(max(1, self._shown_at - self._held.decode_time))
        start = ready.decode_time + ready.duration if ready else 0
        self._timestamp = timestamp
        self._held = Sample(_prefixed(units), start, 0, self._shown_at - start, is_key)
        return ready

    def finish(self) -> Sample | None:
        """The last picture, which lasts as long as the one before it; None when there was none."""
        return self._ended(self._step) if self._held else None

    def _ended(self, duration: int) -> Sample:
        assert self._held is not None
        held, self._held, self._step = self._held, None, duration
        return Sample(held.data, held.decode_time, duration, held.composition_offset, held.is_key)


def codec(parameter_sets: Sequence[bytes]) -> str:
    """The name that browsers ask for (RFC 6381), e.g. ``avc1.4d401f``."""
    return f"avc1.{_first(parameter_sets)[1:4].hex()}"


def init_segment(parameter_sets: Sequence[bytes], duration_ticks: int | None = None) -> bytes:
    """``ftyp`` and ``moov`` for one H.264 track; ``duration_ticks`` for a file, None for a live stream.

    Its length does not depend on the duration's value, so that a file's header can be written again at its end.
    Raises ProtocolError when ``parameter_sets`` lack an SPS or a PPS or can't be read.
    """
    shape = sps.parse(_first(parameter_sets))
    size = struct.pack(">II", shape.width << 16, shape.height << 16)
    movie = _full(b"mvhd", 0, 0, struct.pack(">4IIHxx8x", 0, 0, TIMESCALE_HZ, 0, 0x10000, 0x100), _UNITY,
                  bytes(24), struct.pack(">I", _TRACK + 1))  # fmt: skip
    track = _full(b"tkhd", 0, 3, struct.pack(">5I8x4H", 0, 0, _TRACK, 0, 0, 0, 0, 0, 0), _UNITY, size)
    media = _full(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, TIMESCALE_HZ, 0, 0x55C4, 0))  # language: undetermined
    handler = _full(b"hdlr", 0, 0, bytes(4), b"vide", bytes(12), b"video\0")
    data_here = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1)))
    entry = _full(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(shape, parameter_sets))
    empty = [_full(kind, 0, 0, bytes(8 if kind == b"stsz" else 4)) for kind in (b"stts", b"stsc", b"stsz", b"stco")]
    info = _box(b"minf", _full(b"vmhd", 0, 1, bytes(8)), data_here, _box(b"stbl", entry, *empty))
    whole = b"" if duration_ticks is None else _full(b"mehd", 1, 0, struct.pack(">Q", duration_ticks))
    extends = _box(b"mvex", whole, _full(b"trex", 0, 0, struct.pack(">5I", _TRACK, 1, 0, 0, 0)))
    trak = _box(b"trak", track, _box(b"mdia", media, handler, info))
    brands = _box(b"ftyp", b"iso6", struct.pack(">I", 1), b"iso6avc1mp41")
    return brands + _box(b"moov", movie, trak, extends)


def fragment(sequence: int, samples: Sequence[Sample]) -> bytes:
    """``moof`` and ``mdat`` of consecutive ``samples``; ``sequence`` counts a stream's fragments from 1."""
    rows = b"".join(
        _SAMPLE.pack(s.duration, len(s.data), _KEY if s.is_key else _NOT_KEY, s.composition_offset) for s in samples
    )
    head = _full(b"tfhd", 0, 0x020000, struct.pack(">I", _TRACK))  # offsets count from this moof
    start = _full(b"tfdt", 1, 0, struct.pack(">Q", samples[0].decode_time))
    around = 8 + len(_full(b"mfhd", 0, 0, bytes(4))) + 8 + len(head) + len(start) + 20 + len(rows)
    run = _full(b"trun", 1, 0x000F01, struct.pack(">II", len(samples), around + 8), rows)
    moof = _box(b"moof", _full(b"mfhd", 0, 0, struct.pack(">I", sequence)), _box(b"traf", head, start, run))
    return moof + _box(b"mdat", *(sample.data for sample in samples))


def _sample_entry(shape: sps.Sps, parameter_sets: Sequence[bytes]) -> bytes:
    pixels = struct.pack(">HH", shape.width, shape.height)
    dense = struct.pack(">II4xH32xHh", 72 << 16, 72 << 16, 1, 24, -1)  # 72 dpi, one frame a sample, depth 24
    return _box(b"avc1", bytes(6), struct.pack(">H", 1), bytes(16), pixels, dense, _avcc(shape, parameter_sets))


def _avcc(shape: sps.Sps, parameter_sets: Sequence[bytes]) -> bytes:
    """The decoder's configuration record (14496-15 §5.3.3.1)."""
    pictures = [unit for unit in parameter_sets if nal.kind(unit) == nal.PPS]
    if not pictures:
        raise ProtocolError("parameter sets", "hold no PPS; wait until the camera has sent one")
    sequence = _first(parameter_sets)
    record = bytes([1, shape.profile, shape.compatibility, shape.level, 0xFF, 0xE1])  # 4-byte lengths, one SPS
    record += struct.pack(">H", len(sequence)) + sequence + bytes([len(pictures)])
    record += b"".join(struct.pack(">H", len(unit)) + unit for unit in pictures)
    if shape.has_chroma:
        record += bytes([0xFC | shape.chroma_format, 0xF8 | shape.luma_depth - 8, 0xF8 | shape.chroma_depth - 8, 0])
    return _box(b"avcC", record)


def _first(parameter_sets: Sequence[bytes]) -> bytes:
    for unit in parameter_sets:
        if nal.kind(unit) == nal.SPS:
            return unit
    raise ProtocolError("parameter sets", "hold no SPS; wait until the camera has sent one")


def _prefixed(units: Iterable[bytes]) -> bytes:
    """Parameter sets are left out: with avc1 they stand in the header alone."""
    kept = (unit for unit in units if nal.kind(unit) not in (nal.SPS, nal.PPS))
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in kept)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)
