"""Operators' reviews of papers, and the terms under which an operator asks for them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import AgencyKind, Principal
from services.permissions.agencies.domain import is_municipal_police
from services.permissions.papers.review import Objection, Review, State, Terms
from services.permissions.store.agency_tables import agencies, principals
from services.permissions.store.basis_tables import legal_bases, legal_basis_cameras
from services.permissions.store.review_tables import papers_reviews, review_terms

_BATCH = 100
_JOINED = (
    sa.select(
        papers_reviews,
        principals.c.agency.label("holder"),
        legal_bases.c.issuer,
        agencies.c.kind.label("issuer_kind"),
    )
    .join(legal_bases, legal_bases.c.name == papers_reviews.c.legal_basis)
    .join(principals, principals.c.name == legal_bases.c.principal)
    .join(agencies, agencies.c.name == legal_bases.c.issuer)
)


@dataclass(frozen=True, slots=True)
class Found:
    """A review, the agencies that hold and issued its papers, and the kind of the latter."""

    review: Review
    holder: str
    issuer: str
    issuer_kind: AgencyKind


def holds(now: datetime) -> sa.ColumnElement[bool]:
    """For a query of cameras that papers cover: their operator's review keeps the papers from opening them."""
    kept = papers_reviews.c.state == State.REFUSED.value
    kept |= (papers_reviews.c.state == State.PENDING.value) & (papers_reviews.c.deadline > now)
    is_of = (papers_reviews.c.legal_basis == legal_basis_cameras.c.legal_basis) & (
        papers_reviews.c.operator == legal_basis_cameras.c.operator
    )
    return sa.exists(sa.select(papers_reviews.c.operator).where(is_of & kept).correlate(legal_basis_cameras))


async def set_terms(transaction: AsyncConnection, terms: Terms) -> None:
    """Put an operator's terms on record, in place of those before."""
    row = {
        "deadline_hours": terms.deadline_hours, "set_by": terms.set_by, "set_at": terms.set_at, "reason": terms.reason,
    }  # fmt: skip
    chosen = review_terms.c.operator == terms.operator
    if not (await transaction.execute(review_terms.update().where(chosen).values(**row))).rowcount:
        await transaction.execute(review_terms.insert(), row | {"operator": terms.operator, "changes": 0})


async def terms_of(transaction: AsyncConnection, operators: Collection[str]) -> list[Terms]:
    """The terms of those of ``operators`` that ever set any."""
    query = sa.select(review_terms).where(review_terms.c.operator.in_(operators)).order_by(review_terms.c.operator)
    return [
        Terms(row.operator, row.deadline_hours, row.set_by, row.set_at, row.reason)
        for row in await transaction.execute(query)
    ]


async def insert(transaction: AsyncConnection, review: Review) -> Review:
    """Put a review on record; it comes back with its number."""
    numbered = replace(review, change=await _next(transaction, review.operator))
    key = {"legal_basis": review.basis, "operator": review.operator}
    await transaction.execute(papers_reviews.insert(), key | _row(numbered))
    return numbered


async def save(transaction: AsyncConnection, review: Review) -> Review:
    """Write what became of it; the same with its new number."""
    numbered = replace(review, change=await _next(transaction, review.operator))
    await transaction.execute(
        papers_reviews.update().where(_is(review.basis, review.operator)).values(**_row(numbered))
    )
    return numbered


async def find(transaction: AsyncConnection, basis: str, operator: str, *, is_to_change: bool = False) -> Found | None:
    """One review. ``is_to_change`` queues behind whoever changes it now."""
    if is_to_change:
        chosen = sa.select(papers_reviews.c.operator).where(_is(basis, operator)).with_for_update()
        await transaction.execute(chosen)
    row = (await transaction.execute(_JOINED.where(_is(basis, operator)))).first()
    return _found(row) if row else None


async def due(transaction: AsyncConnection, now: datetime) -> list[tuple[str, str]]:
    """Papers and operators of the first hundred reviews whose deadline is past and not on record."""
    late = (papers_reviews.c.state == State.PENDING.value) & (papers_reviews.c.deadline <= now)
    query = sa.select(papers_reviews.c.legal_basis, papers_reviews.c.operator).where(late)
    rows = await transaction.execute(query.order_by(papers_reviews.c.deadline).limit(_BATCH))
    return [(row.legal_basis, row.operator) for row in rows]


async def page(
    transaction: AsyncConnection, viewer: Principal, before: tuple[datetime, str] | None, most: int
) -> list[Found]:
    """The reviews that concern ``viewer`` (``reviews.is_shown``), last requested first."""
    chosen = _concerns(viewer)
    place = papers_reviews.c.legal_basis + "/" + papers_reviews.c.operator
    if before:
        chosen &= (papers_reviews.c.requested_at < before[0]) | (
            (papers_reviews.c.requested_at == before[0]) & (place < before[1])
        )
    query = _JOINED.where(chosen).order_by(papers_reviews.c.requested_at.desc(), place.desc()).limit(most)
    return [_found(row) for row in await transaction.execute(query)]


async def changed(transaction: AsyncConnection, operator: str, after: int, most: int) -> list[Found]:
    """An operator's reviews by the number of their last change, those behind ``after``."""
    chosen = (papers_reviews.c.operator == operator) & (papers_reviews.c.change > after)
    return [
        _found(row)
        for row in await transaction.execute(_JOINED.where(chosen).order_by(papers_reviews.c.change).limit(most))
    ]


async def last_change(transaction: AsyncConnection, operator: str) -> int:
    """The number of the operator's last change; 0 before the first."""
    query = sa.select(review_terms.c.changes).where(review_terms.c.operator == operator)
    return int(await transaction.scalar(query) or 0)


def _concerns(viewer: Principal) -> sa.ColumnElement[bool]:
    chosen = (
        (papers_reviews.c.operator == viewer.agency)
        | (principals.c.agency == viewer.agency)
        | (legal_bases.c.issuer == viewer.agency)
    )
    if is_municipal_police(viewer):
        chosen |= agencies.c.kind != AgencyKind.NATIONAL_SECURITY.value
    return chosen


async def _next(transaction: AsyncConnection, operator: str) -> int:
    """The operator's next number, in commit order."""
    step = review_terms.update().where(review_terms.c.operator == operator).values(changes=review_terms.c.changes + 1)
    return int((await transaction.execute(step.returning(review_terms.c.changes))).scalar_one())


def _is(basis: str, operator: str) -> sa.ColumnElement[bool]:
    return (papers_reviews.c.legal_basis == basis) & (papers_reviews.c.operator == operator)


def _row(review: Review) -> dict[str, object]:
    return {
        "change": review.change,
        "requested_at": review.requested_at,
        "deadline": review.deadline,
        "state": review.state.value,
        "objection": review.objection.value if review.objection else None,
        "decided_by": review.decided_by or None,
        "decided_at": review.decided_at,
        "note": review.note or None,
        "overruled_by": review.overruled_by or None,
        "overruled_at": review.overruled_at,
        "overrule_reason": review.overrule_reason or None,
    }


def _found(row: Any) -> Found:
    review = Review(
        row.legal_basis, row.operator, row.requested_at, row.deadline, State(row.state),
        Objection(row.objection) if row.objection else None, row.decided_by or "", row.decided_at, row.note or "",
        row.overruled_by or "", row.overruled_at, row.overrule_reason or "", row.change,
    )  # fmt: skip
    return Found(review, row.holder, row.issuer, AgencyKind(row.issuer_kind))
