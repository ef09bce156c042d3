"""Every class of question that can occur, and what the engine is asked for it.

A case is who, how it stands to the camera, what it wants, and the camera's level; a moment is the facts of the time.
Left out is only what cannot occur, each with its reason; a test draws facts at random and finds no class missing:

- a district's agency is never `municipal` to a camera, nor the city's `district`: relation.py
- control is one of three, and an operator's own control is never left with the operator beside it: holder.py
- a system is in one of the four lives of `articles.Life`: permissions/neighbours.py
- only papers are reviewed: conditions.py
- clearances begin with 1, so levels 0 and 1 are always cleared: permissions/agency.py
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

from services.decider.conditions import CONDITIONS
from services.decider.facts import CATEGORIES, LEVELS, Action, AgencyKind, Relation, Tier
from services.decider.model import Request, within
from services.decider.policy import Policy
from tests.truth.articles import Asked, Control, Life

ALL_LEVELS = (0, *LEVELS)
RELATIONS = {
    Tier.DISTRICT: (Relation.OWN, Relation.DISTRICT, Relation.OTHER),
    Tier.MUNICIPAL: (Relation.OWN, Relation.MUNICIPAL, Relation.OTHER),
}
OF_LIFE = {
    Life.UNACCEPTED: ("not-accepted",),
    Life.RESTING: (),
    Life.IN_SERVICE: ("operating",),
    Life.CLOSED: ("barred",),
}
OF_CONTROL = {Control.MINE: ("holds-control",), Control.ANOTHERS: ("held-by-other",), Control.OPERATORS: ()}


class Case(NamedTuple):
    """The part of a class that no moment changes, in the order of `Asked`."""

    kind: AgencyKind
    tier: Tier
    relation: Relation
    action: Action
    level: int


class Moment(NamedTuple):
    """The facts of the time, in the order of `Asked`."""

    is_cleared: bool
    is_suspended: bool
    has_papers: bool
    are_reviewed: bool
    in_incident: bool
    in_inspection: bool
    control: Control
    life: Life

    @property
    def bits(self) -> int:
        """The same as the engine's condition bits."""
        flags = zip(("cleared", "suspended", "papers", "reviewed", "incident", "inspection"), self, strict=False)
        names = [*(name for name, holds in flags if holds), *OF_CONTROL[self.control], *OF_LIFE[self.life]]
        return sum(CONDITIONS[name].bit for name in names)


def cases() -> tuple[Case, ...]:
    return tuple(
        Case(kind, tier, relation, action, level)
        for kind, tier, action, level in product(AgencyKind, Tier, Action, ALL_LEVELS)
        for relation in RELATIONS[tier]
    )


def moments(case: Case) -> tuple[Moment, ...]:
    """Every moment in which the case can be asked."""
    return _moments(case.level > 1, case.relation is Relation.OWN)


@cache
def _moments(is_clearance_in_doubt: bool, is_own: bool) -> tuple[Moment, ...]:
    no_or_yes = (False, True)
    cleared = no_or_yes if is_clearance_in_doubt else (True,)
    controls = [control for control in Control if not (is_own and control is Control.OPERATORS)]
    each = product(cleared, *[no_or_yes] * 5, controls, Life)
    return tuple(moment for moment in map(Moment._make, each) if moment.has_papers or not moment.are_reviewed)


def questions(case: Case) -> Iterator[tuple[Asked, int]]:
    """Each class of the case, as the law reads it and as condition bits."""
    for moment in moments(case):
        yield Asked._make((*case, *moment)), moment.bits


def request(case: Case, bits: int, category: int = 1) -> Request:
    """What the engine is asked: plain text, with the roles that kind and tier bring."""
    kind, tier, relation, action, level = case
    return f"{kind} {kind}@{tier}", str(relation), str(action), level, category, bits


def told_apart(policy: Policy) -> tuple[int, ...]:
    """One category of each group that some cell of the policy tells from the others: [1] when no row names any.

    Rows read a category by `model.within` alone, so two that stand in the same cells are decided the same.
    """
    cells = sorted({row.categories for row in policy.rows})
    groups = {tuple(within(category, cell) for cell in cells): category for category in reversed(CATEGORIES)}
    return tuple(sorted(groups.values()))
