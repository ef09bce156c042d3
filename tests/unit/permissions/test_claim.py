"""A claim for compensation: who files it, when, for what; who answers; what each deadline does (Article 18 ¶3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.permissions.claims.domain import (
    DECIDED_WITHIN,
    FILED_WITHIN,
    MOST_FEN,
    MOST_LOSSES,
    MOST_STEPS,
    SETTLED_WITHIN,
    SUPPLEMENTED_WITHIN,
    Loss,
    LossKind,
    State,
    Statement,
    Verb,
    is_shown,
)
from services.permissions.claims.rules import (
    Answer,
    Supplement,
    Word,
    answer,
    file,
    lapse,
    settle,
    supplement,
    withdraw,
)
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    EVERYBODY,
    INFORMATIZATION,
    NOW,
    OPERATOR,
    POLICE,
    SECRET,
    SECURITY,
    URBAN,
)
from tests.unit.permissions.claiming import (
    ASKED,
    FARES,
    GUARDS,
    NO,
    STATEMENT,
    TAKEN,
    TOTAL,
    UP,
    accepted,
    filed,
    taken_up,
)

DAY = timedelta(days=1)


def test_a_claim_goes_from_filed_to_settled_and_each_step_is_kept() -> None:
    claim = filed()
    assert (claim.name, claim.state, claim.amount_fen) == (
        f"takeovers/1/claims/{OPERATOR.agency.removeprefix('agencies/')}",
        State.FILED,
        TOTAL,
    )
    assert (claim.agency, claim.due_at) == (POLICE.agency, NOW + DECIDED_WITHIN)
    claim = answer(claim, UP, POLICE, NOW)
    claim = answer(claim, ASKED, POLICE, NOW + DAY)
    assert (claim.state, claim.due_at) == (State.MORE_ASKED, NOW + DAY + SUPPLEMENTED_WITHIN)
    claim = supplement(claim, Supplement("here", "b" * 64), OPERATOR, NOW + 3 * DAY)
    assert claim.due_at == NOW + DECIDED_WITHIN + 2 * DAY, "the agency's time stood still for two days"
    claim = answer(claim, Word(Answer.ACCEPT, "half of the guards", 60_025), POLICE, NOW + 4 * DAY)
    assert (claim.accepted_fen, claim.due_at) == (60_025, NOW + 4 * DAY + SETTLED_WITHIN)
    claim = settle(claim, "GZ-PAY-7", POLICE, NOW + 5 * DAY)
    assert (claim.state, claim.payment_reference, claim.due_at) == (State.SETTLED, "GZ-PAY-7", None)
    assert [(step.verb, step.by) for step in claim.steps] == [
        (Verb.FILED, OPERATOR.name),
        (Verb.TAKEN_UP, POLICE.name),
        (Verb.MORE_ASKED, POLICE.name),
        (Verb.SUPPLEMENTED, OPERATOR.name),
        (Verb.ACCEPTED, POLICE.name),
        (Verb.SETTLED, POLICE.name),
    ]


def test_only_the_operator_of_cameras_that_were_taken_files() -> None:
    for who in EVERYBODY:
        if who is not OPERATOR:
            with pytest.raises(Denied) as refusal:
                file(TAKEN, STATEMENT, who, NOW)
            assert (refusal.value.metadata["rule"], refusal.value.metadata["article"]) == (
                "art18-claim-file",
                "Article 18 ¶3",
            )
    with pytest.raises(Denied):
        filed(cameras=frozenset())


def test_a_takeover_is_claimed_for_once_it_is_over_and_for_two_years() -> None:
    with pytest.raises(FailedPrecondition, match="is in force"):
        filed(ended_at=None)
    assert filed(ended_at=NOW)
    assert filed(ended_at=NOW - FILED_WITHIN + timedelta(microseconds=1))
    with pytest.raises(FailedPrecondition, match="730 days"):
        filed(ended_at=NOW - FILED_WITHIN)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(GUARDS, kind=None), "claim.losses[1].kind"),
        (replace(GUARDS, text=" "), "claim.losses[1].text"),
        (replace(GUARDS, text="a\nb"), "claim.losses[1].text"),
        (replace(GUARDS, amount_fen=0), "claim.losses[1].amount_fen"),
        (replace(GUARDS, amount_fen=-1), "claim.losses[1].amount_fen"),
        (replace(GUARDS, camera=SECRET.name), "claim.losses[1].camera"),
        (replace(GUARDS, document_sha256="AB" * 32), "claim.losses[1].document_sha256"),
        (replace(GUARDS, amount_fen=MOST_FEN), "claim.losses"),
    ],
)
def test_a_wrong_line_is_refused_by_its_field(wrong: Loss, field: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        file(TAKEN, Statement("why", (FARES, wrong)), OPERATOR, NOW)
    assert [violation.field for violation in refusal.value.violations] == [field]


def test_a_statement_without_reason_or_lines_or_with_too_many_is_refused() -> None:
    for statement, field in (
        (Statement("", (FARES,)), "claim.reason"),
        (Statement("why", ()), "claim.losses"),
        (Statement("why", (FARES,) * (MOST_LOSSES + 1)), "claim.losses"),
    ):
        with pytest.raises(InvalidArgument) as refusal:
            file(TAKEN, statement, OPERATOR, NOW)
        assert [violation.field for violation in refusal.value.violations] == [field]
    with pytest.raises(InvalidArgument) as flood:
        file(TAKEN, Statement("why", (Loss(LossKind.LOSS, "", 0),) * 100_000), OPERATOR, NOW)
    assert len(flood.value.violations) < 30


def test_only_the_agency_that_took_over_answers_and_settles_and_only_the_operator_replies_and_withdraws() -> None:
    for who in (OPERATOR, CITY_POLICE, SECURITY, COMMAND):
        with pytest.raises(Denied, match=POLICE.agency):
            answer(filed(), UP, who, NOW)
        with pytest.raises(Denied, match=POLICE.agency):
            settle(accepted(), "1", who, NOW)
    asked = answer(taken_up(), ASKED, POLICE, NOW)
    for who in (POLICE, CITY_POLICE):
        with pytest.raises(Denied, match=OPERATOR.agency):
            supplement(asked, Supplement("here"), who, NOW)
        with pytest.raises(Denied, match=OPERATOR.agency):
            withdraw(asked, "why not", who, NOW)


def test_it_is_accepted_in_whole_without_words_in_part_with_a_reason_and_never_beyond_what_is_claimed() -> None:
    assert answer(taken_up(), Word(Answer.ACCEPT, "", TOTAL), POLICE, NOW).accepted_fen == TOTAL
    for word, field in (
        (Word(Answer.ACCEPT, "", TOTAL - 1), "text"),
        (Word(Answer.ACCEPT, "more", TOTAL + 1), "accepted_fen"),
        (Word(Answer.ACCEPT, "nothing", 0), "accepted_fen"),
        (Word(Answer.REJECT), "text"),
        (Word(Answer.REJECT, "no", 1), "accepted_fen"),
        (Word(Answer.ASK), "text"),
        (Word(None, "x"), "answer"),
    ):
        with pytest.raises(InvalidArgument) as refusal:
            answer(taken_up(), word, POLICE, NOW)
        assert [violation.field for violation in refusal.value.violations] == [field]


def test_what_is_rejected_is_decided_and_nothing_is_due_or_paid() -> None:
    claim = answer(taken_up(), NO, POLICE, NOW)
    assert (claim.state, claim.accepted_fen, claim.due_at) == (State.DECIDED, 0, None)
    with pytest.raises(FailedPrecondition, match="rejected"):
        settle(claim, "GZ-PAY-7", POLICE, NOW)


def test_it_is_withdrawn_until_it_is_decided_and_then_stays_so() -> None:
    for claim in (filed(), taken_up(), answer(taken_up(), ASKED, POLICE, NOW)):
        gone = withdraw(claim, "settled between us", OPERATOR, NOW)
        assert (gone.state, gone.due_at) == (State.WITHDRAWN, None)
        with pytest.raises(FailedPrecondition):
            answer(gone, UP, POLICE, NOW)
    with pytest.raises(FailedPrecondition):
        withdraw(accepted(), "late", OPERATOR, NOW)


def test_a_claim_is_taken_up_before_it_is_decided_and_waits_for_what_was_asked() -> None:
    with pytest.raises(FailedPrecondition, match="under-review"):
        answer(filed(), NO, POLICE, NOW)
    asked = answer(taken_up(), ASKED, POLICE, NOW)
    for word in (NO, ASKED):
        with pytest.raises(FailedPrecondition, match="more-asked"):
            answer(asked, word, POLICE, NOW + SUPPLEMENTED_WITHIN - timedelta(seconds=1))
    late = NOW + SUPPLEMENTED_WITHIN
    assert answer(asked, NO, POLICE, late).state is State.DECIDED, "the operator let its time pass"
    assert supplement(asked, Supplement("late"), OPERATOR, late).state is State.UNDER_REVIEW


def test_a_deadline_that_nobody_kept_goes_on_record_once_and_decides_nothing() -> None:
    claim, due = filed(), NOW + DECIDED_WITHIN
    assert lapse(claim, due - timedelta(seconds=1)) is claim
    late = lapse(claim, due)
    assert (late.is_late, late.state, late.steps[-1].verb) == (True, State.FILED, Verb.OVERDUE)
    assert lapse(late, due + DAY) is late
    up = answer(late, UP, POLICE, due)
    assert lapse(up, due) is up, "the same deadline, which is told already"
    paid_late = lapse(answer(up, Word(Answer.ACCEPT, "", TOTAL), POLICE, due), due + SETTLED_WITHIN)
    assert [step.verb for step in paid_late.steps if step.verb is Verb.OVERDUE] == [Verb.OVERDUE] * 2
    assert lapse(settle(paid_late, "1", POLICE, due + 2 * SETTLED_WITHIN), due + 99 * DAY).state is State.SETTLED


def test_questions_come_to_an_end() -> None:
    claim = taken_up()
    while len(claim.steps) < MOST_STEPS:
        claim = supplement(answer(claim, ASKED, POLICE, NOW), Supplement("here"), OPERATOR, NOW)
    with pytest.raises(FailedPrecondition, match="decide it"):
        answer(claim, ASKED, POLICE, NOW)
    assert answer(claim, NO, POLICE, NOW).state is State.DECIDED


def test_it_is_shown_to_the_operator_the_agency_and_the_organs_and_of_a_secret_to_national_security_alone() -> None:
    assert {who.agency for who in EVERYBODY if is_shown(filed(), who)} == {
        who.agency for who in (OPERATOR, POLICE, CITY_POLICE, SECURITY, INFORMATIZATION)
    }
    secret = filed(agency=SECURITY.agency, is_sealed=True)
    assert {who.agency for who in EVERYBODY if is_shown(secret, who)} == {OPERATOR.agency, SECURITY.agency}
    assert not is_shown(filed(), replace(URBAN, agency="agencies/another"))
