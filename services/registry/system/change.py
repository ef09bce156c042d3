"""The record that comes of a registration or an update: what a mask may name, and what is not taken back. Pure."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime

from services.chassis.errors import InvalidArgument, Violation
from services.registry.system.record import CameraSystem, LifeState, Operator
from services.registry.system.soundness import operator_violations, violations

# The fields' names are the API's paths.
_CHANGEABLE = (
    *("display_name", "funding", "qualifications", "acceptance", "is_fixed_place", "sign", "password_exclusion"),
    *("staff", "required_staff_count", "has_monitoring_room", "storage_days", "storage_citation", "checks"),
)
_OUTPUT_ONLY = {
    "name": "a system keeps its name: leave it out",
    "state": "changes by TransitionCameraSystem only: leave it out",
    "owed": "is computed: put on record what is missing instead",
    "camera_count": "is counted: leave it out",
    **dict.fromkeys(("etag", "create_time", "update_time"), "is not changed by an update: leave it out of the mask"),
}
_LONGEST_MASK = 32
_PATH_SHOWN = 40  # characters of a foreign word that a message repeats


def planned(name: str, draft: CameraSystem, now: datetime) -> CameraSystem:
    """A new system, planned, with the record of ``draft``; errors.InvalidArgument with every violation."""
    system = dataclasses.replace(draft, name=name, state=LifeState.PLANNED, revision=1, created_at=now, updated_at=now)
    _refuse(violations(system))
    return system


def apply(system: CameraSystem, mask: Sequence[str], draft: CameraSystem, now: datetime) -> CameraSystem:
    """The next revision of ``system``, with the fields in ``mask`` from ``draft``.

    Raises errors.InvalidArgument: for the mask first, then with every violation of the record that would come of it.
    """
    _refuse(list(_wrong_paths(mask)))
    changed = dataclasses.replace(system, **{path: getattr(draft, path) for path in mask})
    wrong = violations(changed)
    if system.acceptance and not changed.acceptance:
        advice = "an acceptance on record is not taken back by its operator: send the whole of it (Articles 8, 10)"
        wrong.append(Violation("camera_system.acceptance", advice))
    _refuse(wrong)
    return changed.revised(now)


def renewed(previous: Operator | None, draft: Operator, now: datetime) -> Operator:
    """An operator's record as the next revision of ``previous``; errors.InvalidArgument with every violation."""
    _refuse(operator_violations(draft))
    return dataclasses.replace(draft, revision=previous.revision + 1 if previous else 1, updated_at=now)


def _wrong_paths(mask: Sequence[str]) -> Iterator[Violation]:
    offer = f"name some of {', '.join(_CHANGEABLE)}"
    if not 1 <= len(mask) <= _LONGEST_MASK:
        yield Violation("update_mask", f"has {len(mask)} paths: {offer}")
        return
    unknown = [path for path in mask if path not in _CHANGEABLE and path not in _OUTPUT_ONLY]
    yield from (Violation("update_mask", f"{path} {_OUTPUT_ONLY[path]}") for path in mask if path in _OUTPUT_ONLY)
    if unknown:
        shown = ", ".join(repr(path[:_PATH_SHOWN]) for path in unknown[:3])
        yield Violation("update_mask", f"{shown} is not a whole field: {offer}")


def _refuse(wrong: Sequence[Violation]) -> None:
    if wrong:
        raise InvalidArgument(*wrong)
