"""Use case for permissions: whom an incident concerns, which is who runs cameras in its area (Article 18 ¶2)."""

from collections import Counter
from dataclasses import dataclass

from services.chassis.database import Database
from services.decider.facts import CATEGORIES, SEALED_LEVEL, Area
from services.registry.area import Polygon
from services.registry.domain import operator_of
from services.registry.joined import AnyOf
from services.registry.permission import ScopeClass
from services.registry.store import operators
from services.registry.store.cameras import CameraStore
from services.registry.units import kind_of

_LEVELS = frozenset(range(SEALED_LEVEL + 1))
_CORNERS = 3  # fewer enclose nothing


@dataclass(slots=True)
class OperatorCount:
    """How many cameras an operator runs there; ``sealed`` are those that nobody else may learn of (Article 11)."""

    operator: str
    open: int = 0
    sealed: int = 0


@dataclass(frozen=True)
class Concerned:
    """Answers; writes nothing."""

    database: Database
    store: CameraStore

    async def count(self, area: Area) -> list[OperatorCount]:
        """By operator, in the order of their names. Cameras by name are not asked for here."""
        counted = Counter[int]()
        async with self.database.read() as transaction:
            if districts := (area.districts & {area.bound} if area.bound else area.districts):
                place = ScopeClass("", _LEVELS, frozenset(CATEGORIES), districts)
                counted += await operators.of_districts(transaction, self.store.book, place)
            if len(area.polygon) >= _CORNERS:
                shape = AnyOf((Polygon(area.polygon),))
                counted += await operators.of_polygon(transaction, shape, area.bound, counted)
            rows = await self.store.book.rows(transaction, counted)
        found: dict[str, OperatorCount] = {}
        for class_id, count in counted.items():
            operator = operator_of(rows[class_id].system)
            one = found.setdefault(operator, OperatorCount(operator))
            if 0 < kind_of(rows[class_id]).level < SEALED_LEVEL:
                one.open += count
            else:
                one.sealed += count
        return [found[name] for name in sorted(found)]
