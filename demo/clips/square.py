"""A paved square in front of a public building: people cross it in both directions."""

import random

from PIL import Image

from demo.clips.people import COATS, Person, paint_person
from demo.clips.stage import CANVAS, Box, Brush, View, cyclic, gradient

VIEW = View(height_m=7.0, horizon=330, focal=2400)
LANE_M = 14.0  # people of one lane walk 14 m apart, and 14 m a loop: 5 km/h
REACH = 5  # people in each lane


class Square:
    """Lanes of walkers, and a few who stand and talk."""

    def __init__(self) -> None:
        draw = random.Random(10)
        self.lanes = [
            (Person(draw.choice(COATS), 10, draw.random()), x, draw.uniform(0, LANE_M)) for x in range(-16, 17, 2)
        ]
        self.groups = [
            (Person(draw.choice(COATS), 0, draw.random()), (x + dx, z + dx * 0.4))
            for x, z in ((-5.4, 21.0), (5.0, 27.0), (-9.0, 38.0), (1.1, 44.0))
            for dx in (-0.5, 0.4)
        ]

    def backdrop(self) -> Image.Image:
        """Sky, the hall with its columns and steps, trees, and paving in squares."""
        picture = gradient(CANVAS, (150, 190, 222), (214, 222, 226))
        brush = Brush(picture, VIEW)
        brush.pen.rectangle((0, VIEW.horizon, *CANVAS), fill=(184, 180, 172))
        for z in range(80, 2, -3):
            for x in range(-30, 30, 3):
                tone = 176 + (x // 3 + z // 3) % 2 * 10 + (x * 7 + z * 13) % 5
                brush.ground((x, x + 2.94), (z, z + 2.94), (tone, tone - 4, tone - 14))
        _hall(brush)
        for x, z in ((-24, 70), (-21, 56), (21, 70), (19, 56), (-15, 34), (15, 34)):
            _tree(brush, x, z)
        return picture

    def paint(self, picture: Image.Image, turn: float) -> None:
        """From far to near."""
        brush = Brush(picture, VIEW)
        people = list(self.groups)
        for lane, (person, x, start) in enumerate(self.lanes):
            first = cyclic(start, 1 if lane % 2 else -1, turn, LANE_M)
            people += [(person, (x, first + 9 + LANE_M * place)) for place in range(REACH)]
        for person, at in sorted(people, key=lambda place: -place[1][1]):
            paint_person(brush, person, at, turn)


def _hall(brush: Brush) -> None:
    for step in range(4):
        brush.box(Box((-17 + step, 17 - step), (step * 0.3, step * 0.3 + 0.3), (80 + step, 90)), (200, 194, 184))
    brush.box(Box((-13, 13), (1.2, 9.2), (86, 100)), (120, 104, 92))
    for column in range(-12, 13, 3):
        brush.box(Box((column - 0.5, column + 0.5), (1.2, 8.8), (84, 85)), (178, 60, 48))
    brush.box(Box((-14.5, 14.5), (8.8, 10.0), (83, 100)), (62, 96, 84))
    ridge = ((-14.8, 10.0, 83.0), (14.8, 10.0, 83.0), (11.0, 13.0, 90.0), (-11.0, 13.0, 90.0))
    brush.quad(ridge, (44, 84, 78))


def _tree(brush: Brush, x: float, z: float) -> None:
    u, v = brush.view.at((x, 0, z))
    m = brush.view.scale(z)
    brush.pen.ellipse((u - 2.2 * m, v - 0.5 * m, u + 2.6 * m, v + 0.5 * m), fill=(0, 0, 0, 60))
    brush.pen.rectangle((u - 0.2 * m, v - 2.6 * m, u + 0.2 * m, v), fill=(92, 70, 52))
    for dx, dy, r, colour in (
        (-0.9, 3.2, 1.5, (58, 104, 56)),
        (0.9, 3.4, 1.5, (50, 94, 52)),
        (0, 4.4, 1.7, (72, 122, 64)),
    ):
        centre_u, centre_v = u + dx * m, v - dy * m
        brush.pen.ellipse((centre_u - r * m, centre_v - r * m, centre_u + r * m, centre_v + r * m), fill=colour)
