"""The cameras on which a principal may act at one moment, said without trying any: what each row of the policy allows
and denies, as classes of cameras and the places where its conditions hold.

A camera is within reach when it is in an allowing part and in no denying one: the effect of the policy, said of sets.
A registry finds them by its indexes. Circumstances are all that bear on the principal, on whichever camera.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.decider.conditions import staffed, standing
from services.decider.cover import COVERED, Cover, covers
from services.decider.facts import (
    BARRED,
    CATEGORIES,
    NOT_ACCEPTED,
    OPERATING,
    SEALED_LEVEL,
    Action,
    AgencyKind,
    Circumstances,
    Principal,
    Relation,
)
from services.decider.model import among, held, needs_mask, within
from services.decider.policy import Policy, Row
from services.decider.scope import ScopeClass, placed, possible

STATES = NOT_ACCEPTED | OPERATING | BARRED  # conditions that are the state of a camera's system
_LEVELS = range(SEALED_LEVEL + 1)  # 0: the policy has given none yet


@dataclass(frozen=True, slots=True)
class Part:
    """What one row speaks of: a class of cameras, the state of their systems (bits of STATES), conditions to be met."""

    place: ScopeClass
    state: int = 0
    conditions: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything within reach by the policy of ``revision``; ``covers`` by the bit of each condition that is needed."""

    allows: tuple[Part, ...]
    denials: tuple[Part, ...]
    covers: Mapping[int, Cover]
    staff: Mapping[int, datetime] = field(default_factory=dict)  # when the person's training and shift end, if needed
    revision: int = 0

    @property
    def until(self) -> datetime | None:
        """When the first of the facts that it stands on ends."""
        ends = [*self.staff.values(), *(cover.until for cover in self.covers.values() if cover.until)]
        return min(ends, default=None)


def reach(policy: Policy, principal: Principal, action: Action, circumstances: Circumstances, now: datetime) -> Reach:
    """What ``principal`` may do ``action`` to at ``now``."""
    roles = policy.borne(principal.role_text)
    rows = [row for row in policy.rows if held(roles, row.role) and among(action, row.action)]
    staff: dict[int, datetime] = {}
    for bit, ends_at in staffed(principal, circumstances, now):
        staff[bit] = max(ends_at, staff.get(bit, ends_at))
    held_bits = sum(staff)
    allows = tuple(part for row in rows if row.is_allow for part in _parts(row, principal, held_bits))
    denials = tuple(part for row in rows if not row.is_allow for part in _parts(row, principal, held_bits))
    needed = sum({bit for row in rows for bit in staff if needs_mask(row.needs) & bit})
    for part in (*allows, *denials):
        needed |= part.conditions
    found = covers(principal, action, circumstances, now)
    return Reach(
        allows,
        denials,
        {bit: cover for bit, cover in found.items() if bit & needed},
        {bit: ends_at for bit, ends_at in staff.items() if bit & needed},
    )


def _parts(row: Row, principal: Principal, staff: int) -> Iterator[Part]:
    """One for each relation in which the principal may stand to a camera; ``staff`` holds wherever it is."""
    needs = needs_mask(row.needs) & ~staff
    categories = tuple(category for category in CATEGORIES if within(category, row.categories))
    for relation in possible(principal):
        levels = tuple(level for level in _LEVELS if _admits(row, needs, principal, relation, level))
        if levels and among(relation, row.relation):
            place = placed(ScopeClass(row.rule, relation, levels, categories), principal)
            yield Part(place, needs & STATES, needs & COVERED)


def _admits(row: Row, needs: int, principal: Principal, relation: Relation, level: int) -> bool:
    """Whether the row speaks of cameras of ``level``, as far as this hangs on principal and level; never of hidden ones
    (``relation.is_hidden``).
    """
    is_open = 0 < level < SEALED_LEVEL
    is_hidden = not is_open and principal.kind is not AgencyKind.NATIONAL_SECURITY and relation is not Relation.OWN
    lacking = needs & ~(STATES | COVERED) & ~standing(principal, level)
    return within(level, row.levels) and not is_hidden and not lacking
