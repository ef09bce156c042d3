"""One claim, any acts by anybody in any order while time goes on: what must hold whatever happens."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.chassis.errors import Error
from services.decider.facts import Principal
from services.permissions.claims.domain import DECIDED_WITHIN, MOST_STEPS, Claim, State, Verb
from services.permissions.claims.rules import Answer, Supplement, Word, answer, lapse, settle, supplement, withdraw
from tests.unit.decider.cast import CITY_POLICE, NOW, OPERATOR, POLICE, SECURITY
from tests.unit.permissions.claiming import TOTAL, filed

FINAL = {State.SETTLED, State.WITHDRAWN}
NEXT = {
    State.FILED: {State.UNDER_REVIEW, State.WITHDRAWN},
    State.UNDER_REVIEW: {State.MORE_ASKED, State.DECIDED, State.WITHDRAWN},
    State.MORE_ASKED: {State.UNDER_REVIEW, State.DECIDED, State.WITHDRAWN},
    State.DECIDED: {State.SETTLED},
    State.SETTLED: set[State](),
    State.WITHDRAWN: set[State](),
}
OF_OPERATOR = {Verb.FILED, Verb.SUPPLEMENTED, Verb.WITHDRAWN}
people = st.sampled_from((OPERATOR, POLICE, CITY_POLICE, SECURITY))
words = st.sampled_from(("", "because"))


class OneClaim(RuleBasedStateMachine):
    """Acts that are refused change nothing; of those that are not, each is a step along the arrows."""

    @initialize()
    def begin(self) -> None:
        self.now, self.claim = NOW, filed()

    def attempt(self, act: Callable[[], Claim]) -> None:
        before = self.claim
        try:
            after = act()
        except Error:
            return
        assert after.state in NEXT[before.state]
        assert after.steps[:-1] == before.steps
        assert (after.statement, after.agency, after.operator) == (before.statement, before.agency, before.operator)
        if before.state is State.DECIDED:
            assert after.accepted_fen == before.accepted_fen > 0
        self.claim = after

    @rule(by=people, what=st.none() | st.sampled_from(Answer), text=words, fen=st.integers(-1, TOTAL + 1))
    def answer(self, by: Principal, what: Answer | None, text: str, fen: int) -> None:
        fen = fen if what is Answer.ACCEPT else 0
        self.attempt(lambda: answer(self.claim, Word(what, text, fen), by, self.now))

    @rule(what=st.sampled_from(Answer))
    def answer_well(self, what: Answer) -> None:
        self.answer(by=POLICE, what=what, text="because", fen=TOTAL)

    @rule(by=people, text=words)
    def supplement(self, by: Principal, text: str) -> None:
        self.attempt(lambda: supplement(self.claim, Supplement(text), by, self.now))

    @rule(by=people, text=words)
    def settle(self, by: Principal, text: str) -> None:
        self.attempt(lambda: settle(self.claim, text, by, self.now))

    @rule(by=people, text=words)
    def withdraw(self, by: Principal, text: str) -> None:
        self.attempt(lambda: withdraw(self.claim, text, by, self.now))

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        before, self.claim = self.claim, lapse(self.claim, self.now)
        assert (self.claim.state, self.claim.due_at) == (before.state, before.due_at), "time decides nothing"
        assert lapse(self.claim, self.now) is self.claim

    @invariant()
    def who_did_what(self) -> None:
        for step in self.claim.steps:
            if step.verb is not Verb.OVERDUE:
                assert step.by == (OPERATOR.name if step.verb in OF_OPERATOR else POLICE.name)

    @invariant()
    def nobody_has_to_act_when_all_is_done(self) -> None:
        claim = self.claim
        is_over = claim.state in FINAL or (claim.state is State.DECIDED and not claim.accepted_fen)
        assert (claim.due_at is None) == is_over
        assert 0 <= claim.accepted_fen <= claim.amount_fen
        assert bool(claim.payment_reference) == (claim.state is State.SETTLED)

    @invariant()
    def the_agency_loses_no_time_that_it_waited(self) -> None:
        assert self.claim.decide_by >= NOW + DECIDED_WITHIN
        assert len(self.claim.steps) <= 3 * MOST_STEPS


TestOneClaim = OneClaim.TestCase
TestOneClaim.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
