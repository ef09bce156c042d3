"""A claim of the cast's operator against its police, for the tests of what may be done to one."""

from dataclasses import replace
from datetime import timedelta

from services.permissions.claims.domain import Claim, Loss, LossKind, Statement, Taken
from services.permissions.claims.rules import Answer, Word, answer, file
from tests.unit.decider.cast import NOW, OPERATOR, PARK, POLICE, TUNNEL

ENDED = NOW - timedelta(hours=1)
TAKEN = Taken("takeovers/1", POLICE.agency, OPERATOR.agency, frozenset({TUNNEL.name, PARK.name}), ENDED)
GUARDS = Loss(LossKind.EXPENSE, "guards for a night", 120_050, TUNNEL.name, "0a" * 32)
FARES = Loss(LossKind.LOSS, "the hall was closed", 300_000)
STATEMENT = Statement("the tunnel was taken over", (GUARDS, FARES))
TOTAL = 420_050
UP, ASKED, NO = Word(Answer.TAKE_UP), Word(Answer.ASK, "the bill?"), Word(Answer.REJECT, "no loss is shown")


def filed(**fields: object) -> Claim:
    """Now, with fields of what was taken by name."""
    return file(replace(TAKEN, **fields), STATEMENT, OPERATOR, NOW)  # type: ignore[arg-type] # by name


def taken_up() -> Claim:
    """Filed, and under review at once."""
    return answer(filed(), UP, POLICE, NOW)


def accepted(amount_fen: int = TOTAL) -> Claim:
    """Decided at once."""
    return answer(taken_up(), Word(Answer.ACCEPT, "as the bills have it", amount_fen), POLICE, NOW)
