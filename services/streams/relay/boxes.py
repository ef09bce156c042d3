"""Boxes, of which an ISO base media file is made (ISO/IEC 14496-12 §4.2), and the sample entry of a picture. Pure."""

import struct


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of that four-letter kind."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def visual(kind: bytes, width: int, height: int, configuration: bytes) -> bytes:
    """A VisualSampleEntry (§12.1.3) of pictures of that many pixels; ``configuration`` is the decoder's own box."""
    pixels = struct.pack(">HH", width, height)
    dense = struct.pack(">II4xH32xHh", 72 << 16, 72 << 16, 1, 24, -1)  # 72 dpi, one frame a sample, depth 24
    return box(kind, bytes(6), struct.pack(">H", 1), bytes(16), pixels, dense, configuration)
