"""Agencies and their principals: who they are, and when a principal has no rights any more."""

import re
from collections.abc import Set
from dataclasses import dataclass, replace

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import CITY, DISTRICTS, LEVELS, AgencyKind, Principal, Tier, own_roles
from services.decider.policy import Policy
from services.permissions.fields import Fields, check_reason

_NAME = r"{}/[a-z0-9]+(-[a-z0-9]+)*"
_ROLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_NAME = 100
MAX_CERTIFICATES = 16
MAX_ROLES = 16
ARTICLE = "Article 14 ¶2"  # three organs set levels and permissions together; municipal public security leads


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation that connects. ``jurisdiction`` is the six-digit code of GB/T 2260."""

    name: str
    display_name: str
    kind: AgencyKind
    tier: Tier
    jurisdiction: str
    is_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A principal on record. Its certificates are SHA-256 fingerprints in hex."""

    name: str
    agency: str
    clearance: int
    certificates: frozenset[str]
    roles: frozenset[str] = frozenset()
    is_revoked: bool = False
    is_person: bool = False  # calls with tokens, over connections of its agency's systems


@dataclass(frozen=True, slots=True)
class PrincipalRevoked:
    """Every right of ``account`` ends now, in running sessions too."""

    account: Account
    principal: str
    reason: str


@dataclass(frozen=True, slots=True)
class PrincipalReinstated:
    """``account`` has its rights back."""

    account: Account
    principal: str
    reason: str


def check_agency(agency: Agency) -> None:
    """Raise InvalidArgument unless name, tier and jurisdiction fit together (Articles 4, 5)."""
    fields = Fields()
    _check_name(fields, "agency.name", agency.name, "agencies")
    fields.text("agency.display_name", agency.display_name, most=200)
    allowed = (CITY,) if agency.tier is Tier.MUNICIPAL else DISTRICTS
    offer = f"must be {' '.join(allowed)} for the {agency.tier} tier (Articles 4, 5)"
    fields.claim(agency.jurisdiction in allowed, "agency.jurisdiction", offer)
    fields.settle()


def check_account(account: Account) -> None:
    """Raise InvalidArgument unless the account can be put on record."""
    fields = Fields()
    _check_name(fields, "principal.name", account.name, "principals")
    _check_name(fields, "principal.agency", account.agency, "agencies")
    fields.claim(account.clearance in LEVELS, "principal.clearance", "must be a level from 1 to 5 (Article 14)")
    is_own = account.roles.isdisjoint(AgencyKind) and all(map(_ROLE.fullmatch, account.roles))
    fields.claim(is_own, "principal.roles", "must be small words with hyphens, and no kind of agency: that is its own")
    are_prints = all(re.fullmatch(r"[0-9a-f]{64}", print_) for print_ in account.certificates)
    is_sized = len(account.certificates) <= MAX_CERTIFICATES
    offer = f"must be at most {MAX_CERTIFICATES} SHA-256 fingerprints in small hexadecimal digits"
    fields.claim(are_prints and is_sized, "principal.certificate_sha256", offer)
    fields.settle()


def check_roles(roles: Set[str], path: str, agency: Agency, policy: Policy) -> None:
    """Raise InvalidArgument unless ``policy`` defines each of ``roles`` for principals of ``agency``."""
    offered = sorted(role.role for role in policy.roles if role.is_for(own_roles(agency.kind, agency.tier)))
    unknown = sorted(roles - set(offered))[:MAX_ROLES]
    offer = (
        f"must be of the roles defined for {agency.kind}@{agency.tier} ({' '.join(offered) or 'none'}): not {unknown}"
    )
    fields = Fields(about={"article": ARTICLE})
    fields.claim(not unknown, path, offer)
    fields.claim(len(roles) <= MAX_ROLES, path, f"must be at most {MAX_ROLES} roles")
    fields.settle()


def acting(account: Account, agency: Agency) -> Principal:
    """The account as the decider reads it; suspended when it or its agency is."""
    return Principal(
        name=account.name,
        agency=agency.name,
        kind=agency.kind,
        tier=agency.tier,
        jurisdiction=agency.jurisdiction,
        clearance=account.clearance,
        roles=account.roles,
        is_suspended=account.is_revoked or agency.is_suspended,
        is_person=account.is_person,
    )


def revoke(account: Account, by: Principal, reason: str) -> tuple[Account, tuple[PrincipalRevoked, ...]]:
    """End every right: by its own agency or municipal public security. Raises Denied to anyone else."""
    if by.is_suspended or (by.agency != account.agency and not is_municipal_police(by)):
        message = f"{account.name} is revoked by its own agency or municipal public security (Article 14 ¶2)"
        raise Denied("NOT_PERMITTED", message, article=ARTICLE)
    check_reason(reason)
    if account.is_revoked:
        raise FailedPrecondition("STATE_WRONG", f"{account.name} is revoked already", state="revoked")
    revoked = replace(account, is_revoked=True)
    return revoked, (PrincipalRevoked(revoked, by.name, reason),)


def reinstate(account: Account, by: Principal, reason: str) -> tuple[Account, tuple[PrincipalReinstated, ...]]:
    """Give a revoked principal its rights back: by municipal public security alone."""
    if not is_municipal_police(by):
        message = f"{account.name} is reinstated by municipal public security (Article 14 ¶2): ask it"
        raise Denied("NOT_PERMITTED", message, article=ARTICLE)
    check_reason(reason)
    if not account.is_revoked:
        raise FailedPrecondition("STATE_WRONG", f"{account.name} is not revoked", state="active")
    reinstated = replace(account, is_revoked=False)
    return reinstated, (PrincipalReinstated(reinstated, by.name, reason),)


def is_municipal_police(principal: Principal) -> bool:
    """Whether it acts for municipal public security, which leads by Article 14 ¶2, and may act at all."""
    return (
        principal.kind is AgencyKind.PUBLIC_SECURITY and principal.tier is Tier.MUNICIPAL and not principal.is_suspended
    )


def _check_name(fields: Fields, path: str, name: str, collection: str) -> None:
    holds = len(name) <= MAX_NAME and re.fullmatch(_NAME.format(collection), name) is not None
    fields.claim(holds, path, f"must be {collection}/ and small letters, digits, single hyphens, ≤ {MAX_NAME}")
