"""Ordinary control of one camera, outside any takeover (Articles 14 ¶1, 20): a short lease below every takeover.

Whoever the policy lets command gets one with its first command, and each later one may prolong it. The operator
precedes an agency; among agencies whoever came first. While it lasts the others are refused, by name.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.decider.facts import ControlLease, Principal
from services.decider.holder import Holder, holder
from services.permissions import refusals
from services.permissions.takeover import Control, LeaseGiven, Outcome, hold, settle

LIFETIME = timedelta(seconds=10)
_PROLONGED_FROM = (
    LIFETIME / 2
)  # with less left a command prolongs it: a write for some seconds of commands, not for each


def lease(control: Control, number: int, who: Principal, now: datetime) -> Outcome:
    """Have the principal's agency control the camera for a while from ``now``; nothing where it has taken it over.

    ``number`` counts when the agency has none yet. That the policy lets it command is settled before. Raises Denied,
    HELD_BY_ANOTHER, while a takeover, or a lease that precedes, is in force.
    """
    control, events = settle(control, now)
    holding = holder(control.camera, control.takeovers, now, control.leases)
    if holding.takeover is not None and holding.agency == who.agency:
        return control, events
    if is_kept_off(control, holding, who):
        raise refusals.held_by_another(control.camera.name, holding)
    own = next((one for one in control.leases if one.agency == who.agency), None)
    given = ControlLease(number, control.camera.name, who.agency, who.name, now, now + LIFETIME)
    if own is not None:
        given = replace(given, number=own.number, starts_at=own.starts_at)
    others = (one for one in control.leases if one is not own)
    control, moved = hold(replace(control, leases=(*others, given)), now)
    return control, (*events, LeaseGiven(given), *moved)


def is_kept_off(control: Control, holding: Holder, who: Principal) -> bool:
    """Whether what another has precedes a lease of this principal's agency."""
    if holding.agency == who.agency:
        return False
    return holding.takeover is not None or (holding.lease is not None and who.agency != control.camera.operator)


def is_lasting(holding: Holder, now: datetime) -> bool:
    """Whether a command of the holder's changes nothing: it has taken over, or half of its lease is left."""
    if holding.lease is None:
        return holding.takeover is not None
    return holding.lease.ends_at - now > _PROLONGED_FROM
