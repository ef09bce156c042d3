"""Classes and units: from who may see what, and what is asked for, to the index ranges that hold just that. Pure.

A *class* is one kind within one camera system; a city has some thousands of them. A scope and a filter speak of whole
classes, so which ones they mean is computed here, in vectors, without touching a camera. Classes that together make a
whole kind, or a whole stock, become one *unit*: the coarser the units, the fewer ranges a page is merged from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.registry.domain import operator_of
from services.registry.kind import Kind
from services.registry.permission import Scope, ScopeClass

Mask = NDArray[np.bool_]
_FEW_VALUES = ("district", "category", "level", "stock", "kind", "system", "operator")  # for many classes
_LARGEST_DIGIT = 100  # categories, levels, states and healths are smaller


@dataclass(frozen=True, slots=True)
class ClassFilter:
    """What a list asks for of whole classes. Empty parts restrict nothing."""

    districts: frozenset[str] = frozenset()
    categories: frozenset[int] = frozenset()
    levels: frozenset[int] = frozenset()
    operators: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    states: frozenset[int] = frozenset()
    healths: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Units:
    """Disjoint ranges, by the column that leads to them: whole stocks, whole kinds, single classes."""

    stock: tuple[int, ...] = ()
    kind: tuple[int, ...] = ()
    class_id: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.stock or self.kind or self.class_id)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class as the database has it; ``kind`` is the number."""

    id: int
    system: str
    kind: int


class Classes:
    """Every class there is at a time, by id. It never changes, so that a mask of it fits for as long as it is used."""

    def __init__(self, rows: Sequence[ClassRow] = ()) -> None:
        """``rows`` in the order of their ids."""
        self._rows = tuple(rows)
        self._at = {row.id: index for index, row in enumerate(self._rows)}

    @property
    def last_id(self) -> int:
        """Of the newest class known; 0 while there is none."""
        return self._rows[-1].id if self._rows else 0

    def with_newer(self, rows: Sequence[ClassRow]) -> "Classes":
        """These and those of ``rows`` that are newer; classes are added, never changed, and their ids count up."""
        fresh = [row for row in rows if row.id > self.last_id]
        return Classes((*self._rows, *fresh)) if fresh else self

    def __getitem__(self, class_id: int) -> ClassRow:
        return self._rows[self._at[class_id]]

    def __contains__(self, class_id: int) -> bool:
        return class_id in self._at

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def _values(self) -> "dict[str, _Values]":
        return {name: _Values.of(self._columns[name]) for name in _FEW_VALUES}

    @cached_property
    def _columns(self) -> dict[str, NDArray[np.int64]]:
        """Not before a list is asked for: an import makes new classes with every batch."""
        kinds = np.array([row.kind for row in self._rows], np.int64)
        stocks = kinds // 100
        return {
            "id": np.array([row.id for row in self._rows], np.int64),
            "kind": kinds,
            "stock": stocks,
            "district": kinds // 100_000,
            "category": kinds // 1000 % 100,
            "level": stocks % 10,
            "state": kinds // 10 % 10,
            "health": kinds % 10,
            "system": np.array([self._numbers[row.system] for row in self._rows], np.int64),
            "operator": np.array([self._numbers[operator_of(row.system)] for row in self._rows], np.int64),
        }

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Of systems and operators, as the columns have them."""
        systems = dict.fromkeys(row.system for row in self._rows)
        names = systems | dict.fromkeys(map(operator_of, systems))
        return {name: number for number, name in enumerate(names)}

    def filtered(self, wanted: ClassFilter) -> Mask:
        """The classes that ``wanted`` asks for."""
        mask = np.ones(len(self), bool)
        if not self._rows:
            return mask
        if wanted.districts:
            mask &= self._is_among("district", (int(district) for district in wanted.districts))
        for column, digits in (
            ("category", wanted.categories), ("level", wanted.levels), ("state", wanted.states),
            ("health", wanted.healths),
        ):  # fmt: skip
            if digits:
                mask &= self._has_digit(column, digits)
        for column, names in (("operator", wanted.operators), ("system", wanted.systems)):
            if names:
                mask &= self._is_among(column, (self._numbers.get(name, -1) for name in names))
        return mask

    def permitted(self, scope: Scope) -> Mask:
        """The classes of a scope; its cameras by name are not in it."""
        mask = np.zeros(len(self), bool)
        for found in scope.classes if self._rows else ():
            mask |= self._holding(found)
        return mask & ~self.denied(scope)

    def denied(self, scope: Scope) -> Mask:
        """The classes that a scope leaves out, whatever else it says of them."""
        mask = np.zeros(len(self), bool)
        for found in scope.denied if self._rows else ():
            mask |= self._holding(found)
        return mask

    def _holding(self, found: ScopeClass) -> Mask:
        """The same as ScopeClass.holds says of one camera."""
        mask = self._has_digit("level", found.levels) & self._has_digit("category", found.categories)
        if found.districts:
            mask &= self._is_among("district", (int(district) for district in found.districts))
        if found.excluded_districts:
            mask &= ~self._is_among("district", (int(district) for district in found.excluded_districts))
        if found.operator:
            is_own = self._columns["operator"] == self._numbers.get(found.operator, -1)
            mask &= ~is_own if found.is_operator_excluded else is_own
        if found.states:
            mask &= self._has_digit("state", found.states)
        if found.system:
            mask &= self._columns["system"] == self._numbers.get(found.system, -1)
        return mask

    def in_districts(self, districts: Iterable[str]) -> Mask:
        """The classes of these districts."""
        return self._is_among("district", (int(district) for district in districts))

    def units(self, mask: Mask) -> Units:
        """The coarsest ranges that make up the classes of ``mask``."""
        if not mask.any():
            return Units()
        left = mask
        whole: dict[str, tuple[int, ...]] = {}
        for unit in ("stock", "kind"):
            values = self._values[unit]
            is_whole = values.tally(mask) == values.counts
            whole[unit] = tuple(values.values[is_whole & (values.tally(left) > 0)].tolist())
            left = left & ~is_whole[values.at]
        return Units(whole["stock"], whole["kind"], tuple(self._columns["id"][left].tolist()))

    def ids(self, mask: Mask) -> frozenset[int]:
        """The ids of the classes of ``mask``."""
        return frozenset(self._columns["id"][mask].tolist()) if self._rows else frozenset()

    def in_order(self, mask: Mask) -> list[int]:
        """The same, in the order of the columns."""
        return self._columns["id"][mask].tolist() if self._rows else []

    def values(self, column: str, mask: Mask) -> list[int]:
        """What the classes of ``mask`` have in ``column``, each value once, in order."""
        values = self._values[column]
        return values.values[values.tally(mask) > 0].tolist() if self._rows else []

    def is_everything(self, column: str, mask: Mask) -> bool:
        """Whether every value that any class has in ``column`` occurs within ``mask``."""
        return len(self.values(column, mask)) == len(self.values(column, np.ones(len(self), bool)))

    def by_system(self, mask: Mask, counts: NDArray[np.int64]) -> dict[str, int]:
        """The systems of the classes of ``mask``, and how many cameras ``counts`` gives them."""
        found: dict[str, int] = {}
        for index in np.flatnonzero(mask).tolist():
            name = self._rows[index].system
            found[name] = found.get(name, 0) + int(counts[index])
        return found

    def by_district(self, counts: Mapping[int, int]) -> dict[str, int]:
        """How many cameras the districts have; ``counts`` by id of class."""
        districts = self._columns["district"]
        found: dict[str, int] = {}
        for class_id, count in counts.items():
            district = str(districts[self._at[class_id]])
            found[district] = found.get(district, 0) + count
        return found

    def tallied(self, mask: Mask, counts: NDArray[np.int64]) -> dict[str, dict[str, int]]:
        """By facet and value how many cameras the classes of ``mask`` have; ``counts`` in the order of the ids."""
        names = dict(zip(self._numbers.values(), self._numbers, strict=True))
        told: dict[str, dict[str, int]] = {}
        for column in ("district", "category", "level", "operator", "state", "health"):
            values, at = np.unique(self._columns[column][mask], return_inverse=True) if self._rows else ((), ())
            sums = np.bincount(at, weights=counts[mask], minlength=len(values)).astype(int)
            labels = [names[v] if column == "operator" else str(v) for v in (int(value) for value in values)]
            told[column] = {label: int(n) for label, n in zip(labels, sums, strict=True) if n}
        return told

    def _has_digit(self, column: str, digits: Iterable[int]) -> Mask:
        """A table is looked up in: cheaper than a search for each."""
        table = np.zeros(_LARGEST_DIGIT, bool)
        table[[digit for digit in digits if 0 <= digit < _LARGEST_DIGIT]] = True
        found: Mask = table[self._columns[column]]
        return found

    def _is_among(self, column: str, numbers: Iterable[int]) -> Mask:
        values = self._values[column]
        found: Mask = np.isin(values.values, list(numbers))[values.at]
        return found


@dataclass(frozen=True, slots=True)
class _Values:
    """The distinct values of a column, in order; at which of them each class is; how many classes have each."""

    values: NDArray[np.int64]
    at: NDArray[np.intp]
    counts: NDArray[np.intp]

    @classmethod
    def of(cls, column: NDArray[np.int64]) -> "_Values":
        return cls(*np.unique(column, return_inverse=True, return_counts=True))

    def tally(self, mask: Mask) -> NDArray[np.intp]:
        """How many classes of ``mask`` have each value."""
        return np.bincount(self.at[mask], minlength=len(self.values))


def kind_of(row: ClassRow) -> Kind:
    """The parts of a class's kind."""
    return Kind.of(row.kind)
