"""Names, times, actions and new cameras: protobuf ↔ domain. A field that can't be read is refused by name."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from kapok.permissions.v1 import decider_service_pb2, decision_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import CATEGORIES, Action

_NAMES = {
    kind: re.compile(spelt)
    for kind, spelt in {
        "camera": r"districts/[0-9]{6}/cameras/[0-9]{20}",
        "camera_snapshot": r"cameraSnapshots/[0-9a-f-]{36}",
        "camera_system": r"operators/[a-z0-9-]{1,91}/systems/[a-z0-9-]{1,40}",
        "principal": r"principals/[a-z0-9-]{1,89}",
        "agency": r"agencies/[a-z0-9-]{1,91}",
        "agency_key": r"agencyKeys/[0-9a-f]{64}",
        "certificate": r"certificates/[0-9a-f]{64}",
        "training": r"trainings/[0-9a-f-]{36}",
        "shift": r"shifts/[0-9a-f-]{36}",
        "legal_basis": r"legalBases/[0-9a-f-]{36}",
        "incident": r"incidents/[0-9a-f-]{36}",
        "takeover": r"takeovers/[0-9a-f-]{36}",
        "takeovers_or_all": r"takeovers/([0-9a-f-]{36}|-)",
        "claim": r"takeovers/[0-9a-f-]{36}/claims/[a-z0-9-]{1,91}",
        "inspection": r"inspections/[0-9a-f-]{36}",
        "ground": r"(incidents|inspections)/[0-9a-f-]{36}",
        "papers_review": r"legalBases/[0-9a-f-]{36}/reviews/[a-z0-9-]{1,91}",
        "review_terms": r"agencies/[a-z0-9-]{1,91}/reviewTerms",
        "proposal": r"policyProposals/[0-9a-f-]{36}",
        "sealed_levels": r"sealedLevels/[0-9a-f-]{36}",
        "version": r"policyVersions/[1-9][0-9]{0,8}",
        "session": r"sessions/[0-9a-f-]{36}",
    }.items()
}
_ACTIONS = {decision_pb2.Action.Value(f"ACTION_{action.name}"): action for action in Action}
_CODE = re.compile(r"[0-9]{20}")
MOST_NEW_CAMERAS = 1_000
_MOST_VIOLATIONS = 20


def named(kind: str, name: str, field: str) -> str:
    """``name`` when it is spelt as a name of this kind is; InvalidArgument otherwise."""
    if not is_named(kind, name):
        raise InvalidArgument(Violation(field, f"must be a name such as {spelling(kind)}"))
    return name


def is_named(kind: str, name: str) -> bool:
    """Whether ``name`` is spelt as a name of this kind is."""
    return _NAMES[kind].fullmatch(name) is not None


def spelling(kind: str) -> str:
    """How a name of this kind is spelt, as a regular expression."""
    return _NAMES[kind].pattern


def optional(kind: str, name: str, field: str) -> str:
    """The same, or nothing."""
    return named(kind, name, field) if name else ""


def action(value: int) -> Action:
    """The action asked for."""
    if value not in _ACTIONS:
        raise InvalidArgument(Violation("action", f"must be one of {', '.join(f'ACTION_{a.name}' for a in Action)}"))
    return _ACTIONS[value]


def instant(value: Timestamp, field: str) -> datetime:
    """An aware UTC time; the epoch itself counts as not given."""
    if not value.seconds:
        raise InvalidArgument(Violation(field, "must be given"))
    try:
        return value.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(Violation(field, "must be a time between the years 1 and 9999")) from error


def stamp(value: datetime | None) -> Timestamp | None:
    """A time as protobuf has it; nothing for none."""
    if value is None:
        return None
    made = Timestamp()
    made.FromDatetime(value)
    return made


def new_cameras(messages: Sequence[decider_service_pb2.NewCamera]) -> list[tuple[str, int]]:
    """Code and place category of each; InvalidArgument names the first few that are not spelt as they are."""
    if len(messages) > MOST_NEW_CAMERAS:
        raise InvalidArgument(Violation("cameras", f"must be at most {MOST_NEW_CAMERAS} in one call"))
    wrong = []
    for index, camera in enumerate(messages):
        if not _CODE.fullmatch(camera.code):
            wrong.append(Violation(f"cameras[{index}].code", "must be 20 digits (GB/T 28181)"))
        if camera.place_category not in CATEGORIES:
            wrong.append(Violation(f"cameras[{index}].place_category", "must be one of the thirteen of Article 6 ¶1"))
    if wrong:
        raise InvalidArgument(*wrong[:_MOST_VIOLATIONS])
    return [(camera.code, camera.place_category) for camera in messages]
