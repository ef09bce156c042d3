"""What every scene is painted with: the frame's size and loop, a pinhole perspective in metres, and a brush for solids.

Scenes are painted at twice the clip's size and halved, which smooths every edge. Everything that moves does so with
the period of the loop, so that the last picture runs into the first.
"""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image, ImageDraw, ImageFilter, ImageOps

WIDTH, HEIGHT = 1280, 720
FPS = 25
LOOP_S = 10
PICTURES = FPS * LOOP_S
CANVAS = (2 * WIDTH, 2 * HEIGHT)
NEAREST_M = 3.0  # nothing is projected from nearer: the projection grows without bound there

Colour = tuple[int, int, int] | tuple[int, int, int, int]
Point = tuple[float, float, float]


class Scene(Protocol):
    """One place before a lens: what stands still, and what moves."""

    def backdrop(self) -> Image.Image:
        """Paint what stands still, CANVAS large."""
        ...

    def paint(self, picture: Image.Image, turn: float) -> None:
        """Paint what moves; ``turn`` is the part of the loop that has passed, 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole camera ``height_m`` above the ground, looking along z; x is to the right, y up, all in metres."""

    height_m: float
    horizon: float
    centre: float = CANVAS[0] / 2
    focal: float = 2200.0

    def at(self, point: Point) -> tuple[float, float]:
        """Pixel of ``point`` on the canvas."""
        x, y, z = point
        scale = self.scale(z)
        return self.centre + scale * x, self.horizon + scale * (self.height_m - y)

    def scale(self, z: float) -> float:
        """Pixels of one metre at distance ``z``."""
        return self.focal / max(z, NEAREST_M)


@dataclass(frozen=True, slots=True)
class Box:
    """A cuboid aligned with the axes: x, y and z each from … to, in metres."""

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]


class Brush:
    """Paints points, quadrilaterals and boxes given in metres onto one picture."""

    def __init__(self, picture: Image.Image, view: View) -> None:
        self.view = view
        self.pen = ImageDraw.Draw(picture, "RGBA")

    def quad(self, points: tuple[Point, Point, Point, Point], colour: Colour) -> None:
        """Fill the quadrilateral."""
        self.pen.polygon([self.view.at(point) for point in points], fill=colour)

    def ground(self, x: tuple[float, float], z: tuple[float, float], colour: Colour, y: float = 0.0) -> None:
        """Fill a horizontal rectangle."""
        self.quad(((x[0], y, z[0]), (x[1], y, z[0]), (x[1], y, z[1]), (x[0], y, z[1])), colour)

    def wall(self, x: float, y: tuple[float, float], z: tuple[float, float], colour: Colour) -> None:
        """Fill an upright rectangle that runs away from the lens."""
        self.quad(((x, y[0], z[0]), (x, y[1], z[0]), (x, y[1], z[1]), (x, y[0], z[1])), colour)

    def face(self, x: tuple[float, float], y: tuple[float, float], z: float, colour: Colour) -> None:
        """Fill an upright rectangle that faces the lens."""
        self.pen.rectangle((*self.view.at((x[0], y[1], z)), *self.view.at((x[1], y[0], z))), fill=colour)

    def box(self, box: Box, colour: Colour) -> None:
        """Paint the faces of ``box`` that the lens sees, the side and top in shades of ``colour``."""
        if box.x[0] > 0:
            self.wall(box.x[0], box.y, box.z, shade(colour, 0.62))
        elif box.x[1] < 0:
            self.wall(box.x[1], box.y, box.z, shade(colour, 0.62))
        if self.view.height_m > box.y[1]:
            self.ground(box.x, box.z, shade(colour, 1.18), box.y[1])
        self.face(box.x, box.y, box.z[0], colour)

    def glow(self, at: Point, radius_m: float, colour: tuple[int, int, int]) -> None:
        """Paint a lamp: a bright core in a few fading rings."""
        u, v = self.view.at(at)
        for part, alpha in ((1.0, 26), (0.62, 40), (0.36, 90), (0.2, 235)):
            r = max(1.0, part * radius_m * self.view.scale(at[2]))
            self.pen.ellipse((u - r, v - r, u + r, v + r), fill=(*colour, alpha))


def shade(colour: Colour, factor: float) -> tuple[int, int, int]:
    """``colour`` made darker or lighter."""
    r, g, b = (min(255, int(part * factor)) for part in colour[:3])
    return r, g, b


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """A vertical run from one colour to another."""
    return ImageOps.colorize(Image.linear_gradient("L").resize(size), top[:3], bottom[:3])


def soften(picture: Image.Image, radius: float) -> Image.Image:
    """Blur as air and glass do, so that the coder spends its bits on what moves."""
    return picture.filter(ImageFilter.GaussianBlur(radius))


def cyclic(start: float, laps: float, turn: float, length: float) -> float:
    """A place on a track of ``length``; a whole number of ``laps`` a loop comes back to where it began."""
    return (start + laps * length * turn) % length
