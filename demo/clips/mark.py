"""The marks in every picture: for people its code and loop time, for programs a strip of twelve cells.

The strip holds the clip's number (4 bits) and the picture's (8 bits), most significant first, white for one. A test
or a benchmark reads it to know which picture it sees, and so how late.
"""

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from demo.clips.stage import FPS, HEIGHT, WIDTH

CELL = 16
CELLS = 12
LEFT, TOP = 24, HEIGHT - 40


class Marker:
    """Writes the marks of one clip onto finished pictures."""

    def __init__(self, number: int, title: str) -> None:
        self._number = number
        self._label = f"KAPOK DEMO  {number:02d}  {title.upper()}"
        self._font = ImageFont.load_default(24)

    def write(self, picture: Image.Image, index: int) -> None:
        """Write label, code, loop time and strip of picture ``index``."""
        pen = ImageDraw.Draw(picture, "RGBA")
        clock, code = f"{index / FPS:05.2f} s", f"GZ-{self._number:02d}-{index:03d}"
        self._text(pen, (24, 18), self._label, "la")
        self._text(pen, (WIDTH - 24, 18), clock, "ra")
        self._text(pen, (WIDTH - 24, HEIGHT - 46), code, "ra")
        pen.rectangle((LEFT - 4, TOP - 4, LEFT + CELLS * CELL + 3, TOP + CELL + 3), fill=(0, 0, 0))
        bits = self._number << 8 | index
        for cell in range(CELLS):
            if bits >> (CELLS - 1 - cell) & 1:
                x = LEFT + cell * CELL
                pen.rectangle((x, TOP, x + CELL - 1, TOP + CELL - 1), fill=(255, 255, 255))

    def _text(self, pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, anchor: str) -> None:
        pen.text(at, text, (255, 255, 255), self._font, anchor, stroke_width=2, stroke_fill=(0, 0, 0, 170))


def read(brightness: Callable[[int, int], int]) -> tuple[int, int]:
    """Clip and picture number from a 1280x720 picture; ``brightness(x, y)`` is 0 to 255."""
    bits = 0
    for cell in range(CELLS):
        bits = bits << 1 | (brightness(LEFT + cell * CELL + CELL // 2, TOP + CELL // 2) > 127)
    return bits >> 8, bits & 0xFF
