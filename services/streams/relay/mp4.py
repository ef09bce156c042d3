"""NAL units in, fragmented MP4 out (ISO/IEC 14496-12): for files of copies and for browsers. Pure.

What differs between H.264 and H.265 is a ``Form``: the modules avc and hevc (ISO/IEC 14496-15).

A stream is one ``init_segment`` and then ``fragment``s, each of one picture (least delay) or of many (least overhead).
``Timeline`` turns the wrapping timestamps of RTP into decode times and durations that add up exactly.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.streams.relay import avc, hevc
from services.streams.relay.boxes import box, full

TIMESCALE_HZ = 90_000
_TRACK = 1
_FIRST_GUESS_TICKS = TIMESCALE_HZ // 25  # how long a lone picture lasts
_JUMP_MOST_TICKS = 10 * TIMESCALE_HZ  # a clock that jumps further is set anew, not believed
_KEY, _NOT_KEY = 0x02000000, 0x01010000  # sample flags: depends on no other / on others and is no sync sample
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SAMPLE = struct.Struct(">IIIi")


class Form(Protocol):
    """How pictures of one encoding stand in a file."""

    def units(self, payloads: Iterable[bytes]) -> list[bytes]:
        """The NAL units that RTP ``payloads`` of one picture carry; ProtocolError on lies."""

    def codec(self, parameter_sets: Sequence[bytes]) -> str:
        """Its name for browsers; ProtocolError when ``parameter_sets`` lack what it is made of."""

    def is_parameter_set(self, unit: bytes) -> bool:
        """Whether ``unit`` belongs in the header alone."""

    def sample_entry(self, parameter_sets: Sequence[bytes]) -> bytes:
        """The header's description of the pictures; ProtocolError when ``parameter_sets`` don't suffice."""


FORMS: dict[str, Form] = {"H264": avc, "H265": hevc}  # by the encoding's name in an SDP


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

    def __init__(self, form: Form = avc) -> None:
        self._form = form
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
        self._held = Sample(prefixed(units, self._form), start, 0, self._shown_at - start, is_key)
        return ready

    def finish(self) -> Sample | None:
        """The last picture, which lasts as long as the one before it; None when there was none."""
        return self._ended(self._step) if self._held else None

    def _ended(self, duration: int) -> Sample:
        assert self._held is not None
        held, self._held, self._step = self._held, None, duration
        return Sample(held.data, held.decode_time, duration, held.composition_offset, held.is_key)


def init_segment(parameter_sets: Sequence[bytes], duration_ticks: int | None = None, form: Form = avc) -> bytes:
    """``ftyp`` and ``moov`` for one video track; ``duration_ticks`` for a file, None for a live stream.

    Its length does not depend on the duration's value, so that a file's header can be written again at its end.
    Raises ProtocolError when ``parameter_sets`` lack one that is needed, or can't be read.
    """
    description = form.sample_entry(parameter_sets)
    width, height = struct.unpack_from(">HH", description, 32)
    size = struct.pack(">II", width << 16, height << 16)
    movie = full(b"mvhd", 0, 0, struct.pack(">4IIHxx8x", 0, 0, TIMESCALE_HZ, 0, 0x10000, 0x100), _UNITY,
                  bytes(24), struct.pack(">I", _TRACK + 1))  # fmt: skip
    track = full(b"tkhd", 0, 3, struct.pack(">5I8x4H", 0, 0, _TRACK, 0, 0, 0, 0, 0, 0), _UNITY, size)
    media = full(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, TIMESCALE_HZ, 0, 0x55C4, 0))  # language: undetermined
    handler = full(b"hdlr", 0, 0, bytes(4), b"vide", bytes(12), b"video\0")
    data_here = box(b"dinf", full(b"dref", 0, 0, struct.pack(">I", 1), full(b"url ", 0, 1)))
    entry = full(b"stsd", 0, 0, struct.pack(">I", 1), description)
    empty = [full(kind, 0, 0, bytes(8 if kind == b"stsz" else 4)) for kind in (b"stts", b"stsc", b"stsz", b"stco")]
    info = box(b"minf", full(b"vmhd", 0, 1, bytes(8)), data_here, box(b"stbl", entry, *empty))
    whole = b"" if duration_ticks is None else full(b"mehd", 1, 0, struct.pack(">Q", duration_ticks))
    extends = box(b"mvex", whole, full(b"trex", 0, 0, struct.pack(">5I", _TRACK, 1, 0, 0, 0)))
    trak = box(b"trak", track, box(b"mdia", media, handler, info))
    brands = box(b"ftyp", b"iso6", struct.pack(">I", 1), b"iso6mp41")
    return brands + box(b"moov", movie, trak, extends)


def fragment(sequence: int, samples: Sequence[Sample]) -> bytes:
    """``moof`` and ``mdat`` of consecutive ``samples``; ``sequence`` counts a stream's fragments from 1."""
    rows = b"".join(
        _SAMPLE.pack(s.duration, len(s.data), _KEY if s.is_key else _NOT_KEY, s.composition_offset) for s in samples
    )
    head = full(b"tfhd", 0, 0x020000, struct.pack(">I", _TRACK))  # offsets count from this moof
    start = full(b"tfdt", 1, 0, struct.pack(">Q", samples[0].decode_time))
    around = 8 + len(full(b"mfhd", 0, 0, bytes(4))) + 8 + len(head) + len(start) + 20 + len(rows)
    run = full(b"trun", 1, 0x000F01, struct.pack(">II", len(samples), around + 8), rows)
    moof = box(b"moof", full(b"mfhd", 0, 0, struct.pack(">I", sequence)), box(b"traf", head, start, run))
    return moof + box(b"mdat", *(sample.data for sample in samples))


def prefixed(units: Iterable[bytes], form: Form = avc) -> bytes:
    """A sample's bytes: each unit behind its length. Parameter sets are left out: they stand in the header alone."""
    kept = (unit for unit in units if not form.is_parameter_set(unit))
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in kept)
