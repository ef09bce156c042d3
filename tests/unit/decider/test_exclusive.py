"""Exclusive takeovers: whose view they suspend, and whose they never touch."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.decider.exclusive import SUSPENDED, Suspension, suspension
from services.decider.facts import Action, Circumstances, Principal, Takeover
from services.decider.holder import RANK, holder, in_force
from services.decider.replica import Case
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    EVERYBODY,
    INFORMATIZATION,
    LATER,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECTOR,
    TUNNEL,
    URBAN,
    takeover,
)

MINUTE = timedelta(minutes=1)
COMMANDS = replace(takeover(COMMAND), is_exclusive=True)
WHOLLY = replace(COMMANDS, suspends_duty=True)
POLICES = replace(takeover(POLICE, number=2), is_exclusive=True)
OPEN = replace(POLICES, is_exclusive=False)
MEANWHILE = Suspension(COMMANDS.name, COMMAND.agency, LATER)
takers = st.sampled_from([who for who in EVERYBODY if who.kind in RANK])
minutes = st.integers(-5, 90)
takeovers = st.lists(
    st.builds(
        lambda who, number, camera, ends, exclusive, duty: replace(
            takeover(who, number, camera), is_exclusive=exclusive, suspends_duty=exclusive and duty,
            ends_at=NOW + ends * MINUTE,
        ),
        takers, st.integers(1, 9), st.sampled_from([TUNNEL, PARK]), minutes, st.booleans(), st.booleans(),
    ),
    max_size=5, unique_by=lambda one: (one.number, one.camera),
)  # fmt: skip
anybody, actions = st.sampled_from(EVERYBODY), st.sampled_from(list(Action))


def found(who: Principal, *taken: Takeover, action: Action = Action.LIVE, at: datetime = NOW) -> Suspension | None:
    return suspension(who, TUNNEL, action, Circumstances(takeovers=taken), at)


@pytest.mark.parametrize("who", [URBAN, SECTOR, INFORMATIZATION])
@pytest.mark.parametrize("action", sorted(SUSPENDED))
def test_who_ranks_below_is_suspended_while_it_holds(who: Principal, action: Action) -> None:
    assert found(who, COMMANDS, action=action) == MEANWHILE
    assert found(who, COMMANDS, action=action, at=LATER) is None, "it is over"
    assert found(who, replace(COMMANDS, camera=PARK.name), action=action) is None, "another camera"


def test_the_operators_duty_view_goes_on_unless_the_holder_said_why_not() -> None:
    assert found(OPERATOR, COMMANDS) is None
    assert found(OPERATOR, COMMANDS, action=Action.COPY) == MEANWHILE, "a copy is nobody's duty"
    assert found(OPERATOR, WHOLLY) == MEANWHILE
    another = replace(OPERATOR, agency="agencies/another operator")
    assert found(another, COMMANDS) == MEANWHILE


def test_a_higher_rank_that_is_not_exclusive_gives_the_view_back() -> None:
    assert found(URBAN, COMMANDS, OPEN) is None
    assert found(URBAN, COMMANDS, replace(OPEN, ends_at=NOW + MINUTE), at=NOW + MINUTE) == MEANWHILE
    assert found(COMMAND, COMMANDS, POLICES) == Suspension(POLICES.name, POLICE.agency, LATER)


def test_who_holds_already_may_make_it_exclusive_by_another_takeover_and_is_told_of_the_last_end() -> None:
    plain = replace(COMMANDS, is_exclusive=False)
    longer = replace(WHOLLY, name="takeovers/9", number=9, ends_at=LATER + MINUTE)
    assert found(URBAN, plain, COMMANDS) == MEANWHILE
    assert found(URBAN, COMMANDS, longer) == Suspension("takeovers/9", COMMAND.agency, LATER + MINUTE)


def test_of_one_kind_nobody_ranks_below_the_other() -> None:
    assert found(CITY_POLICE, POLICES) is None
    assert found(POLICE, replace(takeover(CITY_POLICE), is_exclusive=True)) is None


def test_a_refusal_names_the_holder_the_article_and_until_when() -> None:
    told = MEANWHILE.said_of(TUNNEL.name)
    assert all(word in told for word in (TUNNEL.name, COMMAND.agency, "Article 18", LATER.isoformat()))


@given(anybody, actions, takeovers, minutes)
def test_never_a_higher_rank_nor_the_holders_agency_nor_what_is_no_viewing(
    who: Principal, action: Action, taken: list[Takeover], minute: int
) -> None:
    now = NOW + minute * MINUTE
    held = suspension(who, TUNNEL, action, Circumstances(takeovers=tuple(taken)), now)
    if held is None:
        return
    holding = holder(TUNNEL, taken, now).takeover
    assert holding is not None
    assert (holding.agency, who.agency != holding.agency) == (held.agency, True)
    assert RANK.get(who.kind, len(RANK)) > RANK[holding.kind]
    assert action in SUSPENDED, "inspections, live checks, control and records never are"
    assert now < held.until
    [by] = [one for one in taken if (one.name, one.camera, one.agency) == (held.takeover, TUNNEL.name, held.agency)]
    assert by.is_exclusive
    assert who.agency != TUNNEL.operator or action is not Action.LIVE or by.suspends_duty


@given(anybody, actions, takeovers, minutes)
def test_it_is_over_where_nothing_in_force_is_exclusive(
    who: Principal, action: Action, taken: list[Takeover], minute: int
) -> None:
    now = NOW + minute * MINUTE
    left = tuple(one for one in taken if not (one.is_exclusive and in_force(one, now)))
    assert suspension(who, TUNNEL, action, Circumstances(takeovers=left), now) is None


@given(anybody, takeovers, minutes)
def test_who_hears_of_takeovers_later_is_suspended_as_who_was_decided_with_them(
    who: Principal, taken: list[Takeover], minute: int
) -> None:
    """A relay leaves what it knows of a session's own agency as it was: that changes nobody's suspension."""
    here = tuple(one for one in taken if one.camera == TUNNEL.name)
    fresh = Case(who, TUNNEL, Action.LIVE, Circumstances(takeovers=here))
    earlier = Case(who, TUNNEL, Action.LIVE, Circumstances())
    now = NOW + minute * MINUTE
    assert earlier.taken(here).suspension(now) == fresh.suspension(now)
