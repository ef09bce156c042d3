"""The sequence parameter set of H.264 (ITU-T H.264 §7.3.2.1.1), as far as a file's header needs it. Pure.

A camera sends it, so it is hostile: every number is bounded and running out of bits is a ProtocolError.
"""

from dataclasses import dataclass

from services.rtsp.message import ProtocolError
from services.streams.relay.bits import Bits

_WITH_CHROMA = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}  # profiles that tell chroma and depth
_SIDE_MOST = 16_384  # pixels
_CHROMA_STEP = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}  # luma samples per cropping unit, §6.2


@dataclass(frozen=True, slots=True)
class Sps:
    """Profile, level and the picture that is shown, in pixels, after cropping."""

    profile: int
    compatibility: int
    level: int
    chroma_format: int
    luma_depth: int
    chroma_depth: int
    width: int
    height: int

    @property
    def has_chroma(self) -> bool:
        """Whether this profile tells its chroma format and bit depths."""
        return self.profile in _WITH_CHROMA


def parse(nal: bytes) -> Sps:
    """The fields of an SPS NAL unit, header byte included; ProtocolError when it is not one."""
    if len(nal) < 4 or nal[0] & 31 != 7 or len(nal) > 4096:
        raise ProtocolError("SPS", "is a NAL unit of type 7 of 4 to 4096 bytes")
    profile, compatibility, level = nal[1:4]
    bits = Bits(nal[4:])
    bits.unsigned()  # its id
    chroma, luma_depth, chroma_depth, is_split = _chroma(bits) if profile in _WITH_CHROMA else (1, 8, 8, False)
    bits.unsigned()  # log2_max_frame_num
    _skip_order(bits)
    bits.unsigned()  # max_num_ref_frames
    bits.take(1)
    columns, rows = bits.unsigned() + 1, bits.unsigned() + 1
    fields = 2 - bits.take(1)  # an interlaced picture counts its rows per field
    if fields == 2:
        bits.take(1)
    bits.take(1)
    left, right, top, bottom = (bits.unsigned() for _ in range(4)) if bits.take(1) else (0, 0, 0, 0)
    step_x, step_y = (1, 1) if is_split else _CHROMA_STEP[chroma]
    width = 16 * columns - step_x * (left + right)
    height = fields * (16 * rows - step_y * (top + bottom))
    if not (0 < width <= _SIDE_MOST and 0 < height <= _SIDE_MOST):
        raise ProtocolError("SPS", f"claims pictures of {width} x {height} pixels; 1 to {_SIDE_MOST} are possible")
    return Sps(profile, compatibility, level, chroma, luma_depth, chroma_depth, width, height)


def _chroma(bits: Bits) -> tuple[int, int, int, bool]:
    """Chroma format, luma depth, chroma depth, and whether the planes are coded apart; scaling lists are skipped."""
    chroma = bits.unsigned()
    is_split = bool(bits.take(1)) if chroma == 3 else False
    luma_depth, chroma_depth = bits.unsigned() + 8, bits.unsigned() + 8
    if chroma > 3 or max(luma_depth, chroma_depth) > 14:
        raise ProtocolError("SPS", "claims a chroma format or a bit depth that H.264 does not have")
    bits.take(1)
    if bits.take(1):
        for index in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma, luma_depth, chroma_depth, is_split


def _skip_scaling_list(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: Bits) -> None:
    """The fields of the picture order count, of which three kinds exist."""
    kind = bits.unsigned()
    if kind == 0:
        bits.unsigned()
    elif kind == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        count = bits.unsigned()
        if count > 255:
            raise ProtocolError("SPS", "lists more than 255 reference frames of a cycle")
        for _ in range(count):
            bits.signed()
