"""Every small change of one row: a word put in or taken out of a cell, the effect turned round, the row left out.

A row's name and sentence are for people; tests/unit/decider/test_policy.py holds the name to the article.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.decider.conditions import CONDITIONS, FOLLOWS, PAPER_ACTIONS
from services.decider.facts import CATEGORIES, LEVELS, Action, AgencyKind, Relation
from services.decider.policy import Row
from services.decider.vocabulary import ANY, ROLES

# The words of each column, and those that `any` is spelt out to before one is taken out.
WORDS: dict[str, tuple[str, ...]] = {
    "role": ROLES,
    "relation": tuple(r.value for r in Relation),
    "action": tuple(a.value for a in Action),
    "levels": tuple(str(level) for level in LEVELS),
    "categories": tuple(str(category) for category in CATEGORIES),
    "needs": tuple(CONDITIONS),
}
SPELT = WORDS | {"role": tuple(kind.value for kind in AgencyKind)}


@dataclass(frozen=True, slots=True)
class Mutant:
    """``row`` as it should be, what it was changed to (None: left out), and the change in words."""

    row: Row
    changed: Row | None
    column: str
    change: str

    def __str__(self) -> str:
        return f"{self.row.rule}: {self.column} {self.change}"


def mutants(row: Row) -> Iterator[Mutant]:
    """All of one row, in the order of its columns."""
    for column in WORDS:
        for change, cell in _changes(column, getattr(row, column)):
            yield Mutant(row, replace(row, **{column: cell}), column, change)
    yield Mutant(row, replace(row, article="1"), "article", "exchanged")
    yield Mutant(row, replace(row, effect="deny" if row.is_allow else "allow"), "effect", "turned round")
    yield Mutant(row, None, "*", "left out")


def _changes(column: str, cell: str) -> Iterator[tuple[str, str]]:
    """Each change of one cell, named, with the cell that comes of it."""
    is_any = cell == ANY
    held = SPELT[column] if is_any else tuple(cell.split())
    if not is_any and column != "needs":
        yield f"→ {ANY}", ANY
    for word in WORDS[column]:
        if word in held:
            rest = " ".join(other for other in held if other != word)
            if rest or column == "needs":  # a cell without words matches nothing: the row is left out below
                yield f"-{word}", rest
        elif not is_any:
            yield f"+{word}", " ".join((*held, word))


def is_of_the_other_tier(mutant: Mutant) -> bool:
    """It adds a tier that never stands so to a camera: a district's agency as municipal, the city's as district."""
    role, relation = (set(getattr(mutant.row, column).split()) for column in ("role", "relation"))
    word = mutant.change.removeprefix("+")
    for here, other in (("district", "municipal"), ("municipal", "district")):
        if mutant.column == "relation" and word == other and all(held.endswith(f"@{here}") for held in role):
            return True
        if mutant.column == "role" and relation == {here} and (word.endswith(f"@{other}") or f"{word}@{here}" in role):
            return True
    return False


def is_held_already(mutant: Mutant) -> bool:
    """It adds one tier of a kind whose both tiers the row names."""
    kind, at, _ = mutant.change.removeprefix("+").partition("@")
    return mutant.column == "role" and mutant.change.startswith("+") and bool(at) and kind in mutant.row.role.split()


def is_said_by_another(mutant: Mutant) -> bool:
    """It takes out a need that another need of the row can't do without (conditions.FOLLOWS)."""
    left = set((mutant.changed.needs if mutant.changed else "").split())
    return mutant.column == "needs" and mutant.change[1:] in {FOLLOWS.get(need) for need in left} - left


def is_without_papers(mutant: Mutant) -> bool:
    """It adds an action that no papers bear on to a row that needs papers (conditions.PAPER_ACTIONS)."""
    is_one = mutant.column == "action" and mutant.change.startswith("+")
    return is_one and "papers" in mutant.row.needs.split() and Action(mutant.change[1:]) not in PAPER_ACTIONS


# Why a mutant means what its row means. Each that lives is claimed by one of these, and each that is claimed lives.
EQUIVALENT = (is_of_the_other_tier, is_held_already, is_said_by_another, is_without_papers)
