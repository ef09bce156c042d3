"""What may be done to a claim (Article 18 ¶3), by whom, when. Pure: (claim, word, principal, now) → claim.

Every function raises Denied to who may not, InvalidArgument that names every wrong field, and FailedPrecondition in
a state that does not allow it; what is refused changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import Principal
from services.permissions.claims.domain import (
    ARTICLE,
    DECIDED_WITHIN,
    FILED_WITHIN,
    MOST_FEN,
    MOST_LOSSES,
    MOST_STEPS,
    SETTLED_WITHIN,
    SUPPLEMENTED_WITHIN,
    Claim,
    Loss,
    State,
    Statement,
    Step,
    Taken,
    Verb,
)
from services.permissions.fields import Fields

_LONGEST_TEXT = 500  # characters
_MOST_NAMED = 20  # lines that one refusal names
_DIGITS = frozenset("0123456789abcdef")


class Answer(StrEnum):
    """What the agency that took over says to a claim."""

    TAKE_UP = "take-up"  # it is under review from now on
    ASK = "ask"
    ACCEPT = "accept"  # in whole or in part
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Word:
    """An agency's answer; ``accepted_fen`` of an acceptance alone."""

    answer: Answer | None  # None: not of the vocabulary, which is refused
    text: str = ""
    accepted_fen: int = 0


@dataclass(frozen=True, slots=True)
class Supplement:
    """An operator's reply to what was asked."""

    text: str
    document_sha256: str = ""


def file(taken: Taken, statement: Statement, principal: Principal, now: datetime) -> Claim:
    """File a claim for what a takeover took of the principal's own agency, once it is over there."""
    if principal.agency != taken.operator or not taken.cameras:
        raise _denied("file", f"is filed by the operator of cameras that {taken.takeover} took")
    if taken.ended_at is None:
        message = f"{taken.takeover} is in force at cameras of yours: file once it is over there ({ARTICLE})"
        raise FailedPrecondition("STATE_WRONG", message, state="in-force", article=ARTICLE)
    if now >= taken.ended_at + FILED_WITHIN:
        message = f"{taken.takeover} was over more than {FILED_WITHIN.days} days ago: too late to claim ({ARTICLE})"
        raise FailedPrecondition("STATE_WRONG", message, state="lapsed", article=ARTICLE)
    _check_statement(statement, taken.cameras)
    return Claim(
        taken.takeover,
        taken.operator,
        taken.agency,
        statement,
        len(taken.cameras),
        decide_by=now + DECIDED_WITHIN,
        steps=(Step(Verb.FILED, principal.name, now),),
        is_sealed=taken.is_sealed,
    )


def answer(claim: Claim, word: Word, principal: Principal, now: datetime) -> Claim:
    """The agency's word: take it up, ask for more, accept it in whole or in part, reject it."""
    if principal.agency != claim.agency:
        raise _denied("answer", f"is answered by {claim.agency}, which took over")
    _check_word(claim, word)
    if word.answer is Answer.TAKE_UP:
        _refuse_unless(claim, State.FILED)
        return _moved(claim, State.UNDER_REVIEW, Step(Verb.TAKEN_UP, principal.name, now, word.text))
    if word.answer is Answer.ASK:
        return _asked(claim, Step(Verb.MORE_ASKED, principal.name, now, word.text))
    verb = Verb.ACCEPTED if word.answer is Answer.ACCEPT else Verb.REJECTED
    return _decided(claim, word.accepted_fen, Step(verb, principal.name, now, word.text))


def supplement(claim: Claim, reply: Supplement, principal: Principal, now: datetime) -> Claim:
    """The operator's reply to what was asked, late too while nothing is decided. The agency's time goes on."""
    _refuse_unless_operator(claim, principal, "supplement")
    fields = _fields("supplement")
    fields.text("text", reply.text, most=_LONGEST_TEXT)
    _check_hash(fields, "document_sha256", reply.document_sha256)
    fields.settle()
    _refuse_unless(claim, State.MORE_ASKED)
    asked_at = next(step.at for step in reversed(claim.steps) if step.verb is Verb.MORE_ASKED)
    waited = replace(claim, decide_by=claim.decide_by + (now - asked_at), answer_by=None)
    step = Step(Verb.SUPPLEMENTED, principal.name, now, reply.text, reply.document_sha256)
    return _moved(waited, State.UNDER_REVIEW, step)


def settle(claim: Claim, payment_reference: str, principal: Principal, now: datetime) -> Claim:
    """Put on record that the agency paid what it accepted."""
    if principal.agency != claim.agency:
        raise _denied("settle", f"is settled by {claim.agency}, which took over")
    fields = _fields("settle")
    fields.text("payment_reference", payment_reference, most=100)
    fields.settle()
    _refuse_unless(claim, State.DECIDED)
    if not claim.accepted_fen:
        message = f"{claim.name} was rejected: nothing is to be paid ({ARTICLE})"
        raise FailedPrecondition("STATE_WRONG", message, state="rejected", article=ARTICLE)
    paid = replace(claim, payment_reference=payment_reference)
    return _moved(paid, State.SETTLED, Step(Verb.SETTLED, principal.name, now, payment_reference))


def withdraw(claim: Claim, reason: str, principal: Principal, now: datetime) -> Claim:
    """Take a claim back before it is decided: for good, since a takeover is claimed for once."""
    _refuse_unless_operator(claim, principal, "withdraw")
    fields = _fields("withdraw")
    fields.text("reason", reason, most=_LONGEST_TEXT)
    fields.settle()
    _refuse_unless(claim, State.FILED, State.UNDER_REVIEW, State.MORE_ASKED)
    return _moved(claim, State.WITHDRAWN, Step(Verb.WITHDRAWN, principal.name, now, reason))


def lapse(claim: Claim, now: datetime) -> Claim:
    """Let time pass: a deadline that nobody kept goes on record once. It decides nothing."""
    if claim.is_late or not claim.is_overdue(now):
        return claim
    return replace(claim, is_late=True, steps=(*claim.steps, Step(Verb.OVERDUE, "", now)))


def _asked(claim: Claim, step: Step) -> Claim:
    _refuse_unless(claim, State.UNDER_REVIEW)
    if len(claim.steps) >= MOST_STEPS:
        message = f"{claim.name} has {len(claim.steps)} steps: decide it on what there is ({ARTICLE})"
        raise FailedPrecondition("STATE_WRONG", message, state=claim.state, article=ARTICLE)
    return _moved(replace(claim, answer_by=step.at + SUPPLEMENTED_WITHIN), State.MORE_ASKED, step)


def _decided(claim: Claim, accepted_fen: int, step: Step) -> Claim:
    if not _waits_in_vain(claim, step.at):
        _refuse_unless(claim, State.UNDER_REVIEW)
    settle_by = step.at + SETTLED_WITHIN if accepted_fen else None
    decided = replace(claim, accepted_fen=accepted_fen, answer_by=None, settle_by=settle_by)
    return _moved(decided, State.DECIDED, step)


def _waits_in_vain(claim: Claim, now: datetime) -> bool:
    """Whether the operator let its time pass: the agency then decides on what there is."""
    return claim.state is State.MORE_ASKED and claim.is_overdue(now)


def _moved(claim: Claim, state: State, step: Step) -> Claim:
    moved = replace(claim, state=state, steps=(*claim.steps, step))
    return replace(moved, is_late=claim.is_late and moved.due_at == claim.due_at)


def _check_statement(statement: Statement, cameras: frozenset[str]) -> None:
    fields = _fields("file")
    fields.text("claim.reason", statement.reason, most=_LONGEST_TEXT)
    is_some = 1 <= len(statement.losses) <= MOST_LOSSES
    fields.claim(is_some, "claim.losses", f"must be 1 to {MOST_LOSSES} lines")
    for place, loss in enumerate(statement.losses[:MOST_LOSSES]):
        if len(fields.violations) < _MOST_NAMED:
            _check_loss(fields, f"claim.losses[{place}]", loss, cameras)
    total = sum(loss.amount_fen for loss in statement.losses)
    fields.claim(total <= MOST_FEN, "claim.losses", f"must sum up to {MOST_FEN} fen at most")
    fields.settle()


def _check_loss(fields: Fields, path: str, loss: Loss, cameras: frozenset[str]) -> None:
    fields.claim(loss.kind is not None, f"{path}.kind", "must say whether it is a loss or an additional expense")
    fields.text(f"{path}.text", loss.text, most=_LONGEST_TEXT)
    fields.claim(0 < loss.amount_fen <= MOST_FEN, f"{path}.amount_fen", f"must be 1 to {MOST_FEN} fen")
    is_taken = not loss.camera or loss.camera in cameras
    fields.claim(is_taken, f"{path}.camera", "must be a camera of yours that the takeover took, or absent")
    _check_hash(fields, f"{path}.document_sha256", loss.document_sha256)


def _check_word(claim: Claim, word: Word) -> None:
    fields = _fields("answer")
    fields.claim(word.answer is not None, "answer", "must be to take up, to ask, to accept or to reject")
    is_accepted = word.answer is Answer.ACCEPT
    is_whole = is_accepted and word.accepted_fen == claim.amount_fen
    if word.text or not (word.answer is Answer.TAKE_UP or is_whole):
        fields.text("text", word.text, most=_LONGEST_TEXT)
    if is_accepted:
        offer = f"must be 1 to {claim.amount_fen} fen, which is claimed: reject it to pay nothing"
        fields.claim(0 < word.accepted_fen <= claim.amount_fen, "accepted_fen", offer)
    else:
        fields.claim(word.accepted_fen == 0, "accepted_fen", "must be absent unless it is accepted")
    fields.settle()


def _check_hash(fields: Fields, path: str, digest: str) -> None:
    is_hash = digest == "" or (len(digest) == 64 and set(digest) <= _DIGITS)
    fields.claim(is_hash, path, "must be 64 small hexadecimal digits, or absent")


def _refuse_unless_operator(claim: Claim, principal: Principal, verb: str) -> None:
    if principal.agency != claim.operator:
        raise _denied(verb, f"is {claim.operator}'s, which filed it, to {verb}")


def _refuse_unless(claim: Claim, *states: State) -> None:
    if claim.state not in states:
        wanted = " or ".join(states)
        message = f"{claim.name} is {claim.state}: this is done while it is {wanted} ({ARTICLE})"
        raise FailedPrecondition("STATE_WRONG", message, state=claim.state, article=ARTICLE)


def _fields(verb: str) -> Fields:
    return Fields(about={"rule": f"art18-claim-{verb}", "article": ARTICLE})


def _denied(verb: str, sentence: str) -> Denied:
    message = f"a claim for compensation ({ARTICLE}) {sentence}"
    return Denied("NOT_PERMITTED", message, rule=f"art18-claim-{verb}", article=ARTICLE)
