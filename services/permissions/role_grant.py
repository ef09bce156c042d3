"""Roles given to principals, as the policy in force defines them (Article 14 ¶2). Pure."""

from collections.abc import Set
from dataclasses import dataclass

from services.chassis.errors import Denied
from services.decider.facts import Principal
from services.decider.policy import Policy
from services.decider.roles import Grantor
from services.permissions.agency import ARTICLE, Account, Agency
from services.permissions.enrolment import is_steward, refuse_unless_enrolling, steward
from services.permissions.fields import check_reason


@dataclass(frozen=True, slots=True)
class RoleOrder:
    """That a principal has these roles from now on, and the reason given."""

    name: str
    roles: frozenset[str]
    reason: str


def refuse_unless_granting(by: Principal, agency: Agency, policy: Policy, roles: Set[str]) -> None:
    """Raise Denied to others than who may give ``roles`` to principals of ``agency``, and take them back."""
    refuse_unless_enrolling(by, agency)
    kept = sorted(role.role for role in policy.roles if role.role in roles and role.granted_by == Grantor.STEWARD)
    if kept and not is_steward(by, agency.kind, agency.tier):
        who = steward(agency.kind, agency.tier).value
        message = f"{' '.join(kept)} is given and taken back by municipal {who} alone (Article 14 ¶2): ask it"
        raise Denied("NOT_PERMITTED", message, article=ARTICLE)


def changed(account: Account, order: RoleOrder) -> frozenset[str]:
    """The roles that are given or taken back. Raises InvalidArgument without a reason."""
    check_reason(order.reason)
    return account.roles ^ order.roles
