"""The outline of a polygon as arrays: where it meets itself, which points it holds, how wide it is at a latitude. Pure.

Degrees serve as a plane, as in services/decider/area.py. Edge i runs from corner i to the next; the last ends at the
first corner.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.decider.facts import Point

Degrees = NDArray[np.float64]
Truths = NDArray[np.bool_]
MARGIN = 1e-8  # degrees, a millimetre: hides every rounding of what is computed from corners
_BLOCK = 32  # edges
_POINTS = 8192
_THINNEST = 1e-9  # degrees: a tenth of a millimetre holds no camera


@dataclass(frozen=True, slots=True)
class Edges:
    """One row per edge: from (latitude_a, longitude_a) to (latitude_b, longitude_b)."""

    latitude_a: Degrees
    longitude_a: Degrees
    latitude_b: Degrees
    longitude_b: Degrees

    @classmethod
    def around(cls, corners: tuple[Point, ...]) -> "Edges":
        latitudes, longitudes = np.array(corners, dtype=np.float64).T
        return cls(latitudes, longitudes, np.roll(latitudes, -1), np.roll(longitudes, -1))


def is_flat(edges: Edges) -> bool:
    """Whether all corners lie on one line, or on one point: the line to the corner farthest from the first."""
    up, right = edges.latitude_a - edges.latitude_a[0], edges.longitude_a - edges.longitude_a[0]
    reach = np.hypot(up, right)
    farthest = int(reach.argmax())
    if reach[farthest] <= _THINNEST:
        return True
    off_line = np.abs(up * right[farthest] - right * up[farthest]) / reach[farthest]
    return bool(off_line.max() <= _THINNEST)


def crossing(edges: Edges) -> tuple[int, int] | None:
    """The first two edges that share more than the corner between neighbours; None when there are none.

    Every pair is judged, in blocks of edges against all later ones, small enough for the processor's cache.
    """
    folds = _folds_back(edges)
    count = len(folds)
    for start in range(0, count, _BLOCK):
        meets = np.triu(_meets(edges, start), 1)
        number = np.arange(min(len(meets), count - start - 1))
        meets[number, number + 1] = folds[start : start + len(number)]  # neighbours share a corner anyway
        if start == 0:
            meets[0, -1] = folds[-1]
        if meets.any():
            first, second = divmod(int(meets.argmax()), count - start)
            return start + first, start + second
    return None


def _meets(edges: Edges, start: int) -> Truths:
    """[i, j]: edges start + i and start + j share a point, for a block of i and all j from ``start`` on."""
    lat_a, lon_a = edges.latitude_a[start:], edges.longitude_a[start:]
    lat_b, lon_b = edges.latitude_b[start:], edges.longitude_b[start:]
    south, north = np.minimum(lat_a, lat_b), np.maximum(lat_a, lat_b)
    west, east = np.minimum(lon_a, lon_b), np.maximum(lon_a, lon_b)
    up, right, block = lat_b - lat_a, lon_b - lon_a, np.s_[:_BLOCK, None]
    # Boxes apart are edges apart; it is also what decides for edges on one line.
    meets: Truths = (south[block] <= north) & (north[block] >= south) & (west[block] <= east) & (east[block] >= west)
    meets &= _straddles(
        right[block] * (lat_a - lat_a[block]) - up[block] * (lon_a - lon_a[block]),
        right[block] * (lat_b - lat_a[block]) - up[block] * (lon_b - lon_a[block]),
    )
    meets &= _straddles(
        right * (lat_a[block] - lat_a) - up * (lon_a[block] - lon_a),
        right * (lat_b[block] - lat_a) - up * (lon_b[block] - lon_a),
    )
    return meets


def _straddles(side_a: Degrees, side_b: Degrees) -> Truths:
    """Whether the two ends of an edge are not strictly on one side of another."""
    return ((side_a >= 0) | (side_b >= 0)) & ((side_a <= 0) | (side_b <= 0))


def _folds_back(edges: Edges) -> Truths:
    """[i]: edge i + 1 runs back over edge i, or one of the two has no length."""
    up, right = edges.latitude_b - edges.latitude_a, edges.longitude_b - edges.longitude_a
    next_up, next_right = np.roll(up, -1), np.roll(right, -1)
    folds: Truths = (right * next_up == up * next_right) & (up * next_up + right * next_right <= 0)
    return folds


def holds(edges: Edges, latitudes: Degrees, longitudes: Degrees) -> Truths:
    """Even-odd rule by rays northwards, the border included: services.decider.area.inside for many points.

    Points are sorted by longitude, so that each edge looks at those below or above it only, and taken in blocks that
    fit the processor's cache.
    """
    order = np.argsort(longitudes)
    held = np.empty(len(order), np.bool_)
    for start in range(0, len(order), _POINTS):
        block = order[start : start + _POINTS]
        held[block] = _holds_sorted(edges, latitudes[block], longitudes[block])
    return held


def _holds_sorted(edges: Edges, lat: Degrees, lon: Degrees) -> Truths:
    """`holds` for points sorted by longitude."""
    odd, on_border = np.zeros(len(lat), np.bool_), np.zeros(len(lat), np.bool_)
    west, east = np.minimum(edges.longitude_a, edges.longitude_b), np.maximum(edges.longitude_a, edges.longitude_b)
    starts, ends = np.searchsorted(lon, west), np.searchsorted(lon, east)  # half-open: a corner counts once
    border_ends = np.searchsorted(lon, east, side="right")
    for edge in np.flatnonzero(starts < border_ends).tolist():
        start, end, border_end = int(starts[edge]), int(ends[edge]), int(border_ends[edge])
        lat_a, lat_b = float(edges.latitude_a[edge]), float(edges.latitude_b[edge])
        lon_a, lon_b = float(edges.longitude_a[edge]), float(edges.longitude_b[edge])
        side = lat[start:border_end] - lat_a
        side *= lon_b - lon_a
        side -= (lat_b - lat_a) * (lon[start:border_end] - lon_a)
        odd[start:end] ^= side[: end - start] < 0 if lon_b > lon_a else side[: end - start] >= 0
        touched = start + np.flatnonzero(side == 0)
        if len(touched):
            on_border[touched] |= (min(lat_a, lat_b) <= lat[touched]) & (lat[touched] <= max(lat_a, lat_b))
    return odd | on_border


def widths(edges: Edges, south: Degrees, north: Degrees) -> tuple[Degrees, Degrees]:
    """Westernmost and easternmost longitude of the polygon in each band from ``south`` to ``north``.

    Conservative by MARGIN, never beyond a corner. A band that the polygon does not reach gives infinities.
    """
    is_up = edges.latitude_a <= edges.latitude_b
    low, high = np.where(is_up, (edges.latitude_a, edges.latitude_b), (edges.latitude_b, edges.latitude_a))
    at_low, at_high = np.where(is_up, (edges.longitude_a, edges.longitude_b), (edges.longitude_b, edges.longitude_a))
    west, east = np.minimum(at_low, at_high), np.maximum(at_low, at_high)
    rise = np.where(high > low, high - low, 1)
    south, north = south[:, None] - MARGIN, north[:, None] + MARGIN
    enters = at_low + (at_high - at_low) * ((np.clip(south, low, high) - low) / rise)
    leaves = at_low + (at_high - at_low) * ((np.clip(north, low, high) - low) / rise)
    leaves = np.where(high > low, leaves, at_high)  # a level edge is taken whole
    is_reached = (low <= north) & (high >= south)
    wests = np.where(is_reached, np.maximum(np.minimum(enters, leaves) - MARGIN, west), np.inf)
    easts = np.where(is_reached, np.minimum(np.maximum(enters, leaves) + MARGIN, east), -np.inf)
    return wests.min(axis=1), easts.max(axis=1)
