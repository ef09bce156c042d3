"""Where a moving camera looks, from the velocities it was given. Pure: seconds come in, degrees go out."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

PAN_DEG_PER_S, TILT_DEG_PER_S, ZOOM_PER_S = 60.0, 30.0, 4.0
TILT_DEG = (-90.0, 20.0)
ZOOM = (1.0, 20.0)


@dataclass(frozen=True, slots=True)
class Velocity:
    """Parts of the full speed, −1 to 1; all zero stops. Positive is right, up, and nearer."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0


@dataclass(frozen=True, slots=True)
class Pointing:
    """Pan in degrees (−180 up to 180), tilt in degrees, zoom as a factor."""

    pan: float = 0.0
    tilt: float = -15.0
    zoom: float = 1.0

    def after(self, velocity: Velocity, seconds: float) -> "Pointing":
        """Where it looks after moving for so long; tilt and zoom stop at their ends, pan goes round."""
        return Pointing(
            pan=(self.pan + velocity.pan * PAN_DEG_PER_S * seconds + 180.0) % 360.0 - 180.0,
            tilt=_within(self.tilt + velocity.tilt * TILT_DEG_PER_S * seconds, TILT_DEG),
            zoom=_within(self.zoom + velocity.zoom * ZOOM_PER_S * seconds, ZOOM),
        )

    def rounded(self) -> dict[str, float]:
        """For people and logs."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Parts:
    """The same as parts of what the motors reach: −1 to 1 from end to end, zoom 0 to 1."""

    pan: float
    tilt: float
    zoom: float

    def pointing(self) -> Pointing:
        """In degrees, and as a factor; beyond an end is at it."""
        return Pointing(
            pan=_within(self.pan, (-1.0, 1.0)) * 180.0,
            tilt=_between(TILT_DEG, (_within(self.tilt, (-1.0, 1.0)) + 1) / 2),
            zoom=_between(ZOOM, _within(self.zoom, (0.0, 1.0))),
        )

    def plus(self, by: "Parts") -> "Parts":
        """So much further."""
        return Parts(self.pan + by.pan, self.tilt + by.tilt, self.zoom + by.zoom)


def parts(of: Pointing) -> Parts:
    """A pointing as parts."""
    return Parts(of.pan / 180.0, _part(of.tilt, TILT_DEG) * 2 - 1, _part(of.zoom, ZOOM))


def velocity(given: object) -> Velocity:
    """A velocity from decoded JSON. Raises ValueError that says what to send instead."""
    return Velocity(**_axes(given))


def aim(given: object) -> Parts:
    """Where to look, or how much further, from decoded JSON. Raises ValueError that says what to send instead."""
    return Parts(**_axes(given))


def _axes(given: object) -> dict[str, float]:
    names = [field.name for field in fields(Velocity)]
    if not isinstance(given, Mapping) or set(given) != set(names):
        raise ValueError(f"send one JSON object with exactly {', '.join(names)}")
    for name in names:
        part = given[name]
        is_number = isinstance(part, int | float) and not isinstance(part, bool)
        if not is_number or not math.isfinite(part) or abs(part) > 1:
            raise ValueError(f"{name} is a number from -1 to 1")
    return {name: float(given[name]) for name in names}


def _within(value: float, ends: tuple[float, float]) -> float:
    return min(max(value, ends[0]), ends[1])


def _between(ends: tuple[float, float], part: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * part


def _part(value: float, ends: tuple[float, float]) -> float:
    return (value - ends[0]) / (ends[1] - ends[0])
