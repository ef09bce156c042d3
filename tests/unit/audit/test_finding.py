"""What becomes of a finding with each fact, in whatever order the facts come."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.audit.finding import Finding, FindingChange, applied
from tests.unit.audit.findings import at, raised, resolved

NOW = at(1000)


def after(*changes: FindingChange) -> Finding:
    """What the list has once these have come, in this order."""
    result: Finding | None = None
    for change in changes:
        result = applied(result, change, NOW)
    assert result is not None
    return result


def test_it_is_open_since_it_was_raised_until_it_is_resolved() -> None:
    assert (after(raised(1)).raised_at, after(raised(1)).resolved_at) == (at(1), None)
    ended = after(raised(1), resolved(5))
    assert (ended.raised_at, ended.resolved_at) == (at(1), at(5))


def test_told_anew_while_open_it_is_as_told_and_as_old_as_before() -> None:
    told = after(raised(1, count=3), raised(9, count=7))
    assert (told.owed.count, told.raised_at, told.resolved_at) == (7, at(1), None)


def test_raised_again_it_is_open_since_the_new_time() -> None:
    again = after(raised(1), resolved(5), raised(9))
    assert (again.raised_at, again.resolved_at) == (at(9), None)


def test_the_same_fact_twice_changes_nothing() -> None:
    for facts in ([raised(1)], [raised(1), resolved(5)], [raised(1), resolved(5), raised(9)]):
        assert after(*facts, facts[-1]) == after(*facts)


def test_older_news_changes_nothing() -> None:
    assert after(raised(9, count=7), resolved(5)) == after(raised(9, count=7))
    assert after(raised(9, count=7), raised(1, count=3)) == after(raised(9, count=7))


def test_an_end_told_before_its_beginning_is_an_end() -> None:
    assert after(resolved(5), raised(1)) == after(raised(1), resolved(5))


@given(
    st.permutations([raised(1, count=1), resolved(2, count=2), raised(3, count=3), resolved(4, count=4)]),
    st.integers(1, 4),
)
def test_whatever_the_order_the_newest_fact_has_the_word(facts: list[FindingChange], how_many: int) -> None:
    come = facts[:how_many]
    newest = max(come, key=lambda change: change.occurred_at)
    result = after(*come)
    assert (result.owed, result.resolved_at is None) == (newest.owed, newest.is_raised)
    assert result.told_at == newest.occurred_at


def test_a_clock_that_ran_ahead_silences_nothing_after_it() -> None:
    century = timedelta(days=36500).total_seconds() / 60
    ahead = applied(None, raised(century), NOW)
    assert ahead.raised_at == NOW, "not in a hundred years"
    assert applied(ahead, resolved(1001), at(1001)).resolved_at == at(1001)
