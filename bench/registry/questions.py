"""What people ask a city's registry for: lists in every sort, with and without filters, some that match nothing."""

from collections.abc import Iterator
from itertools import product
from math import cos, pi, sin

from bench.registry.city import system_of
from bench.registry.stage import POLICE, URBAN
from services.decider.facts import Point
from services.registry.area import Area, Box, Circle, Polygon
from services.registry.listing import ORDERS, Filter, Query
from services.registry.units import ClassFilter

CENTER: Point = (23.129, 113.267)  # Yuexiu
_RADIUS = 0.05  # degrees: some 80 % of a district's cameras


def district_polygon(corners: int = 100) -> Polygon:
    """Around most of one district."""
    return Polygon(tuple(_around(index / corners, _RADIUS * (1 - 0.1 * (index % 2))) for index in range(corners)))


def questions(operator: str) -> Iterator[tuple[str, str, Query]]:
    """Who asks, what for in words, and the first page of it."""
    system = system_of(operator)
    classes = {
        "all": ClassFilter(),
        "district": ClassFilter(districts=frozenset({"440104"})),
        "category": ClassFilter(categories=frozenset({4})),
        "level": ClassFilter(levels=frozenset({2})),
        "operator": ClassFilter(operators=frozenset({operator})),
        "system": ClassFilter(systems=frozenset({system})),
        "offline": ClassFilter(healths=frozenset({3})),
        "district, category, offline": ClassFilter(frozenset({"440106"}), frozenset({10}), healths=frozenset({3})),
        "nothing: retired": ClassFilter(states=frozenset({7})),
        "nothing: tampered of an operator": ClassFilter(operators=frozenset({operator}), healths=frozenset({4})),
    }
    texts = {
        "": "", "few hits": "号站台 897", "many hits": "人民路", "a word": "museum", "two words": "tunnel renmin",
        "nothing": "动物园",
    }  # fmt: skip
    areas: dict[str, Area | None] = {
        "": None, "block": Box(23.128, 113.26, 23.131, 113.27), "district": district_polygon(),
        "circle": Circle(CENTER, 800.0), "nothing": Box(22.0, 112.0, 22.1, 112.1),
    }  # fmt: skip
    for (who, order), (title, wanted) in product(product((POLICE, URBAN), filter(None, ORDERS)), classes.items()):
        yield who, f"{title}, {order}", Query(Filter(wanted), order)
    for (title, wanted), (text, words), (place, area) in product(classes.items(), texts.items(), areas.items()):
        if (text or place) and not (text and place and title not in ("all", "district")):
            yield POLICE, f"{title} | {text} | {place}", Query(Filter(wanted, words, area))


def _around(turn: float, radius: float) -> Point:
    return CENTER[0] + radius * sin(2 * pi * turn), CENTER[1] + radius * cos(2 * pi * turn)
