"""The words that a policy may use, column by column, and the two grants that no policy may make.

Each cell reader returns the canonical text or raises ValueError saying what is allowed.
"""

import re
from collections.abc import Callable, Iterable

from services.decider.conditions import CONDITIONS
from services.decider.facts import CATEGORIES, LEVELS, SEALED_LEVEL, Action, AgencyKind, Relation, Tier

ANY = "any"
ROLES = tuple(k.value for k in AgencyKind) + tuple(f"{k.value}@{t.value}" for k in AgencyKind for t in Tier)
_SHOWN = 300  # characters of an offered list or of a foreign cell that a message repeats


def article_text(references: str) -> str:
    """'18.1 19' as people cite it: 'Article 18 ¶1, Article 19'."""
    return ", ".join("Article " + reference.replace(".", " ¶") for reference in references.split())


def refusal(kinds: frozenset[str], relation: str, action: str, levels: str) -> tuple[str, str] | None:
    """Column and reason why a row that allows ``kinds`` of agency breaks the law, whoever signed it; None if lawful."""
    if action == ANY or Action.DELETE in action.split():
        return "action", "nobody may delete originals (Article 16 ¶1): name the actions without delete"
    sealed = levels == ANY or str(SEALED_LEVEL) in levels.split()
    if sealed and kinds != {AgencyKind.NATIONAL_SECURITY} and relation != Relation.OWN:
        return "levels", "level 5 is for national security and the camera's own operator (Article 11): use 1-4"
    return None


def name(cell: str) -> str:
    """Of a rule or a role."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell) or len(cell) > 64 or cell == "default-deny":
        raise ValueError("a name of up to 64 small letters, digits and single hyphens, not default-deny")
    return cell


def article(cell: str) -> str:
    """One or several, such as "18.1 19"."""
    if not all(re.fullmatch(r"([1-9]|[12][0-9]|30)(\.[1-3])?", word) for word in cell.split(" ")):
        raise ValueError("articles 1 to 30 with their paragraph after a point, such as 18.1 19")
    return cell


def sentence(cell: str) -> str:
    """For people: why."""
    if not 1 <= len(cell) <= 200 or not cell.isprintable() or cell != cell.strip() or set(cell) & set(',"'):
        raise ValueError("one line of 1 to 200 printable characters without commas or quotes")
    return cell


def _effect(cell: str) -> str:
    if cell not in ("allow", "deny"):
        raise ValueError("allow or deny")
    return cell


def words(allowed: Iterable[str], otherwise: str | None = ANY) -> Callable[[str], str]:
    """A reader of words out of ``allowed``, or of ``otherwise``, which stands alone; None: there is no such thing."""
    order = {word: index for index, word in enumerate(allowed)}
    offer = " ".join(order) + ("" if otherwise is None else f" or {otherwise or 'nothing'}")

    def read(cell: str) -> str:
        if cell == otherwise:
            return cell
        named = cell.split(" ")
        if not all(word in order for word in named) or len(set(named)) < len(named):
            raise ValueError(f"{cell[:_SHOWN]!r} is not allowed: use, each once, {offer[:_SHOWN]}")
        return " ".join(sorted(named, key=order.__getitem__))

    return read


def _numbers(allowed: range) -> Callable[[str], str]:
    """A reader of numbers and ranges ('1-3 5') inside ``allowed``, or `any`; spelt out, since text does not order."""
    spelt = words(str(n) for n in allowed)

    def read(cell: str) -> str:
        return spelt(" ".join(_span(word) for word in cell.split(" ")))

    return read


def _span(word: str) -> str:
    if not (match := re.fullmatch(r"([1-9][0-9]?)-([1-9][0-9]?)", word)):
        return word
    first, last = int(match[1]), int(match[2])
    return " ".join(str(n) for n in range(first, last + 1)) or word


def cells(defined: Iterable[str]) -> dict[str, Callable[[str], str]]:
    """The readers of a row's cells, column by column; ``defined`` are roles beyond those of kind and tier."""
    return {**_CELLS, "role": words((*ROLES, *defined))}


_CELLS: dict[str, Callable[[str], str]] = {
    "rule": name,
    "article": article,
    "role": words(ROLES),
    "relation": words(r.value for r in Relation),
    "action": words(a.value for a in Action),
    "levels": _numbers(LEVELS),
    "categories": _numbers(CATEGORIES),
    "needs": words(CONDITIONS, otherwise=""),
    "effect": _effect,
    "sentence": sentence,
}
