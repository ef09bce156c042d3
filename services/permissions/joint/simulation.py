"""Who gains and who loses by a change of the rows, class by class. Pure; no camera is looked at.

A class is a kind of agency in a tier, how it stands to a camera, an action, and what holds besides: nothing but what
holds every day, or being staff, papers, an incident, an inspection, control. For each the cameras are a table of levels
and place categories, and a row of the policy is a part of that table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from services.decider.conditions import (
    CLEARED,
    CONDITIONS,
    HOLDS_CONTROL,
    INCIDENT,
    INSPECTION,
    PAPERS,
    REVIEWED,
    STAFFED,
)
from services.decider.decision import DEFAULT_DENY
from services.decider.facts import CATEGORIES, LEVELS, OPERATING, Action, AgencyKind, Relation, Tier, own_roles
from services.decider.model import among, held, met, within
from services.decider.policy import Policy, Row

_EVERY_DAY = CLEARED | OPERATING
_BESIDES = (
    *(0, STAFFED, PAPERS, PAPERS | REVIEWED, INCIDENT, INSPECTION, HOLDS_CONTROL, INCIDENT | HOLDS_CONTROL),
    HOLDS_CONTROL | STAFFED,
)
_RELATIONS = {
    Tier.DISTRICT: (Relation.OWN, Relation.DISTRICT, Relation.OTHER),
    Tier.MUNICIPAL: (Relation.OWN, Relation.MUNICIPAL),
}
_Change = tuple[bool, tuple[int, ...], tuple[int, ...], str, str]  # gained; levels; categories; rule before, after
Table = NDArray[np.intp]  # levels × categories: which row of the policy decides, -1 for none


@dataclass(frozen=True, slots=True)
class Effect:
    """One class for which the answer changes: on these levels and categories, gained or lost."""

    role: str
    relation: Relation
    action: Action
    besides: tuple[str, ...]
    is_gained: bool
    levels: tuple[int, ...]
    categories: tuple[int, ...]
    before: str
    after: str
    holding: str = ""  # of those with this role besides


def effects(before: Policy, after: Policy) -> list[Effect]:
    """Every class whose answer differs, in the order of agencies, relations and actions.

    What holders of a role gain and lose beyond what all of their agencies do is told of each role by itself.
    """
    found: list[Effect] = []
    defined = sorted({role.role for policy in (before, after) for role in policy.roles})
    for kind, tier in product(AgencyKind, Tier):
        own = own_roles(kind, tier)
        for relation, action in product(_RELATIONS[tier], Action):
            known: set[_Change] = set()
            for holding in ("", *defined):
                said = " ".join((*own, holding))
                old, new = (_rows(policy, policy.borne(said), relation, action) for policy in (before, after))
                for names, change in _told(old, new, known):
                    found.append(Effect(own[1], relation, action, names, *change, holding))
    return found


def _told(before: list[Row], after: list[Row], known: set[_Change]) -> Iterator[tuple[tuple[str, ...], _Change]]:
    """What changes and on which conditions, unless it is ``known``: what changes every day changes with papers too."""
    if before == after:
        return
    for besides in _BESIDES:
        names = tuple(name for name, condition in CONDITIONS.items() if condition.bit & besides)
        for change in _changes(before, after, _EVERY_DAY | besides):
            if change not in known:
                known.add(change)
                yield names, change


def _rows(policy: Policy, roles: str, relation: Relation, action: Action) -> list[Row]:
    """The rows that can decide, denials first: one of them is enough."""
    fitting = (
        r for r in policy.rows if held(roles, r.role) and among(relation, r.relation) and among(action, r.action)
    )
    return sorted(fitting, key=lambda row: row.is_allow)


def _changes(before: list[Row], after: list[Row], bits: int) -> Iterator[_Change]:
    """Gains and losses, those of the same rows and categories together."""
    old, new = _decided(before, bits), _decided(after, bits)
    grouped: dict[tuple[bool, str, str], NDArray[np.bool_]] = {}
    for level, category in product(range(len(LEVELS)), range(len(CATEGORIES))):
        was, now = _answer(before, old[level, category]), _answer(after, new[level, category])
        if was[0] != now[0]:
            cells = grouped.setdefault((now[0], was[1], now[1]), np.zeros(old.shape, bool))
            cells[level, category] = True
    for (is_gained, was_rule, now_rule), cells in grouped.items():
        for row in np.unique(cells[cells.any(axis=1)], axis=0):
            levels = tuple(LEVELS[i] for i in np.flatnonzero((cells == row).all(axis=1)))
            yield is_gained, levels, tuple(CATEGORIES[i] for i in np.flatnonzero(row)), was_rule, now_rule


def _decided(rows: list[Row], bits: int) -> Table:
    """Which of ``rows`` decides each cell: the first that matches."""
    table = np.full((len(LEVELS), len(CATEGORIES)), -1)
    for number, row in enumerate(rows):
        if met(bits, row.needs):
            levels = np.array([within(level, row.levels) for level in LEVELS])
            categories = np.array([within(category, row.categories) for category in CATEGORIES])
            table[np.outer(levels, categories) & (table < 0)] = number
    return table


def _answer(rows: list[Row], number: int) -> tuple[bool, str]:
    return (rows[number].is_allow, rows[number].rule) if number >= 0 else (False, DEFAULT_DENY)
