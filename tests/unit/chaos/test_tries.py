"""The judge of the tries finds each that moved the camera."""

from random import Random
from typing import Any, cast

import pytest

from chaos.commands import Line
from chaos.tries import Assault, judged


def assault(**changes: Any) -> Assault:
    """Two lawful commands, both answered as done."""
    made = Assault(cast(Any, None), Random(1), lawful={1: (5, True), 2: (6, True)})
    for name, value in changes.items():
        setattr(made, name, value)
    return made


LAWFUL = [Line(1, 5, 1.0), Line(2, 6, 2.0)]


def test_a_lawful_log_holds() -> None:
    figures, wrong = judged(assault(), LAWFUL)
    assert wrong == []
    assert (figures["commands_applied"], figures["stale_epoch_applied"]) == (2, 0)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, [*LAWFUL, Line(-500_000, 5, 3.0)]),  # a try, by an older epoch
        ({}, [*LAWFUL, Line(-500_000, 6, 3.0)]),  # a try, by the newest
        ({}, [LAWFUL[1], LAWFUL[0]]),
        ({}, [Line(1, 6, 1.0), LAWFUL[1]]),  # lawful, under another epoch than it was granted
        ({}, LAWFUL[:1]),  # answered and lost
        ({"obeyed": ["older"]}, LAWFUL),
    ],
)
def test_whatever_does_not_hold_is_found(changes: dict[str, Any], lines: list[Line]) -> None:
    figures, wrong = judged(assault(**changes), lines)
    assert wrong
    assert figures["stale_epoch_applied"] or figures["answered_and_lost"]
