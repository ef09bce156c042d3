"""The Pearl River by day, seen across the water from an embankment: boats cross before the far bank's towers."""

import math
import random

from PIL import Image, ImageDraw

from demo.clips.stage import CANVAS, Colour, gradient, shade, soften

SHORE = 560  # row of the far bank
SPACING = 1500  # pixels between boats of one row; a boat moves on by one spacing a loop
Row = tuple[int, float, int, float]  # water line, scale, direction, where the first boat is, in spacings
ROWS: tuple[Row, ...] = ((690, 0.7, 1, 0.1), (840, 1.1, -1, 0.55), (1080, 1.9, 1, 0.3))


class River:
    """A ferry, a sightseeing boat and a barge, each in a row of its own."""

    def __init__(self) -> None:
        draw = random.Random(12)
        self.ripples = [(draw.uniform(0, CANVAS[0]), draw.uniform(SHORE + 20, 1300), draw.random()) for _ in range(150)]

    def backdrop(self) -> Image.Image:
        """Sky, towers, water with their reflection, and the railing in front."""
        picture = gradient(CANVAS, (112, 166, 216), (228, 232, 226))
        pen = ImageDraw.Draw(picture, "RGBA")
        _towers(pen)
        _canton_tower(pen, 1720)
        pen.rectangle((0, SHORE - 26, CANVAS[0], SHORE), fill=(92, 128, 92))
        water = gradient((CANVAS[0], CANVAS[1] - SHORE), (128, 160, 166), (52, 92, 104))
        mirrored = picture.crop((0, 0, CANVAS[0], SHORE)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        reflection = soften(mirrored, 14).resize(water.size)
        picture.paste(Image.blend(water, reflection, 0.28), (0, SHORE))
        picture = soften(picture, 1.5)
        _railing(ImageDraw.Draw(picture))
        return picture

    def paint(self, picture: Image.Image, turn: float) -> None:
        """Ripples, then boats from the far row to the near one."""
        pen = ImageDraw.Draw(picture, "RGBA")
        for x, y, phase in self.ripples:
            wave = math.sin(2 * math.pi * (2 * turn + phase))
            depth = (y - SHORE) / 800
            half = (20 + 90 * depth) * (0.7 + 0.3 * wave)
            u = x + 24 * depth * wave
            pen.rectangle((u - half, y, u + half, y + 2 + 3 * depth), fill=(226, 240, 240, int(46 + 40 * wave)))
        for kind, (line, scale, direction, start) in enumerate(ROWS):
            for slot in range(-1, 3):
                u = (slot + start + direction * turn) * SPACING
                bob = 3 * scale * math.sin(2 * math.pi * (3 * turn + start + kind))
                BOATS[kind](Hull(pen, u, line + bob, scale, direction))
        _railing(pen)


class Hull:
    """Places a boat's parts: x ahead of its middle, y above the water line, both in its own pixels."""

    def __init__(self, pen: ImageDraw.ImageDraw, u: float, v: float, scale: float, direction: int) -> None:
        self.pen, self.u, self.v, self.scale, self.direction = pen, u, v, scale, direction

    def part(self, points: tuple[tuple[float, float], ...], colour: Colour) -> None:
        """Fill a polygon."""
        ahead = self.scale * self.direction
        self.pen.polygon([(self.u + x * ahead, self.v - y * self.scale) for x, y in points], fill=colour)

    def block(self, x: tuple[float, float], y: tuple[float, float], colour: Colour) -> None:
        """Fill a rectangle."""
        self.part(((x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])), colour)

    def body(self, half: float, high: float, colour: Colour) -> None:
        """The hull with its wake and its reflection."""
        self.part(((-half - 190, -2), (-half, 6), (half + 30, -2), (half, -8), (-half, -12)), (240, 248, 248, 120))
        self.block((-half, half), (-high * 1.3, -2), (*shade(colour, 0.5), 70))
        self.part(((-half, 0), (half - 18, 0), (half + 22, high), (-half - 6, high)), colour)


def _ferry(hull: Hull) -> None:
    hull.body(110, 26, (236, 238, 240))
    hull.block((-100, 84), (26, 58), (58, 120, 176))
    hull.block((-92, 70), (58, 64), (240, 240, 240))
    for window in range(-88, 70, 26):
        hull.block((window, window + 16), (36, 50), (226, 240, 250))


def _sightseeing(hull: Hull) -> None:
    hull.body(150, 30, (150, 40, 36))
    for deck in range(2):
        low = 30 + deck * 36
        hull.block((-134 + 20 * deck, 112 - 34 * deck), (low, low + 30), (238, 226, 190))
        hull.block((-142 + 20 * deck, 120 - 34 * deck), (low + 28, low + 36), (178, 52, 40))
        for window in range(-126 + 20 * deck, 100 - 34 * deck, 30):
            hull.block((window, window + 18), (low + 7, low + 23), (96, 74, 56))
    hull.block((-20, -14), (100, 140), (90, 60, 50))


def _barge(hull: Hull) -> None:
    hull.body(210, 26, (62, 66, 76))
    hull.part(((-110, 26), (-60, 52), (0, 40), (60, 56), (120, 34), (160, 26)), (190, 164, 112))
    hull.block((-198, -136), (26, 78), (226, 226, 222))
    hull.block((-190, -144), (52, 68), (52, 66, 82))
    hull.block((-176, -166), (78, 110), (80, 84, 92))


BOATS = (_ferry, _sightseeing, _barge)


def _towers(pen: ImageDraw.ImageDraw) -> None:
    draw, x = random.Random(44), -30
    while x < CANVAS[0]:
        width, height = draw.randint(60, 150), draw.randint(70, 330)
        tone = draw.randint(150, 186)
        top = SHORE - height
        pen.rectangle((x, top, x + width, SHORE), fill=(tone - 20, tone - 4, tone + 14))
        for y in range(top + 14, SHORE - 30, 20):
            pen.line((x + 8, y, x + width - 8, y), fill=(tone - 44, tone - 26, tone - 6), width=5)
        x += width + draw.randint(4, 60)


def _canton_tower(pen: ImageDraw.ImageDraw, centre: int) -> None:
    """A hyperboloid with a waist, as straight lines twisted between two rings."""
    for line in range(18):
        for twist in (-1.9, 1.9):
            angle = 2 * math.pi * line / 18
            foot, head = centre + 58 * math.cos(angle), centre + 38 * math.cos(angle + twist)
            pen.line((foot, SHORE, head, 130), fill=(120, 132, 152), width=3)
    pen.line((centre, 130, centre, 26), fill=(110, 120, 140), width=6)


def _railing(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((0, 1380, CANVAS[0], CANVAS[1]), fill=(196, 190, 178))
    pen.rectangle((0, 1246, CANVAS[0], 1268), fill=(206, 202, 192))
    for x in range(40, CANVAS[0], 128):
        pen.rectangle((x, 1246, x + 26, 1400), fill=(188, 182, 170))
        pen.rectangle((x + 20, 1268, x + 26, 1400), fill=(160, 154, 142))
