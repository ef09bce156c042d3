"""Lists of takeovers and what changed of them, for one reader: `takeover_view.is_shown` as a query of its cameras."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import SEALED_LEVEL, AgencyKind, Principal
from services.permissions.agencies.enrolment import is_organ
from services.permissions.ports import Listed
from services.permissions.store import counters
from services.permissions.store.policy_tables import camera_levels, category_levels, secret_cameras
from services.permissions.store.takeover_tables import control, takeovers
from services.permissions.store.takeovers import COUNTER, kept
from services.permissions.takeovers.view import Changed, Page

_JOINED = takeovers.join(control, control.c.camera == takeovers.c.camera)
_DISTRICT = sa.func.substr(control.c.camera, len("districts/") + 1, 6)
_CODE = sa.func.substr(control.c.camera, len("districts/440104/cameras/") + 1, 20)
_SHARED = tuple(
    getattr(takeovers.c, name)
    for name in (
        "number",
        "name",
        "agency",
        "principal",
        "kind",
        "tier",
        "cause",
        "reason",
        "ground",
        "starts_at",
        "exclusive_reason",
        "duty_reason",
    )
)  # by every camera of a takeover


async def page(transaction: AsyncConnection, viewer: Principal, asked: Page, now: datetime) -> list[Listed]:
    """The takeovers that concern ``viewer``, last granted first."""
    is_in_force = takeovers.c.ended_at.is_(None) & (takeovers.c.ends_at > now)
    chosen = concerns(viewer) if asked.are_over_included else concerns(viewer) & is_in_force
    if asked.before:
        at, name = asked.before
        chosen &= (takeovers.c.starts_at < at) | ((takeovers.c.starts_at == at) & (takeovers.c.name < name))
    place = (takeovers.c.starts_at, takeovers.c.name)
    ordered = sa.select(*place).select_from(_JOINED).where(chosen).group_by(*place)
    found = await transaction.execute(ordered.order_by(*(one.desc() for one in place)).limit(asked.most))
    names = [row.name for row in found]
    if not names:
        return []
    every = takeovers.c.ends_at
    ends_at = sa.func.coalesce(sa.func.max(sa.case((is_in_force, every))), sa.func.max(every))
    counted = (
        sa.select(
            *_SHARED, sa.func.min(takeovers.c.camera).label("camera"),
            ends_at.label("ends_at"), sa.null().label("ended_at"),
            sa.literal("").label("ended_by"), sa.func.count().label("cameras"),
            sa.func.sum(sa.case((is_in_force, 1), else_=0)).label("in_force"),
        ).select_from(_JOINED).where(takeovers.c.name.in_(names) & concerns(viewer)).group_by(*_SHARED)
    )  # fmt: skip
    placed = {row.name: Listed(kept(row), row.cameras, row.in_force) for row in await transaction.execute(counted)}
    return [placed[name] for name in names]


async def last_change(transaction: AsyncConnection) -> int:
    """The number of the last change of any takeover."""
    return await counters.current(transaction, COUNTER)


async def changed(transaction: AsyncConnection, viewer: Principal, after: int, most: int) -> Sequence[Changed]:
    """The takeovers that changed behind ``after`` in what concerns ``viewer``, in the order of their last change."""
    number = sa.func.max(takeovers.c.change)
    is_own = sa.func.max(sa.case((control.c.operator == viewer.agency, 1), else_=0))
    query = sa.select(takeovers.c.name, number, is_own).select_from(_JOINED)
    chosen = query.where(concerns(viewer) & (takeovers.c.change > after)).group_by(takeovers.c.name)
    rows = await transaction.execute(chosen.order_by(number).limit(most))
    return [Changed(name, int(last), bool(own)) for name, last, own in rows]


def concerns(viewer: Principal) -> sa.ColumnElement[bool]:
    """Of takeovers joined with control: this camera of this takeover is shown to ``viewer``."""
    told: sa.ColumnElement[bool] = (takeovers.c.agency == viewer.agency) | (control.c.operator == viewer.agency)
    if is_organ(viewer.kind, viewer.tier):
        told = sa.true()
    elif viewer.kind is AgencyKind.PUBLIC_SECURITY:
        told |= _DISTRICT.in_((viewer.jurisdiction,))
    if viewer.kind is AgencyKind.NATIONAL_SECURITY:
        return told
    return told & (~_is_secret() | (control.c.operator == viewer.agency))


def _is_secret() -> sa.ColumnElement[bool]:
    """The camera is a state secret by what is in force, or its place category is not known (``LevelBook.level``)."""
    listed = sa.select(secret_cameras.c.code).where(secret_cameras.c.is_secret)
    opened = (
        sa.select(secret_cameras.c.code)
        .join(camera_levels, camera_levels.c.code == secret_cameras.c.code)
        .where(~secret_cameras.c.is_secret, camera_levels.c.level < SEALED_LEVEL)
    )
    of_category = sa.select(category_levels.c.category).where(category_levels.c.level >= SEALED_LEVEL)
    by_category = control.c.category.in_(of_category) & _CODE.not_in(opened)
    return _CODE.in_(listed) | by_category | (control.c.category == 0)
