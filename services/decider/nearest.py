"""Why nothing allowed it: the rows that came nearest, what each lacks, and one sentence that says what to do next.

A row whose class fits and that lacks only facts is nearer than any whose class differs: facts can be supplied.
"""

from dataclasses import dataclass

from services.decider.conditions import CONDITIONS, FOLLOWS
from services.decider.model import Request, among, mismatches, needs_mask
from services.decider.policy import Policy, Row
from services.decider.vocabulary import article_text

# How far a class is off: nobody changes what they are, some may ask for another camera.
_CLASS_COST = {"role": 200, "relation": 60, "levels": 20, "categories": 20}
# A system out of service is the reason itself, and its remedy names the others; then what the caller can obtain.
_CONDITION_COST = {"operating": 1, "papers": 2, "reviewed": 2, "incident": 4, "holds-control": 4}
_OTHER_CONDITION_COST = 6
_LIKELY_COST = 200  # from here on a row is for somebody else

_CHANGE = "Levels and permissions change by a proposal under Article 14 ¶2 only."


@dataclass(frozen=True, slots=True)
class Near:
    """A row and what it still needs: condition names, then columns whose class differs. Empty when it matched."""

    row: Row
    lacking: tuple[str, ...]


def nearest(policy: Policy, request: Request, most: int) -> tuple[Near, ...]:
    """At most ``most`` allowing rows for this action and role, those that lack the fewest and cheapest things first."""
    rows = (row for row in policy.rows if row.is_allow and among(request[2], row.action))
    nears = [(near, _cost(near)) for near in (_near(row, request) for row in rows)]
    likely = [(near, cost) for near, cost in nears if cost < _LIKELY_COST]
    return tuple(near for near, _ in sorted(likely, key=lambda pair: pair[1])[:most])


def refusal_sentence(request: Request, near: Near | None) -> str:
    """For people: what was refused under which article, and the next step."""
    _, relation, action, level, category, _ = request
    asked = f"No rule allows {action} on a level-{level} camera of category {category} in relation {relation}"
    if near is None:
        return f"{asked} to this kind of agency (Article 14 ¶1). {_CHANGE}"
    steps = "; ".join(_step(near.row, name) for name in near.lacking)
    rule = f"{near.row.rule} ({article_text(near.row.article)})"
    told = f"{asked} as things stand (Article 14 ¶1). Nearest is {rule}: it needs {steps}."
    return told if all(name in CONDITIONS for name in near.lacking) else f"{told} {_CHANGE}"


def _near(row: Row, request: Request) -> Near:
    """How a row for the same action stands to the request."""
    differing = mismatches(row, request)
    unmet = needs_mask(row.needs) & ~request[5]
    lacking = [name for name in row.needs.split() if CONDITIONS[name].bit & unmet]
    return Near(row, tuple(name for name in lacking if FOLLOWS.get(name) not in lacking) + differing)


def _cost(near: Near) -> int:
    return sum(_CLASS_COST.get(name) or _CONDITION_COST.get(name, _OTHER_CONDITION_COST) for name in near.lacking)


def _step(row: Row, lacking: str) -> str:
    if condition := CONDITIONS.get(lacking):
        return f"{condition.remedy} ({article_text(condition.article)})"
    return f"{lacking} {getattr(row, lacking)}"
