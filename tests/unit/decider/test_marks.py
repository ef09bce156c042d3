"""Marks: which classes of session have theirs in the pictures, as the policy says."""

import pytest

from services.decider.facts import Action
from services.decider.marks import MARKABLE, NONE, changed, marks_of, names_of

COPY, LIVE = Action.COPY, Action.LIVE


def test_marks_are_read_as_they_are_said_and_what_is_not_known_marks_nothing() -> None:
    assert names_of(marks_of(["copy", "live"])) == ["live", "copy"]
    assert marks_of(["of a later release", "administer", ""]) == NONE
    for one in MARKABLE:
        assert marks_of(names_of(frozenset({one}))) == {one}


@pytest.mark.parametrize(
    ("by", "after"),
    [
        ({}, {COPY}),
        ({"live": True}, {COPY, LIVE}),
        ({"copy": False}, set()),
        ({"copy": False, "live": True}, {LIVE}),
        ({"copy": True, "live": False}, {COPY}),
    ],
)
def test_what_a_change_does_not_name_stays(by: dict[str, bool], after: set[Action]) -> None:
    assert changed(marks_of(["copy"]), by) == after
