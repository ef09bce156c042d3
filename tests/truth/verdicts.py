"""Casbin itself, as the platform asks it, held to the law class by class. One engine a process, in its one thread."""

from collections.abc import Iterable
from functools import cache
from random import Random

from services.decider.decision import DEFAULT_DENY, DEFAULT_DENY_ARTICLE, Decision
from services.decider.engine import Engine
from services.decider.facts import CATEGORIES
from services.decider.model import Request
from tests.truth.articles import FORBIDDEN, GRANTED, Asked
from tests.truth.classes import Case, questions, request
from tests.unit.decider.cast import GENESIS

CITED = {row.rule: row.article for row in GENESIS.rows}


@cache
def engine() -> Engine:
    """The genesis policy at work in this process."""
    return Engine(GENESIS, revision=1)


def judged(cases: Iterable[Case]) -> tuple[int, list[str]]:
    """How many classes these cases have, and the first of them that Casbin and the law tell differently."""
    count = 0
    found: list[str] = []
    for case in cases:
        category = Random(str(case)).choice(CATEGORIES)  # the law asks for none, so any must do
        for asked, bits in questions(case):
            count += 1
            decision = casbins(request(case, bits, category))
            if not is_as_the_law_says(decision, asked) and len(found) < 5:
                found.append(f"{decision.rule} for category {category} of {asked}")
    return count, found


def casbins(asked: Request) -> Decision:
    """Casbin's own answer: what the engine tells kin of a class that it knows is another test's (test_engine.py)."""
    ruling = engine()._ask(asked)
    return ruling[0] if ruling else Decision(False, DEFAULT_DENY, DEFAULT_DENY_ARTICLE, "", revision=1)


def is_as_the_law_says(decision: Decision, asked: Asked) -> bool:
    """The same verdict, and it cites an article that says so here; `default-deny` when none says anything."""
    forbidding = {citation for citation, forbids in FORBIDDEN.items() if forbids(asked)}
    granting = {citation for citation, grants in GRANTED.items() if grants(asked)}
    if not forbidding and not granting:
        return decision.rule == DEFAULT_DENY and not decision.allowed
    return decision.allowed is not bool(forbidding) and CITED.get(decision.rule) in (forbidding or granting)
