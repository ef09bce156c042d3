"""The classes of cameras on which a principal may act, for lists.

Registry compiles a scope to SQL and filters before it counts. A scope holds what is true of whole classes. What hangs
on one camera's moment (papers, an incident, a takeover, the state of its system) is not in it: decide those cameras by
name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.decider.conditions import USUAL, standing
from services.decider.facts import CATEGORIES, CITY, DISTRICTS, LEVELS, Action, Principal, Relation, Tier
from services.decider.model import Request, among, held, matches
from services.decider.policy import Policy, Row


@dataclass(frozen=True, slots=True)
class ScopeClass:
    """Cameras that meet every line here. Empty ``districts`` or ``operator`` restrict nothing."""

    rule: str
    relation: Relation
    levels: tuple[int, ...]
    categories: tuple[int, ...]
    districts: tuple[str, ...] = ()
    excluded_districts: tuple[str, ...] = ()
    operator: str = ""
    is_operator_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Alternatives: a camera in any class is in scope; without classes nothing is."""

    revision: int
    classes: tuple[ScopeClass, ...]


def classes(policy: Policy, principal: Principal, action: Action) -> Iterator[ScopeClass]:
    """The classes of each allowing row, less what a denying row takes away."""
    roles = policy.borne(principal.role_text)
    rows = [r for r in policy.rows if held(roles, r.role) and among(action, r.action)]
    denials = [row for row in rows if not row.is_allow]
    for row in (row for row in rows if row.is_allow):
        for relation in possible(principal):
            if among(relation, row.relation):
                yield from _of_row(row, denials, principal, (roles, relation, action))


_Asked = tuple[str, Relation, Action]  # the roles that the principal bears, how it stands to cameras, to do what


def _of_row(row: Row, denials: list[Row], principal: Principal, asked: _Asked) -> Iterator[ScopeClass]:
    """One class for all levels that admit the same categories."""
    roles, relation, action = asked
    levels_of: dict[tuple[int, ...], list[int]] = {}
    for level in LEVELS:
        bits = standing(principal, level) | USUAL
        requests: list[Request] = [(roles, relation, action, level, c, bits) for c in CATEGORIES]
        admitted = [r[4] for r in requests if matches(row, r) and not any(matches(deny, r) for deny in denials)]
        levels_of.setdefault(tuple(admitted), []).append(level)
    for categories, levels in levels_of.items():
        if categories:
            yield placed(ScopeClass(row.rule, relation, tuple(levels), categories), principal)


def possible(principal: Principal) -> tuple[Relation, ...]:
    """The relations in which a principal of its tier can stand to a camera of the city."""
    if principal.tier is Tier.DISTRICT:
        return Relation.OWN, Relation.DISTRICT, Relation.OTHER
    return Relation.OWN, Relation.MUNICIPAL


def placed(found: ScopeClass, principal: Principal) -> ScopeClass:
    """The class with its relation said as operator and districts; the inverse of relation.relation."""
    if found.relation is Relation.OWN:
        return replace(found, operator=principal.agency)
    foreign = replace(found, operator=principal.agency, is_operator_excluded=True)
    if found.relation is Relation.OTHER:
        return replace(foreign, excluded_districts=(principal.jurisdiction,))
    return replace(
        foreign, districts=(principal.jurisdiction,) if found.relation is Relation.DISTRICT else (CITY, *DISTRICTS)
    )
