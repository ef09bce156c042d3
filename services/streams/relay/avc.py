"""H.264 in an ISO base media file (14496-15 §5): sample entry avc1, and the name that browsers ask for. Pure."""

import struct
from collections.abc import Iterable, Sequence

from services.rtsp.message import ProtocolError
from services.streams.relay import h264, nal, sps
from services.streams.relay.boxes import box, visual


def units(payloads: Iterable[bytes]) -> list[bytes]:
    """The NAL units that RTP ``payloads`` of one picture carry; ProtocolError on lies."""
    return nal.units(payloads, h264.PACKING)


def is_parameter_set(unit: bytes) -> bool:
    """With avc1 they stand in the header alone."""
    return h264.kind(unit) in (h264.SPS, h264.PPS)


def codec(parameter_sets: Sequence[bytes]) -> str:
    """RFC 6381, e.g. ``avc1.4d401f``."""
    return f"avc1.{_first(parameter_sets)[1:4].hex()}"


def sample_entry(parameter_sets: Sequence[bytes]) -> bytes:
    """Size and decoder configuration record (§5.3.3.1); ProtocolError when there is no SPS or no PPS."""
    sequence = _first(parameter_sets)
    shape = sps.parse(sequence)
    pictures = [unit for unit in parameter_sets if h264.kind(unit) == h264.PPS]
    if not pictures:
        raise ProtocolError("parameter sets", "hold no PPS; wait until the camera has sent one")
    record = bytes([1, shape.profile, shape.compatibility, shape.level, 0xFF, 0xE1])  # 4-byte lengths, one SPS
    record += struct.pack(">H", len(sequence)) + sequence + bytes([len(pictures)])
    record += b"".join(struct.pack(">H", len(unit)) + unit for unit in pictures)
    if shape.has_chroma:
        record += bytes([0xFC | shape.chroma_format, 0xF8 | shape.luma_depth - 8, 0xF8 | shape.chroma_depth - 8, 0])
    return visual(b"avc1", shape.width, shape.height, box(b"avcC", record))


def _first(parameter_sets: Sequence[bytes]) -> bytes:
    for unit in parameter_sets:
        if h264.kind(unit) == h264.SPS:
            return unit
    raise ProtocolError("parameter sets", "hold no SPS; wait until the camera has sent one")
