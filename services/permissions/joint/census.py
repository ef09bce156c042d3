"""Whom and how many cameras a class of requests concerns: agencies on record, and cameras counted by stock. Pure.

A stock is what cameras of one operator share: district, place category, level. There are some thousands in a city,
whether it has a thousand cameras or ten million.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.decider.facts import CATEGORIES, CITY, DISTRICTS, LEVELS, Relation, Tier, own_roles
from services.permissions.agencies.domain import Agency
from services.permissions.joint.simulation import Effect

_CITY = frozenset({CITY, *DISTRICTS})
_NOBODY: Mapping[str, Set[str]] = MappingProxyType({})
Counts = NDArray[np.int64]  # levels × categories


@dataclass(frozen=True, slots=True)
class Stock:
    """``count`` cameras of one operator, alike in district, place category and level."""

    district: str
    category: int
    level: int
    operator: str
    count: int


@dataclass(frozen=True, slots=True)
class Concern:
    """An effect with the agencies of its kind and tier that have somebody of its role, and how many cameras stand so to
    one of them.
    """

    effect: Effect
    agencies: tuple[str, ...]
    cameras: int


class Census:
    """Of one city at one moment. A camera that several agencies stand to in the same way counts once."""

    def __init__(
        self,
        agencies: Sequence[Agency],
        stocks: Sequence[Stock],
        holders: Mapping[str, Set[str]] = _NOBODY,
    ) -> None:
        """``holders`` are the agencies, by name, that have a principal with a role, by role."""
        self._stocks = stocks
        self._holders = holders
        self._of: dict[str, list[Agency]] = {}
        for agency in agencies:
            self._of.setdefault(own_roles(agency.kind, agency.tier)[1], []).append(agency)
        self._known: dict[tuple[str, str, Relation], Counts] = {}

    def concern(self, effect: Effect) -> Concern:
        """Whom the effect concerns."""
        key = effect.role, effect.holding, effect.relation
        if key not in self._known:
            self._known[key] = self._counted(*key)
        levels = [LEVELS.index(level) for level in effect.levels]
        categories = [CATEGORIES.index(category) for category in effect.categories]
        cameras = int(self._known[key][np.ix_(levels, categories)].sum())
        return Concern(effect, tuple(agency.name for agency in self._meant(effect.role, effect.holding)), cameras)

    def _meant(self, role: str, holding: str) -> list[Agency]:
        of_kind = self._of.get(role, [])
        return [one for one in of_kind if one.name in self._holders.get(holding, ())] if holding else of_kind

    def _counted(self, role: str, holding: str, relation: Relation) -> Counts:
        stands = _RELATIONS[relation](self._meant(role, holding))
        table = np.zeros((len(LEVELS), len(CATEGORIES)), np.int64)
        for stock in self._stocks:
            if stands(stock):
                table[LEVELS.index(stock.level), CATEGORIES.index(stock.category)] += stock.count
        return table


Stands = Callable[[Stock], bool]


def _own(agencies: Sequence[Agency]) -> Stands:
    names = {agency.name for agency in agencies}
    return lambda stock: stock.operator in names


def _municipal(agencies: Sequence[Agency]) -> Stands:
    names = {agency.name for agency in agencies if agency.tier is Tier.MUNICIPAL}
    return lambda stock: stock.district in _CITY and bool(names - {stock.operator})


def _district(agencies: Sequence[Agency]) -> Stands:
    local = [agency for agency in agencies if agency.tier is Tier.DISTRICT]
    return lambda stock: any(a.jurisdiction == stock.district and a.name != stock.operator for a in local)


def _other(agencies: Sequence[Agency]) -> Stands:
    reach = {a.name: {a.jurisdiction} if a.tier is Tier.DISTRICT else _CITY for a in agencies}
    return lambda stock: any(stock.district not in here and stock.operator != name for name, here in reach.items())


_RELATIONS: dict[Relation, Callable[[Sequence[Agency]], Stands]] = {
    Relation.OWN: _own, Relation.MUNICIPAL: _municipal, Relation.DISTRICT: _district, Relation.OTHER: _other,
}  # fmt: skip
