"""Who puts agencies, principals and certificates on record, and how high a clearance may be. Pure.

Levels and permissions are set by three organs together (Article 14 ¶2). So whoever enrols alone gives nobody more than
the rows that they signed give to its kind and tier, and makes no principal of another one of the three.
See docs/decisions/0016-clearance-from-the-rows.md.
"""

from collections.abc import Set

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import LEVELS, SEALED_LEVEL, Action, AgencyKind, Principal, Relation, Tier, own_roles
from services.decider.model import among, held, within
from services.decider.policy import Policy
from services.permissions.agencies.domain import ARTICLE, Account, Agency
from services.permissions.fields import Fields
from services.permissions.genesis import ORGANS

_LOOKING = (Action.DESCRIBE, Action.LIVE)
_GROUNDS = frozenset({"papers", "incident", "inspection"})  # of the moment: nobody stands on them


def is_organ(kind: AgencyKind, tier: Tier) -> bool:
    """Whether such an agency acts for one of the three organs."""
    return tier is Tier.MUNICIPAL and kind in ORGANS


def steward(kind: AgencyKind, tier: Tier) -> AgencyKind:
    """The kind whose municipal agency enrols agencies of this kind and tier, and principals of theirs.

    Public security leads. But no organ makes a principal of another one, and national security keeps its own
    (Article 11).
    """
    if kind is AgencyKind.NATIONAL_SECURITY:
        return kind
    return kind if is_organ(kind, tier) else AgencyKind.PUBLIC_SECURITY


def is_steward(by: Principal, kind: AgencyKind, tier: Tier) -> bool:
    """Whether the principal acts for the steward, and may act at all."""
    return _is_system(by) and by.tier is Tier.MUNICIPAL and by.kind is steward(kind, tier)


def refuse_unless_founding(by: Principal, agency: Agency) -> None:
    """Raise Denied to others than who enrols agencies of this kind and tier."""
    if not is_steward(by, agency.kind, agency.tier):
        who = f"municipal {steward(agency.kind, agency.tier).value}"
        raise Denied(
            "NOT_PERMITTED", f"{agency.name} is put on record by {who} (Article 14 ¶2): ask it", article=ARTICLE
        )


def refuse_unless_enrolling(by: Principal, agency: Agency) -> None:
    """Raise Denied to others than the agency itself and who enrols agencies of its kind and tier."""
    is_own = by.agency == agency.name and _is_system(by)
    if not is_own and not is_steward(by, agency.kind, agency.tier):
        raise no_enrolment()


def _is_system(by: Principal) -> bool:
    """Persons enrol nobody: whoever may register a key for tokens can speak as everybody in the agency."""
    return not by.is_suspended and not by.is_person


def no_enrolment() -> Denied:
    """For who may not, whether the agency exists or not."""
    message = (
        "principals, certificates and keys of an agency are put on record by itself, or by municipal public security;"
        " those of another organ and of national security by their own alone (Articles 11, 14 ¶2). No person does: an"
        " agency's system does"
    )
    return Denied("NOT_PERMITTED", message, article=ARTICLE)


def refuse_unless_reading(by: Principal, agency: str) -> None:
    """Raise Denied to others than the agency itself and the three organs of the city."""
    if by.is_suspended or (by.agency != agency and not is_organ(by.kind, by.tier)):
        message = "an agency's records are for itself and the three organs of the city (Article 14 ¶2)"
        raise Denied("NOT_PERMITTED", message, article=ARTICLE)


def ceiling(policy: Policy, kind: AgencyKind, tier: Tier, given: Set[str] = frozenset()) -> int:
    """The highest clearance that may be given to a principal of this kind and tier, and of the roles ``given``, without
    a joint setting.

    It is the highest level that a row in force shows to it standing: to know of or to watch, on no papers, incident or
    inspection. Beyond national security never a state secret: an operator's own need no clearance.
    """
    roles = policy.borne(" ".join((*own_roles(kind, tier), *given)))
    most = SEALED_LEVEL if kind is AgencyKind.NATIONAL_SECURITY else SEALED_LEVEL - 1
    relations = [r for r in Relation if (r is Relation.OWN) == (kind is AgencyKind.OPERATOR)]
    shown = [
        level
        for row in policy.rows
        if row.is_allow and held(roles, row.role) and _GROUNDS.isdisjoint(row.needs.split())
        if any(among(action, row.action) for action in _LOOKING) and any(among(r, row.relation) for r in relations)
        for level in LEVELS
        if within(level, row.levels)
    ]
    return min(max(shown, default=1), most)


def check_clearance(account: Account, agency: Agency, policy: Policy, path: str) -> None:
    """Raise InvalidArgument when the account of ``agency`` would be cleared for more than its ceiling."""
    most = ceiling(policy, agency.kind, agency.tier, account.roles)
    whose = " ".join((f"{agency.kind}@{agency.tier}", *sorted(account.roles)))
    offer = f"must be at most {most}: the rows in force let {whose} stand at no more ({ARTICLE})"
    fields = Fields(about={"article": ARTICLE})
    fields.claim(account.clearance <= most, path, offer)
    fields.settle()


def locks_out(agency: Agency, what: str) -> FailedPrecondition:
    """For what would leave one of the three organs with nobody who can act."""
    message = (
        f"{what} is the last that acts for municipal {agency.kind.value}: levels and permissions could not be set any"
        " more (Article 14 ¶2); register another one first"
    )
    return FailedPrecondition("LOCKS_ORGANS_OUT", message, article=ARTICLE)
