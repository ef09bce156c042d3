"""What somebody may act on now, as permissions says it without any camera's being tried; and how to look for it. Pure.

A camera is within reach when a part that allows holds it and no part that denies does. `searches` says where cameras
within reach can be, by what the indexes lead to; `holds` judges each that was found there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.decider.area import inside
from services.decider.facts import Area
from services.registry.area import Polygon
from services.registry.domain import Camera
from services.registry.joined import AnyOf
from services.registry.permission import Scope, ScopeClass

_CORNERS = 3  # fewer enclose nothing
NOTHING = Scope()


@dataclass(frozen=True, slots=True)
class Part:
    """Cameras of a class at which each of the conditions holds."""

    place: ScopeClass
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """Where a condition holds: cameras by name, areas, whatever these operators run; nowhere in ``excepted``."""

    cameras: frozenset[str] = frozenset()
    areas: tuple[Area, ...] = ()
    operators: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()

    def holds(self, camera: Camera) -> bool:
        """Whether the condition holds at it, as the decider judges."""
        return camera.name not in self.excepted and (
            camera.name in self.cameras
            or camera.operator in self.operators
            or any(_covers(area, camera) for area in self.areas)
        )

    @property
    def names(self) -> frozenset[str]:
        """Every camera that it names."""
        return self.cameras.union(*(area.cameras for area in self.areas))


@dataclass(frozen=True, slots=True)
class Search:
    """Where cameras within reach can be: in a scope, and inside an area if there is one."""

    scope: Scope
    area: AnyOf | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """By the policy of ``revision``, until ``valid_until`` if nothing changes."""

    revision: int
    allows: tuple[Part, ...] = ()
    denials: tuple[Part, ...] = ()
    covers: Mapping[str, Cover] = field(default_factory=dict)
    valid_until: datetime | None = None

    def holds(self, camera: Camera) -> bool:
        """Whether it is within reach."""
        return self._is_in(self.allows, camera) and not self._is_in(self.denials, camera)

    def searches(self) -> Iterator[Search]:
        """Together they find every camera within reach, and others; denials that take whole classes are in each."""
        denied = tuple(part.place for part in self.denials if not part.conditions)
        classes, names = [part.place for part in self.allows if not part.conditions], frozenset[str]()
        polygons: dict[ScopeClass, dict[Polygon, None]] = defaultdict(dict)
        for part in self.allows:
            if part.conditions:
                cover = self.covers[part.conditions[0]]
                names |= cover.names
                classes += _run_by(part.place, cover.operators)
                for area in cover.areas:
                    place = _within(part.place, frozenset({area.bound} - {""}))
                    classes += [*_run_by(place, area.operators), *_in(place, area.systems)] if place else []
                    if place and area.districts:
                        classes += [found] if (found := _within(place, area.districts)) else []
                    if place and len(area.polygon) >= _CORNERS:
                        polygons[place][Polygon(area.polygon)] = None
        if classes:
            yield Search(Scope(tuple(dict.fromkeys(classes)), denied=denied))
        if names:
            yield Search(Scope(cameras=names, denied=denied))
        for place, drawn in polygons.items():
            yield Search(Scope((place,), denied=denied), AnyOf(tuple(drawn)))

    def _is_in(self, parts: tuple[Part, ...], camera: Camera) -> bool:
        return any(
            part.place.holds(camera) and all(self.covers[name].holds(camera) for name in part.conditions)
            for part in parts
        )


def _within(place: ScopeClass, districts: frozenset[str]) -> ScopeClass | None:
    """The part of a class in these districts, whole when there are none; None when nothing is left."""
    left = districts & place.districts if districts and place.districts else districts or place.districts
    return None if districts and not left else replace(place, districts=left)


def _run_by(place: ScopeClass, operators: frozenset[str]) -> list[ScopeClass]:
    """The parts of a class that these operators run."""
    asked = operators - {place.operator} if place.is_operator_excluded else operators
    if place.operator and not place.is_operator_excluded:
        asked &= {place.operator}
    return [replace(place, operator=operator, is_operator_excluded=False) for operator in sorted(asked)]


def _in(place: ScopeClass, systems: frozenset[str]) -> list[ScopeClass]:
    """The parts of a class that are in these camera systems."""
    return [replace(place, system=system) for system in sorted(systems)]


def _covers(area: Area, camera: Camera) -> bool:
    """The same as services.decider.area.covers says of a camera as decisions read it."""
    return (not area.bound or area.bound == camera.district) and (
        camera.name in area.cameras
        or camera.district in area.districts
        or camera.operator in area.operators
        or camera.system in area.systems
        or (len(area.polygon) >= _CORNERS and inside(area.polygon, (camera.latitude, camera.longitude)))
    )
