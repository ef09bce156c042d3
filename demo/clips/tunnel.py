"""One tube of a river tunnel under sodium light: three lanes of traffic come towards the lens."""

import random

from PIL import Image

from demo.clips.stage import CANVAS, Brush, View, cyclic, shade
from demo.clips.vehicles import Vehicle, paint_vehicle

VIEW = View(height_m=5.0, horizon=560, centre=1160)
TRACK_M = 130.0  # at one lap in ten seconds: 47 km/h
HALF_WIDTH_M, CEILING_M = 6.6, 6.2
PAINTS = ((206, 208, 210), (60, 66, 80), (132, 36, 34), (196, 176, 140), (40, 70, 108))
SODIUM = (255, 206, 120)


class Tunnel:
    """Nine vehicles, among them a lorry, between tiled walls."""

    def __init__(self) -> None:
        draw = random.Random(3)
        self.traffic = [
            Vehicle(x, slot * TRACK_M / 3 + draw.uniform(3, 30), draw.choice(PAINTS), is_oncoming=True)
            for x in (-4.1, 0.0, 4.1)
            for slot in range(3)
        ]
        lorry = self.traffic[-1]
        self.traffic[-1] = Vehicle(lorry.x, lorry.z, (184, 190, 196), True, length=9.0, height=3.4, width=2.4)

    def backdrop(self) -> Image.Image:
        """The tube, ring by ring from the far end, darker where no lamp is near."""
        picture = Image.new("RGB", CANVAS, (26, 22, 20))
        brush = Brush(picture, VIEW)
        for ring in range(150, 0, -1):
            _ring(brush, 3.0 + (ring - 1) * 2.0)
        for x in (-6.3, -2.05, 2.05, 6.3):
            for z in range(3, 300, 9):
                end = z + (9 if abs(x) > 6 else 4)
                brush.ground((x - 0.08, x + 0.08), (z, end), (206, 192, 156))
        for z in range(130, 10, -20):
            _exit_sign(brush, z)
        return picture

    def paint(self, picture: Image.Image, turn: float) -> None:
        """Far vehicles first."""
        brush = Brush(picture, VIEW)
        places = [(cyclic(v.z, -1, turn, TRACK_M) - 6, v) for v in self.traffic]
        for z, vehicle in sorted(places, key=lambda place: -place[0]):
            paint_vehicle(brush, vehicle, z)


def _ring(brush: Brush, z: float) -> None:
    from_lamp = abs((z % 12) - 6) / 6  # lamps hang every 12 m
    light = (0.55 + 0.45 * (1 - from_lamp)) * max(0.35, 1 - z / 320)
    span = (z, z + 2.05)
    brush.ground((-HALF_WIDTH_M, HALF_WIDTH_M), span, shade((82, 74, 64), light))
    brush.ground((-HALF_WIDTH_M, HALF_WIDTH_M), span, shade((96, 78, 54), light), CEILING_M)
    for x in (-HALF_WIDTH_M, HALF_WIDTH_M):
        brush.wall(x, (0, 1.0), span, shade((120, 104, 80), light))
        brush.wall(x, (1.0, 3.6), span, shade((222, 192, 140), light))
        brush.wall(x, (3.6, 3.8), span, shade((70, 128, 120), light))
        brush.wall(x, (3.8, CEILING_M), span, shade((168, 136, 92), light))
    if from_lamp < 0.34:
        for x in (-3.2, 3.2):
            brush.ground((x - 0.35, x + 0.35), span, shade(SODIUM, 1.0), CEILING_M - 0.05)


def _exit_sign(brush: Brush, z: float) -> None:
    brush.wall(-HALF_WIDTH_M + 0.02, (2.2, 2.9), (z, z + 1.6), (24, 140, 84))
    brush.wall(-HALF_WIDTH_M + 0.03, (2.4, 2.7), (z + 0.4, z + 1.2), (232, 246, 236))
    brush.wall(HALF_WIDTH_M - 0.02, (1.1, 2.0), (z, z + 0.9), (176, 34, 30))
