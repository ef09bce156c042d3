"""Which sessions have their mark in the pictures that they are sent: a value of the policy, by what they are for. Pure.

The three organs set it (Article 14 ¶2), so that a recording that leaves the city's hands can be followed to the session
it was made in, which the ledger knows (Article 16).
"""

from collections.abc import Iterable, Mapping

from services.decider.facts import Action

MARKABLE = (Action.LIVE, Action.PLAYBACK, Action.COPY, Action.LIVE_CHECK)  # those that show pictures
Marks = frozenset[Action]
NONE: Marks = frozenset()


def marks_of(names: Iterable[str]) -> Marks:
    """The classes of these names. Those of a later release, of which nothing is known here, mark nothing."""
    said = set(names)
    return frozenset(one for one in MARKABLE if one.value in said)


def names_of(marks: Marks) -> list[str]:
    """As `marks_of` reads them."""
    return [one.value for one in MARKABLE if one in marks]


def changed(marks: Marks, by: Mapping[str, bool]) -> Marks:
    """``marks`` with those classes set or unset that ``by`` names; the others stay."""
    return marks_of((*(set(names_of(marks)) - set(by)), *(name for name, is_marked in by.items() if is_marked)))
