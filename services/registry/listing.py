"""Lists of cameras: what may be asked, opaque page tokens bound to it, and pages cut to an area. Pure."""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from services.chassis.errors import InvalidArgument, Violation
from services.decider.area import extent, inside
from services.decider.facts import CATEGORIES, Point
from services.registry.domain import Camera, is_camera_name, is_on_earth

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000
_LARGEST_AREA = 1000  # corners
_WORK = 200_000  # corners compared for one page: some 50 ms, so that a ragged area can't hold up the service
_LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Query:
    """One page of a list. ``district`` is empty for all, ``category`` 0 for all, ``area`` empty for everywhere."""

    district: str = ""
    category: int = 0
    area: tuple[Point, ...] = ()
    page_size: int = 0
    page_token: str = ""

    @property
    def size(self) -> int:
        """Cameras on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or _DEFAULT_SIZE, _LARGEST_SIZE)

    @property
    def scan(self) -> int:
        """Candidates to read for the page: one more than fits shows whether there is a next one."""
        if not self.area:
            return self.size + 1
        return min(_LARGEST_SIZE, _WORK // len(self.area))

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """South, west, north, east of the area."""
        if not self.area:
            return None
        latitudes, longitudes = zip(*self.area, strict=True)
        return min(latitudes), min(longitudes), max(latitudes), max(longitudes)

    def refuse_unless_sound(self) -> None:
        """Raise errors.InvalidArgument with every violation."""
        if wrong := list(self._wrong()):
            raise InvalidArgument(*wrong)

    def _wrong(self) -> Iterator[Violation]:
        if self.page_size < 0:
            yield Violation("page_size", "must not be negative")
        if self.category not in {0, *CATEGORIES}:
            yield Violation("place_category", "must be one of the thirteen of Article 6 ¶1, or left out")
        if self.area and not 3 <= len(self.area) <= _LARGEST_AREA:
            yield Violation("area", f"has {len(self.area)} points: a polygon has 3 to {_LARGEST_AREA}")
        elif not all(is_on_earth(*point) for point in self.area):
            yield Violation("area", "must be WGS 84 degrees: latitude -90 to 90, longitude -180 to 180")
        elif self.area and not extent(self.area):
            yield Violation("area", "encloses nothing: its points lie on one line")

    def after(self) -> str:
        """The name after which the page begins; errors.InvalidArgument for a token of another list."""
        if not self.page_token:
            return ""
        try:
            padded = self.page_token[:_LONGEST_TOKEN] + "=" * (-len(self.page_token) % 4)
            bound_to, after = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
            if bound_to == self._digest() and is_camera_name(after):
                return str(after)
        except (ValueError, TypeError):  # not ASCII, base64, JSON, or a pair of texts: no token of ours
            pass
        raise InvalidArgument(Violation("page_token", "is not of this list: start again without it, with one filter"))

    def token(self, after: str) -> str:
        """The token of the page that begins after ``after``. It grants nothing, so it is neither secret nor signed."""
        text = json.dumps([self._digest(), after])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _digest(self) -> str:
        asked = json.dumps([self.district, self.category, self.area])
        return hashlib.sha256(asked.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Page:
    """Cameras by name, and the token of the next page; empty at the end."""

    cameras: tuple[Camera, ...]
    next_token: str


def cut(query: Query, candidates: Sequence[Camera]) -> Page:
    """The page out of ``query.scan`` candidates. It may be short, even empty, before the end of the list (AIP-158)."""
    matches = (c for c in candidates if not query.area or inside(query.area, (c.latitude, c.longitude)))
    found = tuple(islice(matches, query.size))
    if next(matches, None):
        return Page(found, query.token(found[-1].name))
    return Page(found, query.token(candidates[-1].name) if len(candidates) == query.scan else "")
