"""H.265 in an ISO base media file (14496-15 §8): sample entry hvc1, hvcC, the name that browsers ask for. Pure.

A camera sends the parameter sets that all of it is made of: every number is bounded.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.rtsp.message import ProtocolError
from services.streams.relay import nal
from services.streams.relay.bits import Bits
from services.streams.relay.boxes import box, visual
from services.streams.relay.h265 import PACKING, PPS, SPS, VPS, kind

_SIDE_MOST = 16_384  # pixels
_CHROMA_STEP = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}  # H.265 §6.2
_HEADER_BYTES, _SETS_MOST, _SET_BYTES_MOST = 2, 16, 4096


@dataclass(frozen=True, slots=True)
class Sps:
    """What hvcC repeats of an SPS (H.265 §7.3.2.2); ``profile`` is profile_tier_level's first 12 bytes as they are."""

    profile: bytes
    layers: int
    is_nested: bool
    chroma_format: int
    luma_depth: int
    chroma_depth: int
    width: int
    height: int


def units(payloads: Iterable[bytes]) -> list[bytes]:
    """The NAL units that RTP ``payloads`` of one picture carry; ProtocolError on lies."""
    return nal.units(payloads, PACKING)


def is_parameter_set(unit: bytes) -> bool:
    """With hvc1 they stand in the header alone."""
    return VPS <= kind(unit) <= PPS


def parse(unit: bytes) -> Sps:
    """The fields of an SPS NAL unit, its two header bytes included; ProtocolError when it is not one."""
    if len(unit) < 15 or kind(unit) != SPS or len(unit) > _SET_BYTES_MOST:
        raise ProtocolError("SPS", f"is a NAL unit of type 33 of 15 to {_SET_BYTES_MOST} bytes")
    bits = Bits(unit[_HEADER_BYTES:])
    bits.take(4)  # id of the VPS
    layers, is_nested = bits.take(3) + 1, bool(bits.take(1))
    profile = bits.take(96).to_bytes(12, "big")
    _skip_layers(bits, layers - 1)
    bits.unsigned()  # its id
    chroma = bits.unsigned()
    is_split = bool(bits.take(1)) if chroma == 3 else False
    width, height = bits.unsigned(), bits.unsigned()
    left, right, top, bottom = (bits.unsigned() for _ in range(4)) if bits.take(1) else (0, 0, 0, 0)
    luma_depth, chroma_depth = bits.unsigned() + 8, bits.unsigned() + 8
    if chroma > 3 or max(luma_depth, chroma_depth) > 15 or layers > 7:
        raise ProtocolError("SPS", "claims a chroma format, a bit depth or layers that H.265 does not have")
    step_x, step_y = (1, 1) if is_split else _CHROMA_STEP[chroma]
    width, height = width - step_x * (left + right), height - step_y * (top + bottom)
    if not (0 < width <= _SIDE_MOST and 0 < height <= _SIDE_MOST):
        raise ProtocolError("SPS", f"claims pictures of {width} x {height} pixels; 1 to {_SIDE_MOST} are possible")
    return Sps(profile, layers, is_nested, chroma, luma_depth, chroma_depth, width, height)


def codec(parameter_sets: Sequence[bytes]) -> str:
    """14496-15 Annex E, e.g. ``hvc1.1.6.L93.B0``: profile, compatibility backwards, tier and level, constraints."""
    profile = parse(_of(SPS, parameter_sets)[0]).profile
    space = ("", "A", "B", "C")[profile[0] >> 6]
    compatibility = int(f"{int.from_bytes(profile[1:5], 'big'):032b}"[::-1], 2)
    tier = "H" if profile[0] & 0x20 else "L"
    constraints = "".join(f".{byte:X}" for byte in profile[5:11].rstrip(b"\0"))
    return f"hvc1.{space}{profile[0] & 31}.{compatibility:X}.{tier}{profile[11]}{constraints}"


def sample_entry(parameter_sets: Sequence[bytes]) -> bytes:
    """Size and decoder configuration record (§8.3.3.1); ProtocolError when a kind of parameter set is missing."""
    arrays = [(of, _of(of, parameter_sets)) for of in (VPS, SPS, PPS)]
    shape = parse(arrays[1][1][0])
    record = b"\1" + shape.profile
    record += bytes([0xF0, 0, 0xFC, 0xFC | shape.chroma_format])  # no word on segmentation and parallelism
    record += bytes([0xF8 | shape.luma_depth - 8, 0xF8 | shape.chroma_depth - 8, 0, 0])  # nor on the frame rate
    record += bytes([shape.layers << 3 | shape.is_nested << 2 | 3, len(arrays)])  # 4-byte lengths
    for of, sets in arrays:
        record += struct.pack(">BH", 0x80 | of, len(sets))  # all of them are here
        record += b"".join(struct.pack(">H", len(unit)) + unit for unit in sets)
    return visual(b"hvc1", shape.width, shape.height, box(b"hvcC", record))


def _of(wanted: int, parameter_sets: Sequence[bytes]) -> list[bytes]:
    found = [unit for unit in parameter_sets if kind(unit) == wanted and len(unit) <= _SET_BYTES_MOST][:_SETS_MOST]
    if not found:
        name = {VPS: "VPS", SPS: "SPS", PPS: "PPS"}[wanted]
        raise ProtocolError("parameter sets", f"hold no {name}; wait until the camera has sent one")
    return found


def _skip_layers(bits: Bits, layers: int) -> None:
    """What profile_tier_level says of sub-layers (§7.3.3)."""
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for has_profile, has_level in present:
        bits.take(88 * has_profile)
        bits.take(8 * has_level)
