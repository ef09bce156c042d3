"""No word of the policy is idle: change any single one, and the law notices.

Each mutant is judged on every class that its row selects before or after the change; on the others it says what the
policy says, which test_law.py holds to the law. `make test` takes a seeded sample of the mutants.
"""

from functools import cache
from random import Random

import pytest

from services.decider.policy import Policy, Row
from tests.truth.classes import Case, cases, told_apart
from tests.truth.mutants import EQUIVALENT, Mutant, mutants
from tests.truth.sayings import Matched, faults, matching, moments_of
from tests.unit.decider.cast import GENESIS

SEED, SAMPLE = 19, 400
ALL = [mutant for row in GENESIS.rows for mutant in mutants(row)]


@cache
def as_it_is(case: Case) -> Matched:
    return matching(GENESIS, case)


@cache
def shuffled() -> tuple[Case, ...]:
    """Every case; in any order but the natural one a mutant is found out sooner."""
    found = list(cases())
    Random(SEED).shuffle(found)
    return tuple(found)


def is_noticed(mutant: Mutant) -> bool:
    """Whether the law contradicts the policy with this row changed."""
    versions = [row for row in (mutant.row, mutant.changed) if row]
    categories = told_apart(Policy(tuple(versions)))
    actions = {word for row in versions for word in row.action.split()}
    for case in shuffled():
        if actions & {"any", case.action} and any(_parts(mutant, case, category) for category in categories):
            return True
    return False


def _parts(mutant: Mutant, case: Case, category: int) -> bool:
    was = moments_of(mutant.row, case, category)
    now = moments_of(mutant.changed, case, category) if mutant.changed else 0
    if not was and not now:
        return False
    others: Matched = [(row, when) for row, when in as_it_is(case) if row is not mutant.row]
    return bool(faults(others + _once(mutant.changed, now), case))


def _once(row: Row | None, when: int) -> Matched:
    return [(row, when)] if row and when else []


def claims(mutant: Mutant) -> int:
    """How many reasons say that it means the same."""
    return sum(reason(mutant) for reason in EQUIVALENT)


def wrongly_told(some: list[Mutant]) -> list[str]:
    """Mutants that live without a reason, and mutants that are noticed although a reason says that they can't be."""
    return [str(mutant) for mutant in some if is_noticed(mutant) == bool(claims(mutant))]


def test_a_changed_row_contradicts_the_law_in_a_sample_of_mutants() -> None:
    assert wrongly_told(Random(SEED).sample(ALL, SAMPLE)) == []


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
def test_every_changed_row_contradicts_the_law_or_means_the_same() -> None:
    assert wrongly_told(ALL) == []


def test_the_mutants_that_mean_the_same_are_counted() -> None:
    assert (len(ALL), [sum(map(reason, ALL)) for reason in EQUIVALENT]) == (4608, [261, 72, 8, 70])
    assert max(map(claims, ALL)) == 1


def test_every_row_left_out_and_every_effect_turned_round_is_noticed() -> None:
    for mutant in ALL:
        if mutant.column in {"*", "effect", "article"}:
            assert is_noticed(mutant), mutant
