"""A metro platform: a train comes in from the far end, stands with open doors, and leaves past the lens."""

import random

from PIL import Image

from demo.clips.people import COATS, Person, paint_person
from demo.clips.stage import CANVAS, Box, Brush, View, cyclic, shade

VIEW = View(height_m=3.5, horizon=520, centre=1240, focal=1900)
PLATFORM_M = (-2.2, 5.6)  # its edge on the left, its wall on the right
TRACK_M = (-5.4, -2.45)
CEILING_M, BED_M = 4.4, -1.1
CAR_M, CARS = 19.0, 4
STAND_M = 9.0  # where the nose of the standing train is
LANE_M, REACH = 14.0, 5  # people of one lane walk 14 m apart, and 14 m a loop: 5 km/h
LIVERY = (222, 226, 230)


class Metro:
    """One train a loop; people who wait and people who walk."""

    def __init__(self) -> None:
        draw = random.Random(2)
        self.waiting = [
            (Person(draw.choice(COATS), 0, draw.random()), (draw.uniform(-1.3, 0.2), z + draw.uniform(-1, 1)))
            for z in range(9, 60, 4)
        ]
        self.walking = [
            (Person(draw.choice(COATS), 9, draw.random()), 1.2 + 0.9 * lane, draw.uniform(0, LANE_M))
            for lane in range(3)
        ]

    def backdrop(self) -> Image.Image:
        """The hall, slab by slab from the far end."""
        picture = Image.new("RGB", CANVAS, (16, 18, 22))
        brush = Brush(picture, VIEW)
        for slab in range(60, 0, -1):
            _slab(brush, 3.0 + (slab - 1) * 2.0)
        for z in range(100, 6, -12):
            brush.box(Box((3.4, 4.0), (0, CEILING_M), (z, z + 0.6)), (150, 162, 172))
        brush.box(Box((0.4, 3.0), (3.1, 3.7), (20, 20.2)), (18, 60, 110))
        brush.face((0.6, 1.0), (3.25, 3.55), 20, (240, 190, 60))
        brush.face((1.2, 2.8), (3.34, 3.46), 20, (236, 240, 246))
        return picture

    def paint(self, picture: Image.Image, turn: float) -> None:
        """The train behind the people, the people from far to near."""
        brush = Brush(picture, VIEW)
        nose = nose_m(turn)
        if nose is not None:
            _train(brush, nose, is_standing=0.36 < turn < 0.62)
        people = list(self.waiting)
        for person, x, start in self.walking:
            first = cyclic(start, -1, turn, LANE_M)
            people += [(person, (x, first + LANE_M * place)) for place in range(REACH)]
        for person, at in sorted(people, key=lambda place: -place[1][1]):
            paint_person(brush, person, at, turn)


def nose_m(turn: float) -> float | None:
    """Distance of the train's nose, negative when it has passed the lens; None while no train is there."""
    if turn < 0.34:
        return STAND_M + 1000 * (0.34 - turn) ** 2
    if turn < 0.64:
        return STAND_M
    gone = STAND_M - 1500 * (turn - 0.64) ** 2
    return gone if gone + CARS * CAR_M > 4 else None


def _slab(brush: Brush, z: float) -> None:
    edge, wall = PLATFORM_M
    span, light = (z, z + 2.05), 0.95 if int(z) // 2 % 2 else 0.9
    light *= max(0.35, 1 - z / 200)
    brush.ground((TRACK_M[0] - 1.2, edge), span, shade((44, 44, 48), light), BED_M)
    for rail in (-4.7, -3.2):
        brush.ground((rail - 0.06, rail + 0.06), span, shade((150, 150, 156), light), BED_M + 0.1)
    brush.wall(TRACK_M[0] - 1.2, (BED_M, CEILING_M), span, shade((92, 104, 116), light))
    brush.wall(TRACK_M[0] - 1.2, (1.2, 2.6), span, shade((126, 140, 150), light))
    brush.wall(edge, (BED_M, 0), span, shade((84, 84, 88), light))
    brush.ground((edge, wall), span, shade((176, 178, 176), light))
    brush.ground((edge + 0.1, edge + 0.28), span, shade((236, 192, 40), light), 0.001)
    brush.wall(wall, (0, CEILING_M), span, shade((206, 200, 186), light))
    brush.wall(wall, (1.5, 1.8), span, shade((196, 60, 52), light))
    brush.ground((TRACK_M[0] - 1.2, wall), span, shade((98, 102, 108), light), CEILING_M)
    for x in (0.0, 3.0):
        brush.ground(
            (x - 0.16, x + 0.16), (z, z + 1.5), shade((246, 250, 255), min(1.0, light + 0.2)), CEILING_M - 0.05
        )


def _train(brush: Brush, nose: float, is_standing: bool) -> None:
    for car in reversed(range(CARS)):
        start, end = max(nose + car * CAR_M, 3.0), nose + (car + 1) * CAR_M - 0.4
        if end > start:
            _car(brush, (start, end), nose + car * CAR_M, is_standing)
    if nose > 3.2:
        brush.face((-5.2, -2.65), (1.15, 2.35), nose, (28, 36, 48))
        brush.face((-5.2, -2.65), (0.2, 0.55), nose, (196, 52, 48))
        for x in (-4.95, -2.9):
            brush.glow((x, 0.85, nose), 0.55, (255, 250, 230))


def _car(brush: Brush, span: tuple[float, float], begin: float, is_standing: bool) -> None:
    side = TRACK_M[1]
    brush.box(Box(TRACK_M, (-0.9, 2.75), span), LIVERY)
    brush.wall(side, (0.05, 0.4), span, (196, 52, 48))
    for door in range(5):
        z = begin + 1.2 + door * 3.6
        if z <= 3.2:
            continue
        brush.wall(side + 0.01, (0.0, 2.1), (z, z + 1.4), (255, 236, 190) if is_standing else (150, 156, 162))
        brush.wall(side + 0.01, (1.0, 2.0), (z + 1.7, min(z + 3.3, span[1])), (255, 240, 204))
