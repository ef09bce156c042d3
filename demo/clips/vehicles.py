"""Road vehicles as boxes in metres: cars, vans and buses, lit at the end that faces the lens."""

from dataclasses import dataclass

from demo.clips.stage import NEAREST_M, Box, Brush, Colour, shade

WHITE_LAMP = (255, 244, 214)
RED_LAMP = (255, 48, 40)
GLASS = (38, 50, 66)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle in lane ``x`` that starts at ``z``; sizes in metres."""

    x: float
    z: float
    colour: Colour
    is_oncoming: bool
    length: float = 4.5
    height: float = 1.5
    width: float = 1.8

    @property
    def is_tall(self) -> bool:
        """Vans and buses are one box, cars a body with a cabin."""
        return self.height > 1.9


def paint_vehicle(brush: Brush, vehicle: Vehicle, z: float) -> None:
    """Paint ``vehicle`` with its near end at distance ``z``."""
    x0, x1 = vehicle.x - vehicle.width / 2, vehicle.x + vehicle.width / 2
    far = z + vehicle.length
    if far < NEAREST_M:
        return
    brush.ground((x0 - 0.25, x1 + 0.25), (z - 0.35, far + 0.3), (0, 0, 0, 110))
    body = vehicle.height if vehicle.is_tall else vehicle.height * 0.58
    brush.box(Box((x0, x1), (0.22, body), (z, far)), vehicle.colour)
    if vehicle.is_tall:
        brush.face((x0 + 0.12, x1 - 0.12), (body * 0.5, body * 0.86), z, GLASS)
    else:
        _cabin(brush, vehicle, z)
    brush.face((x0, x1), (0.22, 0.42), z, shade(vehicle.colour, 0.45))
    lamp = WHITE_LAMP if vehicle.is_oncoming else RED_LAMP
    for x in (x0 + 0.28, x1 - 0.28):
        brush.glow((x, 0.66, z), 0.62 if vehicle.is_oncoming else 0.42, lamp)
    if vehicle.is_oncoming:
        brush.ground((x0 - 0.3, x1 + 0.3), (max(NEAREST_M, z - 9), z - 0.4), (255, 240, 200, 20))


def _cabin(brush: Brush, vehicle: Vehicle, z: float) -> None:
    x0, x1 = vehicle.x - vehicle.width * 0.41, vehicle.x + vehicle.width * 0.41
    low, high = vehicle.height * 0.58, vehicle.height
    front, back = z + vehicle.length * 0.28, z + vehicle.length * 0.86
    brush.box(Box((x0, x1), (low, high), (front + 0.5, back)), vehicle.colour)
    slope = (
        (x0, low, front - 0.2),
        (x1, low, front - 0.2),
        (x1 - 0.1, high, front + 0.5),
        (x0 + 0.1, high, front + 0.5),
    )
    brush.quad(slope, GLASS)
    side = x0 if vehicle.x > 0 else x1
    brush.wall(side, (low + 0.05, high - 0.1), (front + 0.6, back - 0.3), (*GLASS, 220))
