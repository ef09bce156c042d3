"""What the law says of a case and what the rows of a policy say of it, in one form that can be compared.

A saying maps (effect, citation) to the moments of which it is said: bit n of a number stands for the case's moment n,
so that hundreds of moments are compared at once. Rows are read by the model's own functions, as `model.matches` does.
"""

from functools import cache, reduce
from operator import or_

from services.decider.model import met, mismatches
from services.decider.policy import Policy, Row
from tests.truth.articles import FORBIDDEN, GRANTED
from tests.truth.classes import Case, Moment, moments, questions, request

Saying = dict[tuple[str, str], int]
Matched = list[tuple[Row, int]]  # rows with the moments in which each matches


@cache
def law(case: Case) -> Saying:
    """The articles that forbid and grant, with the moments in which each does."""
    said: Saying = {}
    asked = [question for question, _ in questions(case)]
    for effect, articles in (("deny", FORBIDDEN), ("allow", GRANTED)):
        for citation, holds in articles.items():
            if found := sum(1 << n for n, question in enumerate(asked) if holds(question)):
                said[effect, citation] = found
    return said


def matching(policy: Policy, case: Case, category: int = 1) -> Matched:
    """The rows that match the case in some moment."""
    return [(row, found) for row in policy.rows if (found := moments_of(row, case, category))]


def moments_of(row: Row, case: Case, category: int = 1) -> int:
    """The moments in which the row matches."""
    return 0 if mismatches(row, request(case, 0, category)) else _meeting(moments(case), row.needs)


def faults(matched: Matched, case: Case) -> list[str]:
    """Where rows and law part, in words: a citation that holds for other moments, or two rows that say the same."""
    found = []
    said: Saying = {}
    for row, when in matched:
        key = row.effect, row.article
        if said.get(key, 0) & when:  # which of the two sentences is shown would be chance
            found.append(f"{row.rule} says again what another row says: {_first(case, said[key] & when)}")
        said[key] = said.get(key, 0) | when
    lawful = law(case)
    for key in said.keys() | lawful.keys():
        if more := said.get(key, 0) & ~lawful.get(key, 0):
            found.append(f"the rows {key} where the law does not: {_first(case, more)}")
        if less := lawful.get(key, 0) & ~said.get(key, 0):
            found.append(f"the law {key} where the rows do not: {_first(case, less)}")
    return found


def allowed(said: Saying) -> int:
    """The moments in which it is allowed: what forbids goes before what grants."""
    return _any(said, "allow") & ~_any(said, "deny")


def _any(said: Saying, effect: str) -> int:
    return reduce(or_, (when for (each, _), when in said.items() if each == effect), 0)


def _first(case: Case, when: int) -> str:
    """The first of these moments, as the law reads it."""
    return str(next(asked for n, (asked, _) in enumerate(questions(case)) if when >> n & 1))


@cache
def _meeting(asked: tuple[Moment, ...], needs: str) -> int:
    return sum(1 << n for n, moment in enumerate(asked) if met(moment.bits, needs))
