"""The life cycle: the steps that exist and no others, who makes them, and that all that is missing is told at once."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kapok.registry.v1 import camera_pb2
from services.chassis.errors import FailedPrecondition
from services.registry.duties import Duty
from services.registry.lifecycle import (
    Authority,
    LifeState,
    is_accepted,
    is_barred,
    is_operating,
    missing_for,
    steps_from,
    transition,
)
from services.registry.system import Acceptance, Funding, FundingKind
from tests.unit.registry.systems import LATER, NOW, SEEN, TINY, qualified, system

PLANNED, BUILT, ACCEPTED, SERVING, PAUSED, BARRED, RETIRED = STATES = [state for state in LifeState if state]
OPERATOR, POLICE = Authority
# Written out once more, as the articles tell it.
LEGAL = {
    OPERATOR: {(PLANNED, BUILT), (BUILT, ACCEPTED), (ACCEPTED, SERVING), (SERVING, PAUSED), (PAUSED, SERVING),
               (PLANNED, RETIRED), (BUILT, RETIRED), (ACCEPTED, RETIRED), (SERVING, RETIRED), (PAUSED, RETIRED),
               (BARRED, RETIRED)},
    POLICE: {(SERVING, BARRED), (PAUSED, BARRED), (BARRED, SERVING)},
}  # fmt: skip
SIGN = Duty("art12-sign", "Article 12", "set up a sign")
CHECKED = Duty("art13-maintenance", "Article 13", "qualify")


def test_the_states_are_those_of_the_api() -> None:
    ours = {f"LIFE_STATE_{state.name}": state.value for state in LifeState}
    assert ours == dict(camera_pb2.LifeState.items())


@pytest.mark.parametrize(("start", "to", "by"), [*product(LifeState, LifeState, Authority)])
def test_a_step_is_made_by_whom_the_articles_name_and_by_nobody_else(
    start: LifeState, to: LifeState, by: Authority
) -> None:
    before = system(state=start)
    if (start, to) in LEGAL[by]:
        assert transition(before, to, by, ()) == replace(before, state=to)
        return
    with pytest.raises(FailedPrecondition) as refused:
        transition(before, to, by, (SIGN,))
    assert refused.value.reason == "STATE_WRONG", "a step that does not exist is told before the papers that it lacks"
    assert refused.value.metadata["state"] == start.name


def test_a_refused_step_says_which_are_possible_and_who_makes_them() -> None:
    with pytest.raises(FailedPrecondition) as refused:
        transition(system(state=PAUSED), BUILT, OPERATOR, ())
    assert refused.value.message == (
        "operators/parks/systems/north is suspended by operator; from there it can become: in service (made by its "
        "operator), suspended by public security (made by public security), retired (made by its operator)"
    )
    with pytest.raises(FailedPrecondition, match="retired; no step leads on"):
        transition(system(state=RETIRED), PLANNED, OPERATOR, ())


def test_an_incomplete_system_is_told_all_that_it_lacks() -> None:
    with pytest.raises(FailedPrecondition) as refused:
        transition(system(state=ACCEPTED), SERVING, OPERATOR, (SIGN, CHECKED))
    assert refused.value.reason == "SYSTEM_INCOMPLETE"
    assert refused.value.metadata == {"article": "Article 12, Article 13", "missing": "art12-sign,art13-maintenance"}
    assert "set up a sign (Article 12); qualify (Article 13)" in refused.value.message


@pytest.mark.parametrize(
    ("holds", "states"),
    [
        (is_accepted, {ACCEPTED, SERVING, PAUSED, BARRED}),
        (is_operating, {SERVING}),
        (is_barred, {BARRED, RETIRED}),
    ],
)
def test_what_a_state_means_for_streams(holds: Any, states: set[LifeState]) -> None:
    assert {state for state in LifeState if holds(state)} == states


@pytest.mark.parametrize("to", STATES)
def test_a_whole_system_lacks_nothing_for_any_step(to: LifeState) -> None:
    assert missing_for(system(), to, True, NOW) == ()


LACKING: list[tuple[LifeState, dict[str, Any], str]] = [
    (BUILT, {"qualifications": qualified(design=LATER)}, "art13-construction"),
    (BUILT, {"qualifications": qualified(design=LATER, construction=NOW)}, "art13-construction"),
    (BUILT, {"qualifications": qualified(construction=LATER)}, "art13-design"),
    (BUILT, {"qualifications": qualified(construction=LATER, design=NOW)}, "art13-design"),
    (BUILT, {"funding": Funding(FundingKind.MUNICIPAL)}, "art9-procedure"),
    (BUILT, {"funding": Funding(FundingKind.DISTRICT)}, "art9-procedure"),
    (ACCEPTED, {"acceptance": None}, "art8-acceptance"),
    (ACCEPTED, {"acceptance": Acceptance("", "police", NOW)}, "art8-acceptance"),
    (ACCEPTED, {"acceptance": Acceptance("A-1", "", NOW)}, "art8-acceptance"),
    (ACCEPTED, {"acceptance": Acceptance("A-1", "police", None)}, "art8-acceptance"),
    (ACCEPTED, {"acceptance": Acceptance("A-1", "police", NOW + TINY)}, "art8-acceptance"),
    (SERVING, {"sign": None}, "art12-sign"),
    (SERVING, {"sign": replace(SEEN, attested_at=NOW + TINY)}, "art12-sign"),
    (SERVING, {"sign": replace(SEEN, photo_sha256="")}, "art12-sign"),
    (SERVING, {"qualifications": ()}, "art13-maintenance"),
    (SERVING, {"qualifications": qualified(maintenance=NOW)}, "art13-maintenance"),
    (SERVING, {"password_exclusion": None}, "art6-password-exclusion"),
    (SERVING, {"storage_days": 29}, "art21-storage"),
    (SERVING, {"storage_days": 29, "storage_citation": " "}, "art21-storage"),
]


@pytest.mark.parametrize(("to", "changes", "rule"), LACKING)
def test_each_missing_paper_is_named(to: LifeState, changes: dict[str, Any], rule: str) -> None:
    assert [duty.rule for duty in missing_for(system(**changes), to, True, NOW)] == [rule]


@pytest.mark.parametrize(
    ("to", "changes"),
    [
        (BUILT, {"funding": None}),
        (BUILT, {"funding": Funding(FundingKind.OWN)}),
        (BUILT, {"qualifications": qualified(design=NOW + TINY, construction=NOW + TINY)}),
        (SERVING, {"sign": None, "is_fixed_place": False}),
        (SERVING, {"storage_days": 7, "storage_citation": "Escort Rules §4"}),
        (SERVING, {"qualifications": (*qualified(maintenance=NOW), *qualified(maintenance=NOW + TINY))}),
    ],
)
def test_what_is_not_asked_for_is_not_missing(to: LifeState, changes: dict[str, Any]) -> None:
    assert missing_for(system(**changes), to, True, NOW) == ()


def test_passwords_concern_systems_with_cameras_of_finance_places_only() -> None:
    assert missing_for(system(password_exclusion=None), SERVING, False, NOW) == ()


def test_everything_missing_for_service_is_named_at_once() -> None:
    bare = system(sign=None, password_exclusion=None, qualifications=(), storage_days=0)
    rules = {duty.rule for duty in missing_for(bare, SERVING, True, NOW)}
    assert rules == {"art6-password-exclusion", "art12-sign", "art13-maintenance", "art21-storage"}


class OneSystem(RuleBasedStateMachine):
    """Anybody tries any step, papers come and go: the state tells what must have been before it."""

    @initialize()
    def start(self) -> None:
        self.system, self.passed = system(state=PLANNED), [PLANNED]

    @rule(
        to=st.sampled_from([*LifeState]),
        by=st.sampled_from(Authority),
        acceptance=st.sampled_from([None, system().acceptance]),
        sign=st.sampled_from([None, SEEN]),
    )
    def step(self, to: LifeState, by: Authority, acceptance: Acceptance | None, sign: Any) -> None:
        papers = replace(self.system, acceptance=acceptance or self.system.acceptance, sign=sign)
        try:
            after = transition(papers, to, by, missing_for(papers, to, True, NOW))
        except FailedPrecondition:
            return
        if self.system.state == BARRED:
            assert to == RETIRED or by == POLICE
        self.system = after
        self.passed.append(to)

    @rule(by=st.sampled_from(Authority))
    def step_on(self, by: Authority) -> None:
        for to, who in steps_from(self.system.state).items():
            if who == by and to != RETIRED:
                self.step(to, by, system().acceptance, SEEN)
                return

    @invariant()
    def nothing_serves_without_its_acceptance(self) -> None:
        if is_accepted(self.system.state):
            assert ACCEPTED in self.passed
            assert self.system.acceptance is not None
        if self.system.state in {SERVING, PAUSED, BARRED}:
            assert self.passed.index(BUILT) < self.passed.index(ACCEPTED) < self.passed.index(SERVING)

    @invariant()
    def retired_is_final(self) -> None:
        assert RETIRED not in self.passed[:-1]


OneSystem.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestOneSystem = OneSystem.TestCase
