"""A six-lane avenue at dusk, seen from a mast: traffic comes on the left and goes on the right."""

import random

from PIL import Image, ImageDraw

from demo.clips.stage import CANVAS, Box, Brush, View, cyclic, gradient, soften
from demo.clips.vehicles import Vehicle, paint_vehicle

VIEW = View(height_m=7.5, horizon=470)
TRACK_M = 150.0  # at one lap in ten seconds: 54 km/h
LANES_M = (2.6, 6.1, 9.6)
PAINTS = ((196, 200, 206), (44, 52, 66), (150, 40, 38), (38, 78, 128), (214, 206, 188), (84, 90, 96), (22, 110, 92))


class Road:
    """Eighteen vehicles, three of them buses, each on a lane of its own speed."""

    def __init__(self) -> None:
        draw = random.Random(14)
        self.traffic: list[Vehicle] = []
        for lane, x in enumerate((*(-x for x in LANES_M), *LANES_M)):
            for slot in range(3):
                z = slot * TRACK_M / 3 + draw.uniform(4, 34)
                is_bus = lane in (2, 5) and slot == lane % 2
                size = {"length": 11.0, "height": 3.1, "width": 2.5} if is_bus else {}
                colour = (206, 150, 44) if is_bus else draw.choice(PAINTS)
                self.traffic.append(Vehicle(x, z, colour, x < 0, **size))

    def backdrop(self) -> Image.Image:
        """Sky, skyline, road, markings and lamps."""
        picture = gradient(CANVAS, (30, 42, 78), (214, 134, 104))
        _skyline(picture)
        picture = soften(picture, 2.5)
        brush = Brush(picture, VIEW)
        brush.pen.rectangle((0, VIEW.horizon, *CANVAS), fill=(46, 62, 54))
        brush.ground((-16, 16), (3, 900), (112, 112, 116))
        brush.ground((-11.8, 11.8), (3, 900), (56, 58, 64))
        for x in (-11.5, -0.75, 0.75, 11.5):
            brush.ground((x - 0.1, x + 0.1), (3, 600), (208, 208, 200))
        for x in (*(lane + 1.75 for lane in LANES_M[:2]), *(-lane - 1.75 for lane in LANES_M[:2])):
            for z in range(4, 260, 10):
                brush.ground((x - 0.08, x + 0.08), (z, z + 4.5), (196, 198, 200))
        brush.box(Box((-0.45, 0.45), (0, 0.55), (8, 600)), (70, 104, 66))
        for z in range(150, 10, -26):
            _lamps(brush, z)
        return picture

    def paint(self, picture: Image.Image, turn: float) -> None:
        """Far vehicles first, so that near ones cover them."""
        brush = Brush(picture, VIEW)
        places = [(cyclic(v.z, -1 if v.is_oncoming else 1, turn, TRACK_M) - 8, v) for v in self.traffic]
        for z, vehicle in sorted(places, key=lambda place: -place[0]):
            paint_vehicle(brush, vehicle, z)


def _skyline(picture: Image.Image) -> None:
    draw, pen = random.Random(6), ImageDraw.Draw(picture)
    x = -40
    while x < CANVAS[0]:
        width, top = draw.randint(70, 190), VIEW.horizon - draw.randint(60, 300)
        tone = draw.randint(34, 58)
        pen.rectangle((x, top, x + width, VIEW.horizon), fill=(tone, tone + 6, tone + 22))
        for wx in range(x + 12, x + width - 12, 22):
            for wy in range(int(top) + 16, int(VIEW.horizon), 28):
                if draw.random() < 0.4:
                    pen.rectangle((wx, wy, wx + 9, wy + 12), fill=(250, 214, 142))
        x += width + draw.randint(0, 30)


def _lamps(brush: Brush, z: float) -> None:
    for side in (-1, 1):
        x = side * 13.5
        brush.face((x - 0.09, x + 0.09), (0, 9), z, (70, 74, 82))
        arm = sorted((x, x - side * 2.4))
        brush.face((arm[0], arm[1]), (8.85, 9), z, (70, 74, 82))
        brush.glow((x - side * 2.3, 8.8, z), 0.8, (255, 224, 160))
