"""Many cameras as columns, in the order in which somebody listed them: what a decision reads of each, as numbers.

A place may be empty: no such camera, or none that its principal may know of. Nothing here tells the two apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.decider.facts import Area, Camera, Point, Principal
from services.decider.relation import is_hidden, relation

EMPTY = -1  # the class of an empty place
Places = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Roster:
    """Cameras by place, as they stand to one principal.

    places   by name; no name stands in two
    cameras  None where a place is empty
    classes  one number for all that a decision reads of a camera but its position and name; EMPTY for empty places
    """

    places: Mapping[str, int]
    cameras: Sequence[Camera | None]
    classes: Places
    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]
    districts: NDArray[np.str_]


def roster(names: Sequence[str], found: Mapping[str, Camera], principal: Principal) -> Roster:
    """The cameras called ``names``, each once, in order; those absent or hidden from the principal leave a gap."""
    numbers: dict[tuple[object, ...], int] = {}
    classes, latitudes, longitudes, districts = [], [], [], []
    cameras: list[Camera | None] = []
    for name in names:
        camera = found.get(name)
        if camera is None or is_hidden(principal, camera):
            camera = None
            classes.append(EMPTY)
        else:
            key = (
                relation(principal, camera), camera.level, camera.category,
                camera.is_accepted, camera.is_operating, camera.is_barred,
            )  # fmt: skip
            classes.append(numbers.setdefault(key, len(numbers)))
        cameras.append(camera)
        latitudes.append(camera.latitude if camera else 0.0)
        longitudes.append(camera.longitude if camera else 0.0)
        districts.append(camera.district if camera else "")
    return Roster(
        {name: place for place, name in enumerate(names)},
        cameras,
        np.array(classes, np.int64),
        np.array(latitudes, np.float64),
        np.array(longitudes, np.float64),
        np.array(districts, np.str_),
    )


def covered(area: Area, cameras: Roster) -> Marks:
    """Which of them ``area.covers``, by the same arithmetic."""
    marks = np.isin(cameras.districts, list(area.districts)) if area.districts else _none(cameras)
    if area.cameras:
        marks |= named(area.cameras, cameras)
    if area.operators or area.systems:
        marks |= np.array([camera is not None and _is_run_by(area, camera) for camera in cameras.cameras], bool)
    if len(area.polygon) > 2:
        marks |= _inside(area.polygon, cameras)
    return marks & (cameras.districts == area.bound) if area.bound else marks


def named(names: Iterable[str], cameras: Roster) -> Marks:
    """Which of them are called so."""
    marks = _none(cameras)
    for name in names:
        place = cameras.places.get(name)
        if place is not None and cameras.cameras[place] is not None:
            marks[place] = True
    return marks


def _is_run_by(area: Area, camera: Camera) -> bool:
    return camera.operator in area.operators or camera.system in area.systems


def _inside(polygon: tuple[Point, ...], cameras: Roster) -> Marks:
    """``area.inside`` for each, a corner at a time."""
    latitudes, longitudes = cameras.latitudes, cameras.longitudes
    is_inside, is_border = _none(cameras), _none(cameras)
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise((polygon[-1], *polygon)):
        side = (lon_b - lon_a) * (latitudes - lat_a) - (lat_b - lat_a) * (longitudes - lon_a)
        is_on_line = side == 0
        if is_on_line.any():
            is_border |= is_on_line & _between(lat_a, latitudes, lat_b) & _between(lon_a, longitudes, lon_b)
        is_crossed = (lon_a > longitudes) != (lon_b > longitudes)
        is_inside ^= is_crossed & ((side < 0) == (lon_b > lon_a))
    return is_inside | is_border


def _between(one: float, values: NDArray[np.float64], other: float) -> Marks:
    low, high = min(one, other), max(one, other)
    marks: Marks = (low <= values) & (values <= high)
    return marks


def _none(cameras: Roster) -> Marks:
    return np.zeros(len(cameras.cameras), np.bool_)
