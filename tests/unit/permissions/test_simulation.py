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
from services.decider.roles import Role
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


def roles(*holders: str) -> tuple[Role, ...]:
    """The definition of a duty officer, if it is for anybody."""
    return tuple(Role("duty-officer", "14.1", one, "agency", "s") for one in holders)


DUTY = replace(
    next(row for row in GENESIS.rows if row.rule == "art14-live-district-urban"), rule="duty-live", role="duty-officer",
    levels="2 3",
)  # fmt: skip


def test_what_holders_of_a_role_gain_is_told_of_them_alone_and_once() -> None:
    """Urban management sees level 2 in its district anyhow: of the row for its holders level 3 is news."""
    before = Policy(GENESIS.rows, roles("urban-management@district"))
    after = Policy((*GENESIS.rows, DUTY), before.roles)
    [effect] = effects(before, after)
    assert (effect.role, effect.holding, effect.action) == (ROLE, "duty-officer", Action.LIVE)
    assert (effect.is_gained, effect.levels, effect.after) == (True, (3,), "duty-live")
    [back] = effects(after, before)
    assert (back.holding, back.is_gained, back.before) == ("duty-officer", False, "duty-live")


def test_a_role_that_is_for_others_from_now_on_is_lost_by_its_holders() -> None:
    before = Policy((*GENESIS.rows, DUTY), roles("urban-management@district"))
    after = Policy(before.rows, roles("sector-authority@district"))
    told = {(effect.role, effect.holding, effect.is_gained) for effect in effects(before, after)}
    assert told == {(ROLE, "duty-officer", False), ("sector-authority@district", "duty-officer", True)}


def test_what_a_whole_kind_loses_is_not_told_of_its_holders_again() -> None:
    before = Policy(GENESIS.rows, roles("urban-management"))
    after = Policy(tuple(row for row in GENESIS.rows if row.rule != "art14-live-district-urban"), before.roles)
    assert {effect.holding for effect in effects(before, after)} == {""}
