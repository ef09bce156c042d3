"""A change to a camera's record: which fields a mask may name, and the record that comes of it. Pure.

Place and purpose change only with authorisation (Article 22): while a system is planned or built its operator still
draws it, afterwards a change request asks the district public security.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import Denied, InvalidArgument, Violation
from services.registry.domain import Camera, Source
from services.registry.soundness import LEVEL_IS_OUTPUT_ONLY, refuse_unless_sound
from services.registry.system.record import LifeState

# What each path of the API changes in the record.
_FREE = {
    "display_name": ("display_name",),
    "display_name_en": ("display_name_en",),
    "mounting": ("mounting",),
    "source": ("is_pointable",),
}
AUTHORISED = {
    "place_category": ("category",),
    "premises": ("premises",),
    "place": ("place",),
    "position": ("latitude", "longitude"),
    "direction_degrees": ("direction",),
    "purpose": ("purpose",),
}
_CHANGEABLE = _FREE | AUTHORISED
_FIXED = {"name", "code", "operator", "system", "state", "health", "is_pointable", "etag", "create_time", "update_time",
          "confirm_time"}  # fmt: skip
_STILL_DRAWN = {LifeState.PLANNED, LifeState.BUILT}
_LONGEST_MASK = 32
_PATH_SHOWN = 40  # characters of a foreign word that a message repeats


@dataclass(frozen=True, slots=True)
class Change:
    """``draft`` holds new values for the fields in ``mask``. An empty ``etag`` changes whatever is there (AIP-154)."""

    name: str
    mask: Sequence[str]
    draft: Camera
    source: Source | None = None
    etag: str = ""

    @property
    def new_source(self) -> Source | None:
        """The source to store; None when the mask leaves it as it is."""
        return self.source if "source" in self.mask else None

    @property
    def new_category(self) -> int | None:
        """The place category to enter; None when the mask leaves it as it is."""
        return self.draft.category if "place_category" in self.mask else None

    def apply(self, camera: Camera, by: str, now: datetime) -> Camera:
        """The next revision of ``camera``; errors.InvalidArgument with every violation.

        Raises errors.Denied (CHANGE_NEEDS_AUTHORISATION) for place and purpose of what is accepted.
        """
        names = [name for path in self.mask for name in _CHANGEABLE[path]]
        changed = dataclasses.replace(camera, **{name: getattr(self.draft, name) for name in names})
        refuse_unless_sound(changed, self.new_source)
        wanting = [path for path in self.mask if path in AUTHORISED]
        if wanting and camera.state not in _STILL_DRAWN:
            message = (
                f"{', '.join(wanting)} of a camera that is accepted changes with authorisation only (Article 22): ask"
                " for it with RequestCameraChange; the public security of the district decides"
            )
            raise Denied("CHANGE_NEEDS_AUTHORISATION", message, field=wanting[0], article="Article 22")
        return revised(changed, by, "updated", now)

    def refuse_unless_changeable(self) -> None:
        """Raise errors.InvalidArgument unless ``mask`` names fields that an operator may change."""
        if "security_level" in self.mask:
            violation = LEVEL_IS_OUTPUT_ONLY
            raise InvalidArgument(
                violation, reason="LEVEL_IS_OUTPUT_ONLY", field=violation.field, article="Article 14 ¶2"
            )
        if wrong := list(self._wrong_paths()):
            raise InvalidArgument(*wrong)

    def _wrong_paths(self) -> Iterator[Violation]:
        offer = f"name some of {', '.join(_CHANGEABLE)}"
        if not 1 <= len(self.mask) <= _LONGEST_MASK:
            yield Violation("update_mask", f"has {len(self.mask)} paths: {offer}")
            return
        for path in self.mask:
            if path in _FIXED:
                yield Violation("update_mask", f"{path} is not changed by an update: leave it out")
            elif path not in _CHANGEABLE:
                yield Violation("update_mask", f"{path[:_PATH_SHOWN]!r} is not a whole field: {offer}")
        if "source" in self.mask and self.source is None:
            yield Violation("camera.source", "is in the mask: send the whole source")


def revised(camera: Camera, by: str, cause: str, now: datetime) -> Camera:
    """``camera`` as the next revision; who enters basic data confirms it (Article 16 ¶2)."""
    return dataclasses.replace(
        camera, revision=camera.revision + 1, updated_at=now, confirmed_at=now, changed_by=by, cause=cause
    )
