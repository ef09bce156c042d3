"""What a search must find, one line of Python for each rule; and the searches that hypothesis thinks of."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from services.registry.area import Area, Box, Circle, Polygon, inside, violations
from services.registry.domain import Camera
from services.registry.permission import Scope, ScopeClass
from services.registry.store.search import Order, Search
from services.registry.system.record import LifeState
from services.registry.units import ClassFilter
from services.registry.words import Wanted, parse
from tests.integration.registry.city import (
    CATEGORIES,
    DISTRICTS,
    EVERYTHING,
    HEALTHS,
    LEVELS,
    OPERATORS,
    SOUTH,
    STATES,
    STEP,
    SYSTEMS,
    WEST,
    City,
)

FACETS = ("district", "category", "level", "operator", "state", "health")


def in_scope(camera: Camera, scope: Scope) -> bool:
    """Whether a class holds it or a paper names it."""
    return camera.name in scope.cameras or any(found.holds(camera) for found in scope.classes)


def is_of(camera: Camera, wanted: ClassFilter) -> bool:
    """Whether it has one of the values of each part that restricts."""
    parts: tuple[tuple[Any, frozenset[Any]], ...] = (
        (camera.district, wanted.districts), (camera.category, wanted.categories), (camera.level, wanted.levels),
        (camera.operator, wanted.operators), (camera.system, wanted.systems), (camera.state, wanted.states),
        (camera.health, wanted.healths),
    )  # fmt: skip
    return all(not values or value in values for value, values in parts)


def is_in(camera: Camera, area: Area) -> bool:
    """Whether it stands in ``area``."""
    return bool(inside(area, np.array([camera.latitude]), np.array([camera.longitude]))[0])


def found_by(city: City, scope: Scope, wanted: ClassFilter, words: Wanted | None, area: Area | None) -> list[Camera]:
    """The whole list, in no order."""
    return [
        camera
        for camera in city.cameras.values()
        if in_scope(camera, scope)
        and is_of(camera, wanted)
        and (words is None or words.matches(camera.texts))
        and (area is None or is_in(camera, area))
    ]


def ordered(city: City, cameras: list[Camera], order: Order) -> list[str]:
    """Their codes in the order of a list."""
    codes = [camera.code for camera in cameras]
    return sorted(codes, key=city.touched.__getitem__ if order.key == "change" else None, reverse=order.is_descending)


def tallied(cameras: list[Camera]) -> dict[str, dict[str, int]]:
    """By facet and value how many they are."""
    return {facet: dict(Counter(str(getattr(camera, facet)) for camera in cameras)) for facet in FACETS}


def some(values: tuple[Any, ...]) -> st.SearchStrategy[frozenset[Any]]:
    """Nothing half of the time, else one value or two."""
    return st.just(frozenset()) | st.frozensets(st.sampled_from(values), min_size=1, max_size=2)


def scopes(names: Sequence[str]) -> st.SearchStrategy[Scope]:
    """Everything, nothing, some classes, some of these names, and one of what is not there."""
    classes = st.builds(
        ScopeClass, st.just("rule"), st.frozensets(st.sampled_from((*LEVELS, 4))),
        st.frozensets(st.sampled_from((*CATEGORIES, 13))), some((*DISTRICTS, "440118")), some(DISTRICTS),
        st.sampled_from(("", *OPERATORS)), st.booleans(),
    )  # fmt: skip
    known = [*names, "nonsense"]
    named = st.integers(0, len(names)).map(lambda number: known[number])  # else a failure would print them all
    drawn = st.builds(Scope, st.lists(classes, max_size=3).map(tuple), st.frozensets(named, max_size=8))
    return st.just(EVERYTHING) | drawn


filters = st.just(ClassFilter()) | st.builds(
    ClassFilter, some((*DISTRICTS, "440118")), some((*CATEGORIES, 13)), some((*LEVELS, 4)), some(OPERATORS),
    some((*SYSTEMS, "operators/no/systems/one")), some((*STATES, LifeState.RETIRED)), some(HEALTHS),
)  # fmt: skip
texts = st.none() | st.sampled_from(
    ("天河", "河北", "天河北门", "公园天河", "gate", "NORTH gate", "天河 gate", "北门 公园 north", "广场", "nowhere")
).map(parse)
orders = st.builds(Order, st.sampled_from(("code", "change")), st.booleans())
_latitudes, _longitudes = st.floats(SOUTH - STEP, SOUTH + 12 * STEP), st.floats(WEST - STEP, WEST + 12 * STEP)
_points = st.tuples(_latitudes, _longitudes)


def _box(one: tuple[float, float], other: tuple[float, float]) -> Box:
    return Box(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


_areas = st.none() | st.one_of(
    st.builds(_box, _points, _points),
    st.builds(_box, _points, st.just((24.0, 114.0))),
    st.tuples(_points, _points, _points).map(Polygon),
    st.builds(Circle, _points, st.floats(1, 3000)),
    st.just(Box(39.0, 116.0, 40.0, 117.0)),
)


def searches(names: Sequence[str]) -> st.SearchStrategy[Search]:
    """First pages of any search, with limits that make few pages and many."""
    areas = _areas.filter(lambda area: area is None or not violations(area))
    limits = st.sampled_from((7, 50, 1000))
    return st.builds(Search, scopes(names), filters, texts, areas, orders, st.none(), limits)


def listed(city: City, search: Search) -> list[str]:
    """The codes that all pages of ``search`` add up to."""
    found = found_by(city, search.scope, search.classes, search.words, search.area)
    return ordered(city, found, search.order)
