"""What is kept of a camera's pointings, and which facts follow from what happens to it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from services.chassis.clock import ManualClock
from services.streams.kept_pointings import (
    Change,
    Due,
    Happened,
    KeptPointings,
    Over,
    on_command,
    on_dropped,
    on_ends,
    on_given_up,
    on_order,
    on_restored,
)
from services.streams.pointings import Pointing, told

CAMERA = "districts/440104/cameras/44010400001320000018"
NOW = ManualClock().now()
HERE, THERE = Pointing(0.5, 0, 0), Pointing(-0.5, 0, 1)
FIRST, SECOND = "takeovers/1", "takeovers/2"
DUE = Due(FIRST, NOW)


def after(*changes: Change) -> list[str]:
    """The verbs of what happened."""
    return [event.verb for _, events in changes for event in events]


def commanded(kept: KeptPointings, takeover: str, seen: Pointing | None = None) -> Change:
    return on_command(kept, takeover, seen, is_sealed=False)


def owed() -> KeptPointings:
    """HERE, after the first takeover."""
    kept, _ = commanded(KeptPointings(CAMERA), FIRST, HERE)
    kept, events = on_ends(kept, [Over(CAMERA, FIRST, NOW)])
    assert (kept.due, events) == (DUE, ())
    return kept


def test_only_a_takeovers_first_command_is_kept() -> None:
    assert commanded(KeptPointings(CAMERA), "") == (KeptPointings(CAMERA), ())
    assert not KeptPointings(CAMERA).is_changed_by("")
    kept, events = commanded(KeptPointings(CAMERA), FIRST, HERE)
    assert events == (Happened("stored", FIRST, HERE),)
    assert not kept.is_changed_by(FIRST)
    assert commanded(kept, FIRST, THERE) == (kept, ())


def test_a_restoring_is_ordered_once_under_each_epoch_and_then_over() -> None:
    kept, events = on_order(owed(), DUE, 7, is_sealed=False)
    assert events == (Happened("restore_ordered", FIRST, HERE, 7),)
    assert on_order(kept, DUE, 7, is_sealed=False) == (kept, ())
    kept, events = on_order(kept, DUE, 8, is_sealed=True)
    assert (after((kept, events)), kept.is_sealed) == (["restore_ordered"], True)
    kept, events = on_restored(kept, DUE, 8)
    assert (kept.is_empty, kept.due, events) == (True, None, (Happened("restored", FIRST, HERE, 8),))
    assert on_restored(kept, DUE, 8) == (kept, ()), "another replica was first"


def test_who_commands_first_has_what_is_owed_dropped_on_record() -> None:
    kept, events = commanded(owed(), "")
    assert (kept.is_empty, after((kept, events))) == (True, ["dropped"])
    for late in (partial(on_order, epoch=1, is_sealed=False), partial(on_restored, epoch=1), on_dropped):
        assert late(kept, due=DUE) == (kept, ())
    kept, events = commanded(owed(), SECOND, THERE)
    assert [(one.verb, one.takeover, one.pointing) for one in events] == [
        ("dropped", FIRST, HERE), ("stored", SECOND, HERE),
    ]  # fmt: skip


@pytest.mark.parametrize("give_up", [on_dropped, partial(on_given_up, reason="it is away")])
def test_what_is_tried_no_more_is_owed_still_to_those_below_the_next_takeover(give_up: Callable[..., Change]) -> None:
    kept, events = give_up(owed(), due=DUE)
    assert (kept.due, len(events), kept.is_empty) == (None, 1, False)
    assert give_up(kept, due=DUE) == (kept, ())
    kept, _ = commanded(kept, SECOND, THERE)
    kept, _ = on_ends(kept, [Over(CAMERA, SECOND, NOW)])
    assert kept.stack.owed == HERE


def test_ends_that_come_together_are_one_restoring_to_what_was_before_all_of_them() -> None:
    kept, _ = commanded(KeptPointings(CAMERA), FIRST, HERE)
    kept, _ = commanded(kept, SECOND, THERE)
    later = NOW + timedelta(seconds=1)
    for ends in ([Over(CAMERA, FIRST, NOW), Over(CAMERA, SECOND, later)],
                 [Over(CAMERA, SECOND, NOW), Over(CAMERA, FIRST, later)]):  # fmt: skip
        found, events = on_ends(kept, ends)
        assert (found.stack.owed, found.due, events) == (HERE, Due(ends[-1].takeover, later), ())


def test_nothing_is_due_while_the_same_agency_holds_on_or_when_it_was_never_read() -> None:
    kept, _ = commanded(KeptPointings(CAMERA), FIRST, None)
    heir, events = on_ends(kept, [Over(CAMERA, FIRST, NOW, heir=SECOND)])
    assert (heir.due, heir.top, events) == (None, SECOND, ())
    lost, events = on_ends(kept, [Over(CAMERA, FIRST, NOW)])
    assert (lost.due, after((lost, events)), lost.is_empty) == (None, ["given_up"], False)


def test_what_a_camera_says_is_a_pointing_only_when_it_can_be_one() -> None:
    assert told(-1, 1.0, 0) == Pointing(-1.0, 1.0, 0.0)
    nan, much = float("nan"), float("inf")
    for wrong in ((nan, 0, 0), (0, much, 0), (0, 0, -0.1), (1.01, 0, 0), ("0", 0, 0), (True, 0, 0), (None, 0, 0)):
        assert told(*wrong) is None
