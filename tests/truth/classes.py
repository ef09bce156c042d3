"""Every class of question that can occur, and what the engine is asked for it.

A case is who, how it stands to the camera, what it wants, and the camera's level; a moment is the facts of the time.
Left out is only what cannot occur, each with its reason; a test draws facts at random and finds no class missing:

- a district's agency is never `municipal` to a camera, nor the city's `district`: relation.py
- control is one of three, and an operator's own control is never left with the operator beside it: holder.py
- a system is in one of the four lives of `articles.Life`: permissions/neighbours.py
- papers bear on what Article 19 names alone, and only they are reviewed: conditions.py
- clearances begin with 1, so levels 0 and 1 are always cleared: permissions/agency.py

One fold: where no article asks for staff, who lacks a training or a shift is taken to lack both. A row there that
needed either would part from the law in those classes; and facts drawn at random hold the fold to the decider.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

from services.decider.conditions import CONDITIONS, PAPER_ACTIONS
from services.decider.facts import CATEGORIES, LEVELS, Action, AgencyKind, Relation, Tier
from services.decider.model import Request, within
from services.decider.policy import Policy
from tests.truth.articles import RETRIEVAL, Asked, Control, Life

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
    is_trained: bool
    is_on_duty: bool

    @property
    def bits(self) -> int:
        """The same as the engine's condition bits."""
        flags = zip(("cleared", "suspended", "papers", "reviewed", "incident", "inspection"), self, strict=False)
        names = [*(name for name, holds in flags if holds), *OF_CONTROL[self.control], *OF_LIFE[self.life]]
        names += [name for name, holds in (("trained", self.is_trained), ("on-duty", self.is_on_duty)) if holds]
        return sum(CONDITIONS[name].bit for name in names)


def cases() -> tuple[Case, ...]:
    return tuple(
        Case(kind, tier, relation, action, level)
        for kind, tier, action, level in product(AgencyKind, Tier, Action, ALL_LEVELS)
        for relation in RELATIONS[tier]
    )


def moments(case: Case) -> tuple[Moment, ...]:
    """Every moment in which the case can be asked."""
    found = _moments(case.level > 1, case.relation is Relation.OWN, is_staffs(case))
    return found if case.action in PAPER_ACTIONS else _without_papers(found)


def is_staffs(case: Case) -> bool:
    """Whether it is looking at or pointing one's own camera, which Articles 20 and 23 leave to staff."""
    return case.relation is Relation.OWN and case.action in {*RETRIEVAL, Action.CONTROL}


def folded(case: Case, bits: int) -> int:
    """The bits of the class that stands for these."""
    staff = sum(CONDITIONS[name].bit for name in ("trained", "on-duty"))
    return bits & ~staff if not is_staffs(case) and bits & staff != staff else bits


@cache
def _moments(is_clearance_in_doubt: bool, is_own: bool, is_staffs: bool) -> tuple[Moment, ...]:
    no_or_yes = (False, True)
    cleared = no_or_yes if is_clearance_in_doubt else (True,)
    controls = [control for control in Control if not (is_own and control is Control.OPERATORS)]
    each = product(cleared, *[no_or_yes] * 5, controls, Life, product(no_or_yes, no_or_yes))
    found = (Moment._make((*facts, *staff)) for *facts, staff in each if is_staffs or staff[0] == staff[1])
    return tuple(moment for moment in found if moment.has_papers or not moment.are_reviewed)


@cache
def _without_papers(found: tuple[Moment, ...]) -> tuple[Moment, ...]:
    return tuple(moment for moment in found if not moment.has_papers)


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
