"""Changes of control as rows: takeovers granted, renewed and over, and who controls each camera then."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Camera, Takeover
from services.permissions.ports import Kept
from services.permissions.store import counters
from services.permissions.store.takeover_tables import control, takeovers
from services.permissions.store.takeovers import COUNTER, KeptEach, numbered
from services.permissions.takeover import (
    Cause,
    Control,
    Exclusive,
    HolderChanged,
    OfTakeover,
    Outcome,
    TakeoverEnded,
    TakeoverGranted,
    TakeoverRenewed,
)

_SAVE_STATE = sa.text(
    "INSERT INTO control (camera, facts, agency, epoch, operator, category)"
    " VALUES (:camera, :facts, :agency, :epoch, :operator, :category) ON CONFLICT (camera) DO UPDATE"
    " SET facts = excluded.facts, agency = excluded.agency, epoch = excluded.epoch,"
    " operator = excluded.operator, category = excluded.category"
)
_TOLD_BY_REASONS = {"is_exclusive", "suspends_duty"}
_TAKEOVER = [field.name for field in fields(Takeover) if field.name not in _TOLD_BY_REASONS]
_FACTS = [field.name for field in fields(Camera) if field.init]


@dataclass(frozen=True, slots=True)
class Why:
    """What was given with takeovers that are granted."""

    cause: Cause | None
    reason: str
    exclusive: Exclusive | None = None


async def save(transaction: AsyncConnection, outcomes: Iterable[Outcome], why: Why) -> KeptEach:
    """Write what changed, and return it as it is kept; ``why`` was given with granted takeovers."""
    granted, renewed, ended, states = [], [], [], []
    outcomes = list(outcomes)
    changes = await _changes(transaction, outcomes)
    for state, events in outcomes:
        for event in events:
            if isinstance(event, TakeoverGranted):
                granted.append(_row(event.takeover, why) | {"change": changes[event.takeover.number]})
            elif isinstance(event, TakeoverRenewed):
                renewed.append(_key(event.takeover) | {"until": event.takeover.ends_at})
            elif isinstance(event, TakeoverEnded):
                ended.append(_key(event.takeover) | {"at": event.at, "why": event.why.value})
        states.append(_state(state))
    changed = [_key(one) | {"as_change": changes[one.number]} for outcome in outcomes for one in _told(outcome)]
    this = (takeovers.c.number == sa.bindparam("of_number")) & (takeovers.c.camera == sa.bindparam("of_camera"))
    if granted:
        await transaction.execute(takeovers.insert(), granted)
    if renewed:
        await transaction.execute(takeovers.update().where(this).values(ends_at=sa.bindparam("until")), renewed)
    if ended:
        over: dict[str, Any] = {"ended_at": sa.bindparam("at"), "ended_by": sa.bindparam("why")}
        await transaction.execute(takeovers.update().where(this).values(**over), ended)
    if changed:
        await transaction.execute(takeovers.update().where(this).values(change=sa.bindparam("as_change")), changed)
    await transaction.execute(_SAVE_STATE, states)
    return await _kept_each(transaction, outcomes, why)


async def recategorise(transaction: AsyncConnection, categories: Mapping[str, int]) -> None:
    """These cameras have these place categories now; nothing for one that was never taken over.

    That is a change of each of their takeovers, of all its cameras: who may read of one may be others.
    """
    found = sa.select(control.c.camera, control.c.facts).where(control.c.camera.in_(categories))
    for row in (await transaction.execute(found)).all():
        category = categories[row.camera]
        facts = json.dumps(json.loads(row.facts) | {"category": category})
        this = control.update().where(control.c.camera == row.camera)
        await transaction.execute(this.values(facts=facts, category=category))
    taken = sa.select(takeovers.c.number).where(takeovers.c.camera.in_(categories)).distinct()
    numbers = (await transaction.execute(taken.order_by(takeovers.c.number))).scalars().all()
    last = await counters.take(transaction, COUNTER, len(numbers)) if numbers else 0
    for change, number in enumerate(numbers, last - len(numbers) + 1):
        await transaction.execute(takeovers.update().where(takeovers.c.number == number).values(change=change))


async def _kept_each(transaction: AsyncConnection, outcomes: Iterable[Outcome], why: Why) -> KeptEach:
    """What the outcomes tell of, by number and camera: only what was there before has to be read."""
    told = [event for _, events in outcomes for event in events if isinstance(event, OfTakeover)]
    before = {event.takeover.number for event in told if not isinstance(event, TakeoverGranted)}
    fresh = {
        (event.takeover.number, event.takeover.camera): Kept(
            event.takeover, why.cause, why.reason, exclusive=why.exclusive
        )
        for event in told
        if isinstance(event, TakeoverGranted)
    }
    return {**fresh, **await numbered(transaction, before)} if before else fresh


async def _changes(transaction: AsyncConnection, outcomes: Iterable[Outcome]) -> dict[int, int]:
    """A number for the change of each takeover that ``outcomes`` change, by the takeover's own: watchers go by them."""
    touched = {one.number: 0 for outcome in outcomes for one in (*_granted(outcome), *_told(outcome))}
    last = await counters.take(transaction, COUNTER, len(touched)) if touched else 0
    return dict(zip(sorted(touched), range(last - len(touched) + 1, last + 1), strict=True))


def _granted(outcome: Outcome) -> list[Takeover]:
    return [event.takeover for event in outcome[1] if isinstance(event, TakeoverGranted)]


def _told(outcome: Outcome) -> list[Takeover]:
    """What is told of takeovers that were there before: renewed, over, or held no more or again since control moved."""
    state, events = outcome
    named = [event.takeover for event in events if isinstance(event, TakeoverRenewed | TakeoverEnded)]
    is_moved = any(isinstance(event, HolderChanged) for event in events)
    fresh = {one.number for one in (*_granted(outcome), *named)}
    return [*named, *(one for one in state.takeovers if is_moved and one.number not in fresh)]


def _key(takeover: Takeover) -> dict[str, object]:
    return {"of_number": takeover.number, "of_camera": takeover.camera}


def _row(takeover: Takeover, why: Why) -> dict[str, object]:
    told = {"kind": takeover.kind.value, "tier": takeover.tier.value, "cause": why.cause or "", "reason": why.reason}
    if why.exclusive:
        told |= {"exclusive_reason": why.exclusive.reason, "duty_reason": why.exclusive.duty_reason}
    else:
        told |= {"exclusive_reason": "", "duty_reason": ""}  # one shape for all rows of an insert
    return {name: getattr(takeover, name) for name in _TAKEOVER} | told


def _state(state: Control) -> dict[str, object]:
    facts = json.dumps({name: getattr(state.camera, name) for name in _FACTS})
    told = {"operator": state.camera.operator, "category": state.camera.category}
    return {"camera": state.camera.name, "facts": facts, "agency": state.agency, "epoch": state.epoch} | told
