"""A small made clip whose bytes a test can follow; nobody decodes it."""

from demo.clip import Clip, Picture

SPS, PPS = b"\x67\x4d\x40\x1f\x01", b"\x68\xee\x01"


def made_clip(pictures: int = 50, fps: int = 25, bytes_of_a_picture: int = 3000) -> Clip:
    """Every 25th picture is a key picture with its parameter sets."""

    def picture(index: int) -> Picture:
        body = bytes((index + offset) % 255 + 1 for offset in range(bytes_of_a_picture))
        return Picture((SPS, PPS, b"\x65" + body)) if index % fps == 0 else Picture((b"\x41" + body,))

    return Clip(1, "made", fps, SPS, PPS, tuple(picture(index) for index in range(pictures)))
