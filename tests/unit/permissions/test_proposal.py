"""A proposal's states (Article 14 ¶2): what each act, the clock and a faster proposal do to it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.permissions.joint import proposal as states
from services.permissions.joint.proposal import Proposal, State
from tests.unit.decider.cast import CITY_POLICE, COMMAND, INFORMATIZATION, LATER, NOW, OPERATOR, POLICE, SECURITY

ORGANS = (CITY_POLICE, INFORMATIZATION, SECURITY)
OPEN = Proposal("policyProposals/1", b"d" * 32, 1, CITY_POLICE.name, NOW, LATER)
OTHERS = (POLICE, COMMAND, OPERATOR, replace(SECURITY, is_suspended=True))


def signed(proposal: Proposal, *organs: object) -> Proposal:
    for organ in organs:
        proposal = states.sign(proposal, organ, b"s" * 64, NOW, is_genuine=True)  # type: ignore[arg-type]
    return proposal


@given(st.permutations(ORGANS))
def test_three_organs_in_any_order_and_never_two(order: list[object]) -> None:
    assert not states.is_signed(signed(OPEN, *order[:2]))
    assert states.is_signed(signed(OPEN, *order))


@pytest.mark.parametrize("other", OTHERS)
def test_nobody_else_signs_or_rejects(other: object) -> None:
    with pytest.raises(Denied, match="14 ¶2"):
        signed(OPEN, other)
    with pytest.raises(Denied, match="14 ¶2"):
        states.reject(OPEN, other, "no", NOW)  # type: ignore[arg-type]


def test_a_signature_that_is_not_genuine_counts_for_nothing() -> None:
    with pytest.raises(InvalidArgument, match="Ed25519"):
        states.sign(OPEN, SECURITY, b"s" * 64, NOW, is_genuine=False)


def test_an_organ_signs_once() -> None:
    with pytest.raises(FailedPrecondition, match="has signed"):
        signed(OPEN, SECURITY, SECURITY)


@pytest.mark.parametrize("other", [SECURITY, INFORMATIZATION, *OTHERS])
def test_only_who_leads_withdraws(other: object) -> None:
    with pytest.raises(Denied, match="proposes"):
        states.withdraw(OPEN, other, "no", NOW)  # type: ignore[arg-type]
    assert states.withdraw(OPEN, CITY_POLICE, "a better one follows", NOW).state is State.WITHDRAWN


@pytest.mark.parametrize(
    ("newest", "later", "state"),
    [
        (1, timedelta(0), State.OPEN),
        (1, LATER - NOW - timedelta(microseconds=1), State.OPEN),
        (1, LATER - NOW, State.EXPIRED),
        (2, timedelta(0), State.OUTDATED),
        (2, LATER - NOW, State.OUTDATED),
    ],
)
def test_time_and_a_faster_proposal_end_it(newest: int, later: timedelta, state: State) -> None:
    settled = states.settled(OPEN, newest, NOW + later)
    assert settled.state is state
    if state is not State.OPEN:
        with pytest.raises(FailedPrecondition, match=state.value):
            signed(settled, SECURITY)


@given(st.sampled_from([state for state in State if state is not State.OPEN]), st.integers(1, 9))
def test_what_is_over_stays_over(state: State, newest: int) -> None:
    over = replace(OPEN, state=state, closed_at=NOW)
    assert states.settled(over, newest, LATER) == over
    for act in (states.reject, states.withdraw):
        with pytest.raises(FailedPrecondition):
            act(over, CITY_POLICE, "too late", LATER)
