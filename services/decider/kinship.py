"""Which requests the rows of one policy can't tell apart: kin, for whom Casbin is asked once.

A row reads each column by itself, and of the conditions only those that it needs. So for each column it is enough which
rows name the value, as one bit for each row; most policies say `any` of all categories, and thirteen classes are one.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from services.decider.model import Request, among, held, needs_mask, within
from services.decider.policy import Policy

_VALUES_KEPT = 4_096  # of one column; role sets are what there may be many of

Kin = tuple[int, int]  # the rows whose class the request is of; those of its conditions that any of them needs
Likeness = tuple[int, ...]  # the same column by column, for what comes near to the rows of an action


class Kinship:
    """Of the requests to one policy. Pure, and bounded."""

    def __init__(self, policy: Policy) -> None:
        self._columns = tuple(
            _reader([getattr(row, name) for row in policy.rows], names_it)
            for name, names_it in (
                ("role", held), ("relation", among), ("action", among), ("levels", within), ("categories", within)
            )
        )  # fmt: skip
        needs = [needs_mask(row.needs) for row in policy.rows]
        self._needs = lru_cache(_VALUES_KEPT)(lambda rows: _united(needs, rows))

    def of(self, request: Request) -> Kin:
        """Two requests of the same kin match the same rows."""
        role, relation, action, level, category = self._read(request)
        rows = role & relation & action & level & category
        return rows, request[5] & self._needs(rows)

    def likeness(self, request: Request) -> Likeness:
        """Two requests that are alike lack the same of each row of their action."""
        columns = self._read(request)
        return *columns, request[5] & self._needs(columns[2])

    def _read(self, request: Request) -> tuple[int, ...]:
        return tuple(read(value) for read, value in zip(self._columns, request, strict=False))


def _reader(cells: list[str], names_it: Callable[[Any, str], bool]) -> Callable[[Any], int]:
    """Which rows name a value, given their cells of one column."""

    @lru_cache(_VALUES_KEPT)
    def read(value: Any) -> int:
        return sum(1 << number for number, cell in enumerate(cells) if names_it(value, cell))

    return read


def _united(needs: list[int], rows: int) -> int:
    """Every condition that any of the rows needs."""
    found = 0
    for number, needed in enumerate(needs):
        if rows >> number & 1:
            found |= needed
    return found
