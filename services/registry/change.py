"""A change to a camera's record: which fields a mask may name, and the record that comes of it. Pure."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import InvalidArgument, Violation
from services.registry.domain import Camera, Source
from services.registry.soundness import LEVEL_IS_OUTPUT_ONLY, refuse_unless_sound

# What each path of the API changes in the record.
_CHANGEABLE = {
    "display_name": ("display_name",),
    "display_name_en": ("display_name_en",),
    "place_category": ("category",),
    "premises": ("premises",),
    "place": ("place",),
    "position": ("latitude", "longitude"),
    "purpose": ("purpose",),
    "acceptance_certificate": ("acceptance_certificate",),
    "source": ("is_pointable",),
}
_FIXED = {"name", "code", "operator", "state", "is_pointable", "etag", "create_time", "update_time"}
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

    def apply(self, camera: Camera, now: datetime) -> Camera:
        """The next revision of ``camera``; errors.InvalidArgument with every violation."""
        names = [name for path in self.mask for name in _CHANGEABLE[path]]
        changed = dataclasses.replace(camera, **{name: getattr(self.draft, name) for name in names})
        refuse_unless_sound(changed, self.new_source)
        if camera.is_accepted and not changed.is_accepted:
            advice = "an acceptance on record is not taken back by its operator (Articles 8, 10)"
            raise InvalidArgument(Violation("camera.acceptance_certificate", advice))
        return dataclasses.replace(changed, revision=camera.revision + 1, updated_at=now)

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
