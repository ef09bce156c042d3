"""Where conditions hold that do not hold at all cameras alike: `conditions` the other way round."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.decider.conditions import (
    CHECK_LASTS,
    HELD_BY_OTHER,
    HOLDS_CONTROL,
    INCIDENT,
    INSPECTION,
    PAPER_ACTIONS,
    PAPERS,
    REVIEWED,
)
from services.decider.facts import Action, Area, Circumstances, Incident, Inspection, Principal, Takeover
from services.decider.holder import in_force, precedence

COVERED = PAPERS | REVIEWED | INCIDENT | INSPECTION | HOLDS_CONTROL | HELD_BY_OTHER


@dataclass(frozen=True, slots=True)
class Cover:
    """A condition holds at cameras by name, in areas, at whatever these operators run; but nowhere in ``excepted``.

    ``until`` is when the first of the facts behind it ends; None when none of them ends by itself.
    """

    cameras: frozenset[str] = frozenset()
    areas: tuple[Area, ...] = ()
    operators: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()
    until: datetime | None = None

    @property
    def names(self) -> int:
        """How many cameras it names."""
        return len(self.cameras) + len(self.excepted) + sum(len(area.cameras) for area in self.areas)


_NO_PAPERS = {PAPERS: Cover(), REVIEWED: Cover()}


def covers(principal: Principal, action: Action, circumstances: Circumstances, now: datetime) -> dict[int, Cover]:
    """The cover of each condition of COVERED, by its bit. ``circumstances`` are all that bear on the principal."""
    incidents = [i for i in circumstances.incidents if principal.agency in i.opens_to or principal.kind in i.opens_to]
    inspections = [inspection for inspection in circumstances.inspections if inspection.agency == principal.agency]
    return {
        **(_of_papers(principal, circumstances, now) if action in PAPER_ACTIONS else _NO_PAPERS),
        INCIDENT: _of_areas(incidents, now),
        INSPECTION: _of_inspections(inspections, action, now),
        **_of_control(principal, circumstances.takeovers, now),
    }


def _of_papers(principal: Principal, circumstances: Circumstances, now: datetime) -> dict[int, Cover]:
    valid = [
        basis
        for basis in circumstances.bases
        if basis.principal == principal.name and not basis.is_revoked and basis.starts_at <= now < basis.ends_at
    ]
    named = frozenset[str]().union(*(basis.cameras for basis in valid))
    reviewed = frozenset[str]().union(*(basis.cameras - basis.held for basis in valid))
    until = min((basis.ends_at for basis in valid), default=None)
    return {PAPERS: Cover(named, until=until), REVIEWED: Cover(reviewed, until=until)}


def _of_areas(found: Iterable[Incident | Inspection], now: datetime) -> Cover:
    open_ = [one for one in found if one.starts_at <= now < one.ends_at]
    areas = tuple(dict.fromkeys(one.area for one in open_))
    return Cover(areas=areas, until=min((one.ends_at for one in open_), default=None))


def _of_inspections(found: Iterable[Inspection], action: Action, now: datetime) -> Cover:
    """An agency's live checks of a camera count together, whichever of its inspections they were for."""
    open_ = [one for one in found if one.starts_at <= now < one.ends_at]
    cover = _of_areas(open_, now)
    if action is not Action.LIVE_CHECK or not open_:
        return cover
    spent = frozenset[str]().union(*(one.spent for one in open_))
    return replace(cover, excepted=spent, until=min(now + CHECK_LASTS, cover.until or now + CHECK_LASTS))


def _of_control(principal: Principal, takeovers: Iterable[Takeover], now: datetime) -> dict[int, Cover]:
    """The first of the takeovers in force of each camera holds it; the operator all others."""
    first: dict[str, Takeover] = {}
    for takeover in takeovers:
        if in_force(takeover, now):
            first[takeover.camera] = min(first.get(takeover.camera, takeover), takeover, key=precedence)
    mine = frozenset(camera for camera, takeover in first.items() if takeover.agency == principal.agency)
    others = frozenset(first) - mine
    until = min((takeover.ends_at for takeover in first.values()), default=None)
    return {
        HOLDS_CONTROL: Cover(mine, operators=frozenset({principal.agency}), excepted=others, until=until),
        HELD_BY_OTHER: Cover(others, until=until),
    }
