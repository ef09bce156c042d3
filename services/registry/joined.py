"""Areas together: anywhere in several, or in two at once; bounds, insides and tiles as `area` has them for one. Pure.

Polygons of incidents come from permissions: their sides may cross, which the even-odd rule does not mind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.registry import area as single
from services.registry.area import Area, Box, Polygon
from services.registry.outline import Degrees, Truths

Strips = Sequence[tuple[int, int]]  # ranges of tiles, ends included


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Inside any of these."""

    areas: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Inside both."""

    one: Area
    other: AnyOf


Shape = Area | AnyOf | Both


def bounds(shape: Shape) -> Box:
    """A box around it; south of itself, or east, when nothing is in it."""
    match shape:
        case AnyOf():
            boxes = [single.bounds(area) for area in shape.areas]
            return Box(
                min(box.south for box in boxes), min(box.west for box in boxes),
                max(box.north for box in boxes), max(box.east for box in boxes),
            )  # fmt: skip
        case Both():
            one, other = bounds(shape.one), bounds(shape.other)
            return Box(
                max(one.south, other.south), max(one.west, other.west),
                min(one.north, other.north), min(one.east, other.east),
            )  # fmt: skip
        case _:
            return single.bounds(shape)


def inside(shape: Shape, latitudes: Degrees, longitudes: Degrees) -> Truths:
    """Which of n points lie in it."""
    match shape:
        case AnyOf():
            held = np.zeros(len(latitudes), np.bool_)
            for area in shape.areas:
                held |= single.inside(area, latitudes, longitudes)
            return held
        case Both():
            return inside(shape.one, latitudes, longitudes) & inside(shape.other, latitudes, longitudes)
        case _:
            return single.inside(shape, latitudes, longitudes)


def strips(shape: Shape) -> Strips:
    """Sorted, disjoint ranges of tiles that cover it."""
    match shape:
        case AnyOf():
            return _united(pair for area in shape.areas for pair in single.strips(area))
        case Both():
            return _common(strips(shape.one), strips(shape.other))
        case _:
            return single.strips(shape)


def _united(ranges: Iterable[tuple[int, int]]) -> Strips:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def _common(one: Strips, other: Strips) -> Strips:
    """Where two sorted lists of disjoint ranges overlap."""
    found, here, there = list[tuple[int, int]](), 0, 0
    while here < len(one) and there < len(other):
        low, high = max(one[here][0], other[there][0]), min(one[here][1], other[there][1])
        if low <= high:
            found.append((low, high))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return found
