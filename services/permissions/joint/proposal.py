"""A proposal from the day it is made to the day it is in force (Article 14 ¶2). Pure: a state and an act give a state.

      three signatures in time, on the policy that it changes ──► adopted
open ─┤ withdrawn (municipal public security)   rejected (any of the organs)
      └ expired (its time)                      outdated (another proposal was adopted first)
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument, Violation
from services.decider.facts import AgencyKind, Principal, Tier
from services.permissions.agencies.domain import ARTICLE, is_municipal_police
from services.permissions.fields import check_reason
from services.permissions.genesis import ORGANS

PURPOSE = "kapok.permissions.policy-change"
USUAL_WINDOW = timedelta(hours=168)
LONGEST_WINDOW = timedelta(hours=720)


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    EXPIRED = "expired"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Signature:
    """An organ's yes to the very bytes of a change."""

    organ: AgencyKind
    principal: str
    signature: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """``digest`` is SHA-256 over the serialised change, 32 bytes: what is signed."""

    name: str
    digest: bytes
    base_revision: int
    principal: str
    created_at: datetime
    sign_by: datetime
    state: State = State.OPEN
    signatures: tuple[Signature, ...] = ()
    closed_at: datetime | None = None
    closed_by: str = ""
    close_reason: str = ""
    adopted_revision: int = 0


def refuse_unless_leading(principal: Principal) -> None:
    """Raise Denied to others than municipal public security, which the article has lead."""
    if not is_municipal_police(principal):
        raise Denied("NOT_PERMITTED", f"municipal public security proposes ({ARTICLE}): ask it", article=ARTICLE)


def organ_of(principal: Principal) -> AgencyKind:
    """The organ that the principal acts for. Raises Denied when it is none of the three."""
    if principal.kind not in ORGANS or principal.tier is not Tier.MUNICIPAL or principal.is_suspended:
        message = f"this is for the three organs of {ARTICLE}: municipal {', '.join(kind.value for kind in ORGANS)}"
        raise Denied("NOT_PERMITTED", message, article=ARTICLE)
    return principal.kind


def sign(proposal: Proposal, principal: Principal, signature: bytes, now: datetime, *, is_genuine: bool) -> Proposal:
    """With the organ's signature; ``is_genuine``: by the key pinned for it. The third makes it `is_signed`."""
    organ = organ_of(principal)
    _refuse_unless_open(proposal)
    if any(one.organ is organ for one in proposal.signatures):
        raise FailedPrecondition("STATE_WRONG", f"{organ.value} has signed {proposal.name} already", state="signed")
    if not is_genuine:
        advice = f"must be Ed25519 by the key pinned for {organ.value}, over {PURPOSE!r}, a zero byte and change_sha256"
        raise InvalidArgument(Violation("signature", advice), reason="SIGNATURE_WRONG", article=ARTICLE)
    return replace(proposal, signatures=(*proposal.signatures, Signature(organ, principal.name, signature, now)))


def is_signed(proposal: Proposal) -> bool:
    """Whether all three organs have."""
    return {one.organ for one in proposal.signatures} == set(ORGANS)


def adopted(proposal: Proposal, revision: int, now: datetime) -> Proposal:
    """In force as ``revision``."""
    return replace(proposal, state=State.ADOPTED, adopted_revision=revision, closed_at=now)


def reject(proposal: Proposal, principal: Principal, reason: str, now: datetime) -> Proposal:
    """Over, by one organ's no."""
    organ_of(principal)
    return _closed(proposal, State.REJECTED, principal, reason, now)


def withdraw(proposal: Proposal, principal: Principal, reason: str, now: datetime) -> Proposal:
    """Taken back by who leads."""
    refuse_unless_leading(principal)
    return _closed(proposal, State.WITHDRAWN, principal, reason, now)


def settled(proposal: Proposal, newest_revision: int, now: datetime) -> Proposal:
    """As it stands by ``now``: what time, or a proposal that was faster, has done to it."""
    if proposal.state is not State.OPEN:
        return proposal
    if proposal.base_revision != newest_revision:
        return replace(proposal, state=State.OUTDATED, closed_at=now)
    if now >= proposal.sign_by:
        return replace(proposal, state=State.EXPIRED, closed_at=proposal.sign_by)
    return proposal


def _closed(proposal: Proposal, state: State, principal: Principal, reason: str, now: datetime) -> Proposal:
    check_reason(reason)
    _refuse_unless_open(proposal)
    return replace(proposal, state=state, closed_at=now, closed_by=principal.name, close_reason=reason)


def _refuse_unless_open(proposal: Proposal) -> None:
    if proposal.state is not State.OPEN:
        message = f"{proposal.name} is {proposal.state.value}: propose the change anew"
        raise FailedPrecondition("STATE_WRONG", message, state=proposal.state.value)
