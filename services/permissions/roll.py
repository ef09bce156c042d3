"""The roll: what is on record of agencies and their principals, since when, by whom, and who suspends. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.facts import Principal
from services.permissions.agencies.certificate import Certificate
from services.permissions.agencies.domain import ARTICLE, Account, Agency, is_municipal_police
from services.permissions.agencies.enrolment import is_steward
from services.permissions.fields import check_reason


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """An agency on the roll. Those of the genesis were registered by nobody in particular."""

    agency: Agency
    registered_at: datetime | None = None
    registered_by: str = ""
    suspended_at: datetime | None = None
    suspend_reason: str = ""


@dataclass(frozen=True, slots=True)
class PrincipalEntry:
    """A principal on the roll with its certificates, revoked ones too."""

    account: Account
    certificates: tuple[Certificate, ...] = ()
    registered_at: datetime | None = None
    registered_by: str = ""
    revoked_at: datetime | None = None
    revoke_reason: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """One way in which somebody can act for an organ: an agency in force, its principal, that one's certificate."""

    agency: str
    principal: str
    certificate: str


def refuse_unless_suspending(by: Principal, agency: Agency) -> None:
    """Raise Denied to others than municipal public security and who enrols agencies of this kind."""
    if not is_municipal_police(by) and not is_steward(by, agency.kind, agency.tier):
        raise no_suspension()


def no_suspension() -> Denied:
    """For who may not, whether the agency exists or not."""
    message = "an agency is suspended and reinstated by municipal public security (Article 14 ¶2): ask it"
    return Denied("NOT_PERMITTED", message, article=ARTICLE)


def suspend(entry: AgencyEntry, by: Principal, reason: str, now: datetime) -> AgencyEntry:
    """Take every right of every principal of the agency, for now."""
    refuse_unless_suspending(by, entry.agency)
    check_reason(reason)
    if entry.agency.is_suspended:
        raise FailedPrecondition("STATE_WRONG", f"{entry.agency.name} is suspended already", state="suspended")
    return replace(
        entry, agency=replace(entry.agency, is_suspended=True), suspended_at=now, suspend_reason=reason
    )  # fmt: skip


def reinstate(entry: AgencyEntry, by: Principal, reason: str) -> AgencyEntry:
    """Give the agency its rights back."""
    refuse_unless_suspending(by, entry.agency)
    check_reason(reason)
    if not entry.agency.is_suspended:
        raise FailedPrecondition("STATE_WRONG", f"{entry.agency.name} is not suspended", state="active")
    return replace(entry, agency=replace(entry.agency, is_suspended=False), suspended_at=None, suspend_reason="")
