"""A caller spends its burst, then what the rate gives back, and never more at once than allowed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import errors
from services.gateway.limits import Allowances, Limits


def test_a_burst_passes_and_the_next_call_waits_for_the_rate() -> None:
    allowances = Allowances(Limits(calls_per_s=10, burst=3))
    for _ in range(3):
        with allowances.taken("a", 0):
            pass
    with pytest.raises(errors.Exhausted) as raised, allowances.taken("a", 0):
        pass
    assert raised.value.retry_after == timedelta(milliseconds=100)
    with allowances.taken("b", 0), allowances.taken("a", 0.1):
        pass


def test_who_comes_back_a_moment_too_early_is_given_a_delay_all_the_same() -> None:
    """A delay of less than a microsecond would be told as none."""
    allowances = Allowances(Limits(calls_per_s=10, burst=1))
    with allowances.taken("a", 0):
        pass
    with pytest.raises(errors.Exhausted) as raised, allowances.taken("a", 0.1 - 1e-9):
        pass
    assert raised.value.retry_after == timedelta(milliseconds=1)


@given(st.lists(st.floats(0, 2), max_size=60))
def test_over_any_span_no_more_pass_than_burst_and_rate_allow(gaps_s: list[float]) -> None:
    allowances, now_s, passed = Allowances(Limits(calls_per_s=5, burst=7)), 0.0, 0
    for gap_s in gaps_s:
        now_s += gap_s
        try:
            with allowances.taken("a", now_s):
                passed += 1
        except errors.Exhausted:
            continue
    assert passed <= 7 + 5 * now_s + 1e-6


def test_calls_at_once_are_bounded_and_freed_when_one_fails() -> None:
    allowances = Allowances(Limits(at_once=1))
    with allowances.taken("a", 0), pytest.raises(errors.Exhausted), allowances.taken("a", 0):
        pass
    with pytest.raises(KeyError), allowances.taken("a", 0):
        raise KeyError
    with allowances.taken("a", 0):
        pass


def test_the_longest_silent_caller_is_forgotten_beyond_ten_thousand() -> None:
    allowances = Allowances(Limits(calls_per_s=0.001, burst=1))
    for number in range(10_001):
        with allowances.taken(str(number), 0):
            pass
    with allowances.taken("0", 0):  # forgotten: a fresh burst
        pass
    with pytest.raises(errors.Exhausted), allowances.taken("10000", 0):
        pass
