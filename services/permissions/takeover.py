"""Temporary control of one camera (Article 18): requested, renewed, given back, revoked, ended by time.

    (control, command, now) → (control, events)

The epoch counts changes of holder. A takeover of many cameras is the same for each of them. `holder` itself lives in
the decider, since relays compute it too.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Denied, Exhausted, FailedPrecondition
from services.decider.facts import Camera, ControlLease, Principal, Takeover
from services.decider.holder import Holder, holder
from services.decider.relation import is_hidden
from services.permissions.fields import Fields

__all__ = [
    "Control",
    "Holder",
    "Takeover",
    "grant",
    "hold",
    "holder",
    "release",
    "renew",
    "settle",
    "withdraw",
]

LONGEST = timedelta(hours=24)
GRANT_LIFETIME = timedelta(seconds=2)  # of the right to command under an epoch: then it is asked for again
MAX_IN_FORCE = 32  # takeovers of one camera at a time: a handful of agencies with their renewals


class Cause(StrEnum):
    """Why, of the vocabulary that Article 18 has: law enforcement (¶1), or one of the four kinds of incident (¶2)."""

    LAW_ENFORCEMENT = "law-enforcement"
    NATURAL_DISASTER = "natural-disaster"
    ACCIDENT = "accident"
    PUBLIC_HEALTH = "public-health"
    PUBLIC_SECURITY = "public-security"


class Ending(StrEnum):
    """Why a takeover is over."""

    RELEASED = "released"
    REVOKED = "revoked"  # by one of the three organs
    WITHDRAWN = "withdrawn"  # its papers or its incident ended
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Why who ranks below is to see nothing meanwhile; ``duty_reason`` why not even the operator, "" when it may."""

    reason: str
    duty_reason: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """Control of one camera: the takeovers and leases not yet ended, the agency that holds, and the epoch of that."""

    camera: Camera
    agency: str
    epoch: int = 1
    takeovers: tuple[Takeover, ...] = ()
    leases: tuple[ControlLease, ...] = ()  # below every takeover: services/permissions/takeovers/control_lease.py


@dataclass(frozen=True, slots=True)
class Request:
    """What an agency asks. ``name`` and ``number`` are the database's; ``ground`` is what it stands on, and until when:
    papers for the two security organs, a declared incident for emergency command; ("", now) when it names none.
    """

    name: str
    number: int
    principal: Principal
    cause: Cause | None
    reason: str
    ends_at: datetime
    ground: str
    ground_ends_at: datetime
    exclusive: Exclusive | None = None


@dataclass(frozen=True, slots=True)
class Until:
    """Until when a takeover is to last, and until when what it stands on does."""

    ends_at: datetime
    ground_ends_at: datetime


@dataclass(frozen=True, slots=True)
class TakeoverGranted:
    """In force from now on; it holds unless a higher one stands above it."""

    takeover: Takeover


@dataclass(frozen=True, slots=True)
class TakeoverRenewed:
    """It ends later than it did."""

    takeover: Takeover


@dataclass(frozen=True, slots=True)
class TakeoverEnded:
    """Over at ``at``: given back, ended with its ground, or by time."""

    takeover: Takeover
    at: datetime
    why: Ending


@dataclass(frozen=True, slots=True)
class HolderChanged:
    """Control moved; commands of an older epoch are refused from here on."""

    camera: str
    agency: str
    takeover: str  # "" when it is ordinary control
    epoch: int


@dataclass(frozen=True, slots=True)
class LeaseGiven:
    """Ordinary control goes on until the lease's end."""

    lease: ControlLease


@dataclass(frozen=True, slots=True)
class LeaseOver:
    """By time, or with the rights of who had it."""

    lease: ControlLease


OfTakeover = TakeoverGranted | TakeoverRenewed | TakeoverEnded  # what goes on record
Event = OfTakeover | HolderChanged | LeaseGiven | LeaseOver
Outcome = tuple[Control, tuple[Event, ...]]


def operated(camera: Camera, epoch: int = 1) -> Control:
    """Control of a camera that nobody ever took over: the operator's, under the first epoch that there is here."""
    return Control(camera, camera.operator, epoch)


def grant(control: Control, command: Request, now: datetime) -> Outcome:
    """Grant a takeover that passed `check`. It may stand below a higher one: then it holds once that one ends.

    Raises Exhausted when too many are in force of this camera.
    """
    control, events = settle(control, now)
    if len(control.takeovers) >= MAX_IN_FORCE:
        soonest = min(takeover.ends_at for takeover in control.takeovers)
        message = f"{MAX_IN_FORCE} takeovers of this camera are in force: release one first"
        raise Exhausted("LIMIT_REACHED", message, retry_after=soonest - now, limit=str(MAX_IN_FORCE))
    who = command.principal
    granted = Takeover(
        name=command.name,
        number=command.number,
        camera=control.camera.name,
        agency=who.agency,
        principal=who.name,
        kind=who.kind,
        tier=who.tier,
        starts_at=now,
        ends_at=command.ends_at,
        ground=command.ground,
        is_exclusive=command.exclusive is not None,
        suspends_duty=command.exclusive is not None and bool(command.exclusive.duty_reason),
    )
    control, moved = hold(replace(control, takeovers=(*control.takeovers, granted)), now)
    return control, (*events, TakeoverGranted(granted), *moved)


def renew(control: Control, name: str, principal: Principal, until: Until, now: datetime) -> Outcome:
    """Have a takeover end later. Only its own agency may, while it is in force and as long as its ground lasts.

    Raises FailedPrecondition when it is over, Denied to another agency, InvalidArgument for an end that can't be.
    """
    control, events = settle(control, now)
    found = _own(control, name, principal)
    fields = Fields()
    fields.span("takeover.end_time", now, until.ends_at, most=LONGEST)
    fields.claim(until.ends_at >= found.ends_at, "takeover.end_time", "must not be earlier than it is: release instead")
    fields.claim(until.ends_at <= until.ground_ends_at, "takeover.end_time", "must not outlast what it stands on")
    fields.settle()
    longer = replace(found, ends_at=until.ends_at)
    control = replace(control, takeovers=tuple(longer if one is found else one for one in control.takeovers))
    return control, (*events, TakeoverRenewed(longer))


def release(control: Control, name: str, principal: Principal, now: datetime) -> Outcome:
    """Give a takeover back before its end. Only its own agency may.

    Raises FailedPrecondition when it is not in force any more, Denied to another agency.
    """
    control, events = settle(control, now)
    control, ended = _end(control, (_own(control, name, principal),), Ending.RELEASED, now)
    return control, (*events, *ended)


def revoke(control: Control, name: str, now: datetime) -> Outcome:
    """End a takeover against its holder's will: what one of the three organs may. Nothing where it is over."""
    control, events = settle(control, now)
    over = tuple(takeover for takeover in control.takeovers if takeover.name == name)
    control, ended = _end(control, over, Ending.REVOKED, now)
    return control, (*events, *ended)


def withdraw(control: Control, ground: str, now: datetime) -> Outcome:
    """End every takeover that stands on papers or an incident that ended early."""
    control, events = settle(control, now)
    over = tuple(takeover for takeover in control.takeovers if takeover.ground == ground)
    control, ended = _end(control, over, Ending.WITHDRAWN, now)
    return control, (*events, *ended)


def _own(control: Control, name: str, principal: Principal) -> Takeover:
    """The takeover of that name in force, of the principal's own agency."""
    found = next((takeover for takeover in control.takeovers if takeover.name == name), None)
    if found is None:
        raise FailedPrecondition("STATE_WRONG", f"{name} is not in force: request another one", state="ended")
    if found.agency != principal.agency:
        message = f"{name} is held by {found.agency} (Article 18): only it may release or renew"
        raise Denied("HELD_BY_ANOTHER", message, holder=found.agency, camera=found.camera)
    return found


def of_agency(control: Control, agency: str, now: datetime) -> Outcome:
    """End every takeover and lease that an agency has, since it has no rights any more."""
    control, events = settle(control, now)
    over = tuple(takeover for takeover in control.takeovers if takeover.agency == agency)
    leases = tuple(lease for lease in control.leases if lease.agency == agency)
    control, ended = _end(control, over, Ending.WITHDRAWN, now, leases)
    return control, (*events, *ended)


def of_principal(control: Control, principal: str, now: datetime) -> Outcome:
    """End every takeover that a principal asked for, and its lease; the earlier lawful holder is back."""
    control, events = settle(control, now)
    over = tuple(takeover for takeover in control.takeovers if takeover.principal == principal)
    leases = tuple(lease for lease in control.leases if lease.principal == principal)
    control, ended = _end(control, over, Ending.WITHDRAWN, now, leases)
    return control, (*events, *ended)


def of_secret(control: Control, now: datetime) -> Outcome:
    """End every takeover by an agency to which the camera is a secret now (Article 11): it may not command it."""
    control, events = settle(control, now)
    over = tuple(takeover for takeover in control.takeovers if is_hidden(takeover, control.camera))
    control, ended = _end(control, over, Ending.WITHDRAWN, now)
    return control, (*events, *ended)


def settle(control: Control, now: datetime) -> Outcome:
    """Let time pass: what has come to its end is dropped, and control moves on if it was held by that."""
    leases = tuple(lease for lease in control.leases if lease.ends_at <= now)
    return _end(control, tuple(t for t in control.takeovers if t.ends_at <= now), Ending.EXPIRED, now, leases)


def _end(
    control: Control, over: tuple[Takeover, ...], why: Ending, now: datetime, leases: tuple[ControlLease, ...] = ()
) -> Outcome:
    """Drop takeovers and leases, and say who holds after them."""
    left = tuple(takeover for takeover in control.takeovers if takeover not in over)
    running = tuple(lease for lease in control.leases if lease not in leases)
    control, moved = hold(replace(control, takeovers=left, leases=running), now)
    return control, (*(TakeoverEnded(t, _over_at(t, now), why) for t in over), *map(LeaseOver, leases), *moved)


def _over_at(takeover: Takeover, now: datetime) -> datetime:
    """Within its time, also where the clock of who ends it is behind that of who granted it."""
    return max(takeover.starts_at, min(now, takeover.ends_at))


def hold(control: Control, now: datetime) -> Outcome:
    """Name the holder; a change of agency has a new epoch."""
    holding = holder(control.camera, control.takeovers, now, control.leases)
    if holding.agency == control.agency:
        return control, ()
    control = replace(control, agency=holding.agency, epoch=control.epoch + 1)
    name = holding.takeover.name if holding.takeover else ""
    return control, (HolderChanged(control.camera.name, holding.agency, name, control.epoch),)
