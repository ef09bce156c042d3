"""People as a lens high above sees them: a shadow, legs that stride, a coat and a head."""

import math
from dataclasses import dataclass

from demo.clips.stage import NEAREST_M, Brush, Colour, shade

COATS: tuple[Colour, ...] = (
    (188, 62, 58),
    (52, 92, 152),
    (226, 196, 96),
    (70, 74, 84),
    (96, 142, 104),
    (222, 222, 226),
    (140, 92, 150),
    (214, 130, 74),
)
SKIN, HAIR, TROUSERS = (226, 186, 156), (42, 34, 32), (52, 56, 72)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody ``height`` metres tall; ``strides`` a loop, 0 for one who waits."""

    coat: Colour
    strides: int = 0
    phase: float = 0.0
    height: float = 1.7


def paint_person(brush: Brush, person: Person, at: tuple[float, float], turn: float) -> None:
    """Paint ``person`` standing at ``at`` (x, z) on the ground."""
    x, z = at
    if z <= NEAREST_M:
        return
    swing = math.sin(2 * math.pi * (person.strides * turn + person.phase))
    tall = person.height + (0.02 * abs(swing) if person.strides else 0.008 * swing)
    scale = brush.view.scale(z)
    u, feet = brush.view.at((x, 0.0, z))
    _oval(brush, (u + 0.12 * scale, feet), (0.42 * scale, 0.12 * scale), (0, 0, 0, 90))
    for leg in (-1, 1):
        lift = max(0.0, leg * swing) * 0.1 * scale if person.strides else 0.0
        left = u + (leg * 0.1 - 0.075) * scale
        brush.pen.rectangle((left, feet - tall * 0.5 * scale, left + 0.15 * scale, feet - lift), fill=TROUSERS)
    top, hip = feet - tall * 0.84 * scale, feet - tall * 0.42 * scale
    half = 0.24 * scale
    brush.pen.rounded_rectangle((u - half, top, u + half, hip), radius=half * 0.6, fill=person.coat)
    brush.pen.rectangle((u + half * 0.55, top + half * 0.6, u + half, hip), fill=shade(person.coat, 0.75))
    head = (u, feet - tall * 0.92 * scale)
    _oval(brush, head, (0.125 * scale, 0.15 * scale), SKIN)
    _oval(brush, (head[0], head[1] - 0.05 * scale), (0.13 * scale, 0.1 * scale), HAIR)


def _oval(brush: Brush, centre: tuple[float, float], radii: tuple[float, float], colour: Colour) -> None:
    (u, v), (ru, rv) = centre, radii
    brush.pen.ellipse((u - ru, v - rv, u + ru, v + rv), fill=colour)
