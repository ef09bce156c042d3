"""Tenure: when a relay doubts that what it keeps is its own, and what ends the doubt."""

from datetime import timedelta

import pytest

from services.chassis.errors import Unavailable
from services.streams.relay.tenure import SILENCE_S, Tenure


def speaking(**fields: object) -> Tenure:
    """A relay that has spoken at second 0."""
    tenure = Tenure(timedelta(seconds=10), **fields)  # type: ignore[arg-type] # each test names its own
    tenure.speaks(0.0, 0, has_sessions=True)
    return tenure


def test_who_speaks_in_time_doubts_nothing() -> None:
    tenure = speaking()
    for turn in range(1, 20):
        tenure.speaks(turn * SILENCE_S / 2, 0, has_sessions=True)
    assert tenure.open_doubt == 0
    tenure.refuse_in_doubt()


@pytest.mark.parametrize(("at_s", "reconnects"), [(SILENCE_S + 0.1, 0), (0.5, 1)])
def test_who_stood_still_or_was_off_the_bus_doubts(at_s: float, reconnects: int) -> None:
    tenure = speaking()
    tenure.speaks(at_s, reconnects, has_sessions=True)
    assert tenure.open_doubt == 1
    with pytest.raises(Unavailable, match="asks which sessions"):
        tenure.refuse_in_doubt()
    tenure.settle(1)
    tenure.speaks(at_s + 0.5, reconnects, has_sessions=True)
    assert tenure.open_doubt == 0


def test_who_keeps_nothing_doubts_nothing() -> None:
    tenure = speaking()
    tenure.speaks(60.0, 3, has_sessions=False)
    assert tenure.open_doubt == 0


def test_the_answer_to_an_earlier_doubt_ends_no_later_one() -> None:
    tenure = speaking()
    tenure.speaks(5.0, 0, has_sessions=True)
    tenure.speaks(10.0, 0, has_sessions=True)
    tenure.settle(1)
    assert tenure.open_doubt == 2
    tenure.settle(2)
    assert tenure.open_doubt == 0


def test_a_doubt_without_answer_runs_out_by_the_lease() -> None:
    tenure = speaking()
    tenure.speaks(5.0, 0, has_sessions=True)
    assert not tenure.has_run_out(14.9)
    assert tenure.has_run_out(15.1)
    tenure.settle(1)
    assert not tenure.has_run_out(15.1)


def test_assignments_are_numbered_and_who_drains_takes_none() -> None:
    tenure = Tenure()
    assert [tenure.take(), tenure.take()] == [1, 2]
    tenure.refuse_new()
    tenure.is_draining = True
    with pytest.raises(Unavailable, match="drains"):
        tenure.refuse_new()
