"""Roles given to principals, as the policy in force defines them (Article 14 ¶2). Pure."""

from collections.abc import Set
from dataclasses import dataclass, replace

from services.chassis.errors import Denied
from services.decider.facts import Principal
from services.decider.policy import Policy
from services.decider.roles import Grantor
from services.permissions.agencies.domain import ARTICLE, Account, Agency, check_account, check_roles
from services.permissions.agencies.enrolment import check_clearance, is_steward, refuse_unless_enrolling, steward
from services.permissions.fields import check_reason


@dataclass(frozen=True, slots=True)
class RoleOrder:
    """That a principal has these roles from now on, this clearance (0: it stays), and the reason given."""

    name: str
    roles: frozenset[str]
    reason: str
    clearance: int = 0


def refuse_unless_granting(by: Principal, agency: Agency, policy: Policy, roles: Set[str]) -> None:
    """Raise Denied to others than who may give ``roles`` to principals of ``agency``, and take them back."""
    refuse_unless_enrolling(by, agency)
    kept = sorted(role.role for role in policy.roles if role.role in roles and role.granted_by == Grantor.STEWARD)
    if kept and not is_steward(by, agency.kind, agency.tier):
        who = steward(agency.kind, agency.tier).value
        message = f"{' '.join(kept)} is given and taken back by municipal {who} alone (Article 14 ¶2): ask it"
        raise Denied("NOT_PERMITTED", message, article=ARTICLE)


def ordered(account: Account, order: RoleOrder) -> Account:
    """The account as it is to be. Raises InvalidArgument without a reason."""
    check_reason(order.reason)
    return replace(account, roles=order.roles, clearance=order.clearance or account.clearance)


def check(account: Account, wanted: Account, agency: Agency, policy: Policy) -> None:
    """Raise InvalidArgument unless ``account`` can become ``wanted``: what it has already is not asked about."""
    check_roles(wanted.roles - account.roles, "roles", agency, policy)
    check_account(wanted)
    if wanted.clearance > account.clearance:
        check_clearance(wanted, agency, policy, "clearance")


def takes(account: Account, wanted: Account) -> bool:
    """Whether anything is taken back."""
    return not account.roles <= wanted.roles or wanted.clearance < account.clearance
