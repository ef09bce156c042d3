"""A request to change a camera's place or purpose, and its decision by public security (Article 22). Pure.

requested ──► approved (and applied) | rejected (by public security) | withdrawn (by the operator)
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument, Violation
from services.decider.facts import CATEGORIES
from services.registry import privacy
from services.registry.domain import code_of, is_on_earth
from services.registry.system.wording import line

_LONGEST = {"place": 200, "purpose": 500}  # as a camera's
_LONGEST_REASON = 500
_LOOKS_AT = range(1, 7)  # the premises that are no place of privacy
_CHANGES = ("place", "latitude", "longitude", "direction", "category", "premises", "purpose")
_PATHS = ("place", "position", "direction_degrees", "place_category", "premises", "purpose")


class ChangeState(IntEnum):
    """Where a request stands."""

    REQUESTED = 1
    APPROVED = 2
    REJECTED = 3
    WITHDRAWN = 4


@dataclass(frozen=True, slots=True)
class CameraChange:
    """One request. What is None stays as it is. Degrees: WGS 84; direction from north, clockwise."""

    name: str
    camera: str
    reason: str
    requested_by: str
    requested_at: datetime
    place: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    direction: float | None = None
    category: int | None = None
    premises: int | None = None
    purpose: str | None = None
    state: ChangeState = ChangeState.REQUESTED
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""

    @property
    def changes(self) -> dict[str, str | float]:
        """The new values by field, only those that change."""
        return {name: value for name in _CHANGES if (value := getattr(self, name)) is not None}


def violations(change: CameraChange) -> list[Violation]:
    """What is wrong with a request; empty when it is sound. Places of privacy come first (Article 6 ¶2)."""
    return [*(violation for _, violation in _privacy(change)), *_texts(change), *_numbers(change)]


def refuse_unless_sound(change: CameraChange) -> None:
    """Raise errors.InvalidArgument with every violation; PLACE_OF_PRIVACY outranks the rest (Article 6 ¶2)."""
    private = next(_privacy(change), None)
    if private:
        reason = "PLACE_OF_PRIVACY"
        raise InvalidArgument(*violations(change), reason=reason, place=private[0], article="Article 6 ¶2")
    if wrong := violations(change):
        raise InvalidArgument(*wrong)


def refuse_own_decision(requesting_agency: str, deciding_agency: str) -> None:
    """Raise errors.Denied when the agency that asked would decide: authorisation is somebody else's (Article 22)."""
    if requesting_agency == deciding_agency:
        message = f"{deciding_agency} asked for this change: another agency of public security decides it"
        raise Denied("NOT_PERMITTED", message, article="Article 22")


def decide(change: CameraChange, by: str, approved: bool, reason: str, now: datetime) -> CameraChange:
    """The request as ``by`` (principals/…) decided it. Applying what is approved is the caller's.

    Raises errors.InvalidArgument without a sound reason, errors.FailedPrecondition when it is no longer open.
    """
    _refuse_unless_open(change)
    if wrong := list(line("reason", reason, _LONGEST_REASON)):
        raise InvalidArgument(*wrong)
    state = ChangeState.APPROVED if approved else ChangeState.REJECTED
    return replace(change, state=state, decided_by=by, decided_at=now, decision_reason=reason)


def withdraw(change: CameraChange, by: str, now: datetime) -> CameraChange:
    """The request as taken back by ``by``; errors.FailedPrecondition when it is no longer open."""
    _refuse_unless_open(change)
    return replace(change, state=ChangeState.WITHDRAWN, decided_by=by, decided_at=now)


def _refuse_unless_open(change: CameraChange) -> None:
    if change.state != ChangeState.REQUESTED:
        when = f" at {change.decided_at:%Y-%m-%d %H:%M} UTC" if change.decided_at else ""
        message = f"{change.name} was {change.state.name.lower()} by {change.decided_by}{when}: ask for a new change"
        raise FailedPrecondition("STATE_WRONG", message, state=change.state.name)


def _privacy(change: CameraChange) -> Iterator[tuple[str, Violation]]:
    """Each prohibited place with its violation."""
    if change.premises in privacy.PREMISES:
        place = privacy.PREMISES[change.premises]
        yield place, Violation("camera_change.premises", f"a camera in {place} is prohibited (Article 6 ¶2)")
    for name, longest in _LONGEST.items():
        if word := privacy.prohibited_word((getattr(change, name) or "")[:longest]):
            advice = "if the camera looks elsewhere, say so: 'outside the …', '…门外'"
            sentence = f"{word!r} is a place of privacy, prohibited (Article 6 ¶2); {advice}"
            yield word, Violation(f"camera_change.{name}", sentence)


def _texts(change: CameraChange) -> Iterator[Violation]:
    if not code_of(change.camera):
        yield Violation(
            "camera_change.camera", "must be districts/{six digits}/cameras/{20 digits}, the name of a camera"
        )
    yield from line("camera_change.reason", change.reason, _LONGEST_REASON)
    for name, longest in _LONGEST.items():
        if (text := getattr(change, name)) is not None:
            yield from line(f"camera_change.{name}", text, longest)


def _numbers(change: CameraChange) -> Iterator[Violation]:
    if not change.changes:
        yield Violation("camera_change", f"changes nothing: give one of {', '.join(_PATHS)}")
    if (change.latitude, change.longitude) != (None, None):
        yield from _position(change.latitude, change.longitude)
    if change.direction is not None and not (math.isfinite(change.direction) and 0 <= change.direction < 360):
        yield Violation("camera_change.direction_degrees", "must be degrees from north, clockwise: 0 ≤ d < 360")
    if change.category is not None and change.category not in CATEGORIES:
        yield Violation("camera_change.place_category", "must be one of the thirteen of Article 6 ¶1")
    if change.premises is not None and change.premises not in {*_LOOKS_AT, *privacy.PREMISES}:
        yield Violation("camera_change.premises", "must say what the camera looks at")


def _position(latitude: float | None, longitude: float | None) -> Iterator[Violation]:
    path = "camera_change.position"
    if latitude is None or longitude is None:
        yield Violation(path, "needs both latitude and longitude")
    elif not is_on_earth(latitude, longitude):
        yield Violation(path, "must be WGS 84 degrees: latitude -90 to 90, longitude -180 to 180")
    elif (latitude, longitude) == (0, 0):
        yield Violation(path, "is 0, 0, in the ocean: send the whole position")
