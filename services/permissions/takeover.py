"""Temporary control of one camera (Article 18): requested, released, ended by time; the epoch counts changes of holder.

    (control, command, now) → (control, events)

`holder` itself lives in the decider, since relays compute it too.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Denied, Exhausted, FailedPrecondition
from services.decider.facts import AgencyKind, Camera, Principal, Takeover
from services.decider.holder import RANK, Holder, holder
from services.permissions.fields import Fields

__all__ = ["Control", "Holder", "Takeover", "holder", "release", "request", "settle", "withdraw"]

LONGEST = timedelta(hours=24)
MAX_IN_FORCE = 32  # takeovers of one camera at a time: a handful of agencies with their renewals


class Ending(StrEnum):
    """Why a takeover is over."""

    RELEASED = "released"
    WITHDRAWN = "withdrawn"  # its papers or its incident ended
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Control:
    """Control of one camera: the takeovers not yet ended, the agency that holds, and the epoch of that holding."""

    camera: Camera
    agency: str
    epoch: int = 1
    takeovers: tuple[Takeover, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What an agency asks. ``name`` and ``number`` are the database's; ``ground`` is what it stands on, and until when:
    papers for the two security organs, a declared incident for emergency command; ("", now) when it names none.
    """

    name: str
    number: int
    principal: Principal
    reason: str
    ends_at: datetime
    ground: str
    ground_ends_at: datetime


@dataclass(frozen=True, slots=True)
class TakeoverGranted:
    """In force from now on; it holds unless a higher one stands above it."""

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
    takeover: str  # "" when the operator holds by default
    epoch: int


Event = TakeoverGranted | TakeoverEnded | HolderChanged
Outcome = tuple[Control, tuple[Event, ...]]


def passed_from(before: Control, outcome: Outcome, now: datetime) -> Takeover | None:
    """The takeover that held until ``outcome`` moved control to another agency; None when none did, or it was over."""
    control, events = outcome
    holding = holder(before.camera, before.takeovers, now)
    is_moved = any(isinstance(event, HolderChanged) for event in events)
    return holding.takeover if is_moved and holding.agency != control.agency else None


def operated(camera: Camera) -> Control:
    """Control of a camera that nobody ever took over: the operator's, epoch 1."""
    return Control(camera, camera.operator)


def request(control: Control, command: Request, now: datetime) -> Outcome:
    """Grant a takeover. It may stand below a higher one: then it is granted and holds once that one ends.

    Raises Denied for a kind of agency that Article 18 does not name, InvalidArgument for a wrong field.
    """
    _lawful(command, now)
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
    )
    control, moved = _hold(replace(control, takeovers=(*control.takeovers, granted)), now)
    return control, (*events, TakeoverGranted(granted), *moved)


def release(control: Control, name: str, principal: Principal, now: datetime) -> Outcome:
    """Give a takeover back before its end. Only its own agency may.

    Raises FailedPrecondition when it is not in force any more, Denied to another agency.
    """
    control, events = settle(control, now)
    found = next((takeover for takeover in control.takeovers if takeover.name == name), None)
    if found is None:
        raise FailedPrecondition("STATE_WRONG", f"{name} is not in force: nothing is left to release", state="ended")
    if found.agency != principal.agency:
        message = f"{name} is held by {found.agency} (Article 18): only it may release"
        raise Denied("HELD_BY_ANOTHER", message, holder=found.agency, camera=found.camera)
    control, ended = _end(control, (found,), Ending.RELEASED, now)
    return control, (*events, *ended)


def withdraw(control: Control, ground: str, now: datetime) -> Outcome:
    """End every takeover that stands on papers or an incident that ended early."""
    control, events = settle(control, now)
    over = tuple(takeover for takeover in control.takeovers if takeover.ground == ground)
    control, ended = _end(control, over, Ending.WITHDRAWN, now)
    return control, (*events, *ended)


def of_agency(control: Control, agency: str, now: datetime) -> Outcome:
    """End every takeover that an agency holds, since it has no rights any more."""
    control, events = settle(control, now)
    over = tuple(takeover for takeover in control.takeovers if takeover.agency == agency)
    control, ended = _end(control, over, Ending.WITHDRAWN, now)
    return control, (*events, *ended)


def settle(control: Control, now: datetime) -> Outcome:
    """Let time pass: takeovers whose end has come are dropped, and control moves on if one of them held it."""
    return _end(control, tuple(t for t in control.takeovers if t.ends_at <= now), Ending.EXPIRED, now)


def _end(control: Control, over: tuple[Takeover, ...], why: Ending, now: datetime) -> Outcome:
    """Drop takeovers, and say who holds after them."""
    left = tuple(takeover for takeover in control.takeovers if takeover not in over)
    control, moved = _hold(replace(control, takeovers=left), now)
    return control, (*(TakeoverEnded(t, min(now, t.ends_at), why) for t in over), *moved)


def _hold(control: Control, now: datetime) -> Outcome:
    """Name the holder; a change of agency has a new epoch."""
    holding = holder(control.camera, control.takeovers, now)
    if holding.agency == control.agency:
        return control, ()
    control = replace(control, agency=holding.agency, epoch=control.epoch + 1)
    name = holding.takeover.name if holding.takeover else ""
    return control, (HolderChanged(control.camera.name, holding.agency, name, control.epoch),)


def _lawful(command: Request, now: datetime) -> None:
    """Who may ask, and on what it stands (Article 18)."""
    kind = command.principal.kind
    if kind not in RANK:
        message = "only public security, national security (Article 18 ¶1) and emergency command (¶2) may take over"
        raise Denied("NOT_PERMITTED", message, article="Article 18")
    fields = Fields()
    fields.text("takeover.reason", command.reason, most=500)
    fields.span("takeover.end_time", now, command.ends_at, most=LONGEST)
    path, ground = "takeover.legal_basis", "the registered papers: letter and two certificates (Article 19)"
    if kind is AgencyKind.EMERGENCY_COMMAND:
        path, ground = "takeover.incident", "the declared incident (Article 18 ¶2)"
    fields.claim(bool(command.ground), path, f"name {ground}")
    fields.claim(command.ends_at <= command.ground_ends_at, "takeover.end_time", f"must not outlast {ground}")
    fields.settle()
