"""Claims for compensation (Article 18 ¶3): one of each takeover and operator."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import AgencyKind, Principal
from services.permissions.agencies.enrolment import is_organ
from services.permissions.claims.domain import Claim, Loss, LossKind, State, Statement, Step, Verb
from services.permissions.store.claim_tables import claims
from services.permissions.store.takeover_tables import control, takeovers

Key = tuple[datetime, str]  # when a claim was filed, and its name: its place in a list
_BATCH = 100
_NAME = claims.c.takeover + "/claims/" + sa.func.replace(claims.c.operator, "agencies/", "")


async def lock(transaction: AsyncConnection, takeover: str) -> None:
    """Queue behind whoever files a claim of this takeover now: on its first row alone, so nobody waits in a ring."""
    one = sa.select(takeovers.c.number).where(takeovers.c.name == takeover).order_by(takeovers.c.camera).limit(1)
    await transaction.execute(one.with_for_update())


async def insert(transaction: AsyncConnection, claim: Claim) -> bool:
    """Put a claim on record; False when the operator has one of this takeover already. Needs the ``lock``."""
    if await find(transaction, claim.takeover, claim.operator):
        return False
    told = claim.statement.losses
    losses = [[loss.kind, loss.text, loss.amount_fen, loss.camera, loss.document_sha256] for loss in told]
    row = {
        "takeover": claim.takeover, "operator": claim.operator, "agency": claim.agency,
        "reason": claim.statement.reason, "losses": _text(losses), "amount_fen": claim.amount_fen,
        "camera_count": claim.camera_count, "filed_at": claim.filed_at, "is_sealed": claim.is_sealed,
    }  # fmt: skip
    await transaction.execute(claims.insert(), row | _state(claim))
    return True


async def save(transaction: AsyncConnection, claim: Claim) -> None:
    """Write what became of it."""
    await transaction.execute(claims.update().where(_is(claim.takeover, claim.operator)).values(**_state(claim)))


async def seal(transaction: AsyncConnection, cameras: Collection[str]) -> None:
    """These cameras are state secrets now: so are claims that have one among the operator's, to their readers."""
    taken = sa.select(takeovers.c.name).where(takeovers.c.camera.in_(cameras))
    operators = sa.select(control.c.operator).where(control.c.camera.in_(cameras))
    its = claims.c.takeover.in_(taken) & claims.c.operator.in_(operators)
    await transaction.execute(claims.update().where(its).values(is_sealed=True))


async def find(
    transaction: AsyncConnection, takeover: str, operator: str, *, is_to_change: bool = False
) -> Claim | None:
    """One claim. ``is_to_change`` queues behind whoever changes it now."""
    query = sa.select(claims).where(_is(takeover, operator))
    row = (await transaction.execute(query.with_for_update() if is_to_change else query)).first()
    return _claim(row) if row else None


async def page(
    transaction: AsyncConnection, reader: Principal, takeover: str, before: Key | None, most: int
) -> list[Claim]:
    """Those that ``reader`` may read (``claim.is_shown``), of one takeover unless that is "", last filed first."""
    chosen = (claims.c.operator == reader.agency) | (claims.c.agency == reader.agency)
    if is_organ(reader.kind, reader.tier):
        chosen |= sa.true() if reader.kind is AgencyKind.NATIONAL_SECURITY else claims.c.is_sealed.is_(False)
    if takeover:
        chosen &= claims.c.takeover == takeover
    if before:
        at, name = before
        chosen &= (claims.c.filed_at < at) | ((claims.c.filed_at == at) & (name > _NAME))
    query = sa.select(claims).where(chosen).order_by(claims.c.filed_at.desc(), _NAME.desc()).limit(most)
    return [_claim(row) for row in await transaction.execute(query)]


async def due(transaction: AsyncConnection, now: datetime) -> list[tuple[str, str]]:
    """Takeover and operator of the first hundred whose deadline passed without that being on record."""
    late = claims.c.is_late.is_(False) & (claims.c.due_at <= now)
    query = sa.select(claims.c.takeover, claims.c.operator).where(late).order_by(claims.c.due_at).limit(_BATCH)
    return [(row.takeover, row.operator) for row in await transaction.execute(query)]


def _is(takeover: str, operator: str) -> sa.ColumnElement[bool]:
    return (claims.c.takeover == takeover) & (claims.c.operator == operator)


def _state(claim: Claim) -> dict[str, object]:
    steps = [[step.verb, step.by, step.at.isoformat(), step.text, step.document_sha256] for step in claim.steps]
    return {
        "state": claim.state.value, "accepted_fen": claim.accepted_fen,
        "payment_reference": claim.payment_reference or None, "steps": _text(steps), "decide_by": claim.decide_by,
        "answer_by": claim.answer_by, "settle_by": claim.settle_by, "due_at": claim.due_at, "is_late": claim.is_late,
    }  # fmt: skip


def _claim(row: Any) -> Claim:
    losses = tuple(
        Loss(LossKind(kind), text, amount_fen, camera, digest)
        for kind, text, amount_fen, camera, digest in json.loads(row.losses)
    )
    steps = tuple(
        Step(Verb(verb), by, datetime.fromisoformat(at), text, digest)
        for verb, by, at, text, digest in json.loads(row.steps)
    )
    return Claim(
        row.takeover, row.operator, row.agency, Statement(row.reason, losses), row.camera_count, row.decide_by, steps,
        State(row.state), row.accepted_fen, row.answer_by, row.settle_by, row.payment_reference or "", row.is_sealed,
        row.is_late,
    )  # fmt: skip


def _text(rows: list[list[Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)
