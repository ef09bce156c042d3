"""A simulation says of every class just what deciding by both policies says, one class after the other."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decider.conditions import CLEARED, CONDITIONS, OPERATING
from services.decider.facts import CATEGORIES, LEVELS, Action, AgencyKind, Relation, Tier
from services.decider.model import Request, matches
from services.decider.policy import Policy, Row
from services.permissions.joint.simulation import Effect, effects
from tests.unit.decider.cast import GENESIS

EVERY_DAY = CLEARED | OPERATING
ROLE = f"{AgencyKind.URBAN_MANAGEMENT.value}@{Tier.DISTRICT.value}"


def is_allowed(policy: Policy, request: Request) -> bool:
    """Denials first, then any row that allows."""
    found = [row for row in policy.rows if matches(row, request)]
    return bool(found) and all(row.is_allow for row in found)


def bits(effect: Effect) -> int:
    return EVERY_DAY | sum(CONDITIONS[name].bit for name in effect.besides)


def told(found: list[Effect]) -> Iterator[tuple[str, Relation, Action, int, int, bool]]:
    """The cells of effects that hold every day."""
    for effect in found:
        if not effect.besides:
            for level, category in product(effect.levels, effect.categories):
                yield effect.role, effect.relation, effect.action, level, category, effect.is_gained


rows = st.sampled_from(GENESIS.rows)
levels = st.sampled_from(("1", "1 2", "2 3 4", "any"))
categories = st.sampled_from(("any", "3", "1 2 3", "13"))


@given(row=rows, level=levels, category=categories, is_dropped=st.booleans())
@settings(max_examples=25, deadline=None)
def test_every_cell_that_is_told_changes_and_every_cell_that_changes_is_told(
    row: Row, level: str, category: str, is_dropped: bool
) -> None:
    changed = () if is_dropped else (replace(row, levels=level, categories=category),)
    after = Policy(tuple(new for old in GENESIS.rows for new in (changed if old is row else (old,))))
    cells = set(told(effects(GENESIS, after)))
    for kind, tier in product(AgencyKind, Tier):
        if kind.value not in row.role and row.role != "any":
            continue
        roles = f"{kind.value} {kind.value}@{tier.value}"
        relations = (Relation.OWN, Relation.DISTRICT, Relation.OTHER) if tier is Tier.DISTRICT else (
            Relation.OWN, Relation.MUNICIPAL)  # fmt: skip
        for relation, action in product(relations, Action):
            if row.action not in ("any", action.value) and action.value not in row.action.split():
                continue
            for n, c in product(LEVELS, CATEGORIES):
                request: Request = (roles, relation, action, n, c, EVERY_DAY)
                was, now = is_allowed(GENESIS, request), is_allowed(after, request)
                cell = (f"{kind.value}@{tier.value}", relation, action, n, c)
                assert ((*cell, True) in cells) == (now and not was)
                assert ((*cell, False) in cells) == (was and not now)


def test_the_same_policy_has_no_effects() -> None:
    assert effects(GENESIS, GENESIS) == []


def test_effects_that_need_papers_are_told_with_them() -> None:
    after = Policy(tuple(row for row in GENESIS.rows if row.rule != "art18-copy-police"))
    found = effects(GENESIS, after)
    assert found
    assert {effect.besides for effect in found} == {("papers", "reviewed")}
    assert {effect.before for effect in found} == {"art18-copy-police"}
