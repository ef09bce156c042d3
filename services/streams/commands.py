"""What a camera is told, as agencies tell it: moves, pointings, presets. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.chassis import errors
from services.streams.domain import CAMERA

PRESET = re.compile(rf"({CAMERA.pattern})/presets/([A-Za-z0-9._~-]{{1,64}})")
_LONGEST_NAME = 64  # characters of a preset's display name
_BOTH_WAYS, _FORWARD = (-1.0, 1.0), (0.0, 1.0)


class Kind(StrEnum):
    """The value is the kind's name in commands to relays."""

    MOVE = "move"
    POINT_TO = "point-to"
    POINT_BY = "point-by"
    RECALL_PRESET = "recall-preset"
    STORE_PRESET = "store-preset"
    LIST_PRESETS = "list-presets"


@dataclass(frozen=True, slots=True)
class Command:
    """Pan + is right, tilt + is up, zoom + is in: of a move velocities, all zero stops; else parts of the range.

    Of a preset to recall ``preset`` is the camera's own word, of one to store its display name.
    """

    kind: Kind
    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0
    preset: str = ""

    @property
    def is_motion(self) -> bool:
        """Whether the camera goes on moving after it."""
        return self.kind is Kind.MOVE and any((self.pan, self.tilt, self.zoom))

    @property
    def points(self) -> bool:
        """Whether the camera looks elsewhere after it, or may."""
        return self.kind not in (Kind.STORE_PRESET, Kind.LIST_PRESETS)

    @property
    def ends_motion(self) -> bool:
        """Whether it takes the place of a move."""
        return not self.is_motion and self.points


@dataclass(frozen=True, slots=True)
class Preset:
    """A pointing that a camera keeps; ``name`` is districts/…/cameras/…/presets/…."""

    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What a relay answers: the epoch under which the camera was told, and the presets that it told of."""

    epoch: int
    relay: str
    presets: tuple[Preset, ...] = ()


def checked(camera: str, command: Command) -> Command:
    """The command, when each part is within its range; errors.InvalidArgument naming every wrong field at once."""
    if wrong := [*_violations(camera, command)]:
        raise errors.InvalidArgument(*wrong)
    return command


def of_preset(name: str) -> tuple[str, Command]:
    """The camera of a preset, and the command that recalls it."""
    parts = PRESET.fullmatch(name)
    if parts is None:
        raise errors.InvalidArgument(
            errors.Violation("name", "must be districts/{6 digits}/cameras/{20 digits}/presets/{preset}, as listed")
        )
    return parts[1], Command(Kind.RECALL_PRESET, preset=parts[2])


def checked_page(camera: str, token: str) -> str:
    """The name behind which a page of presets begins; errors.InvalidArgument for a token that no page gave."""
    parts = PRESET.fullmatch(token)
    if token and (parts is None or parts[1] != camera):
        violation = errors.Violation("page_token", "is not one that this method gave; start without one")
        raise errors.InvalidArgument(violation)
    return token


def _violations(camera: str, command: Command) -> Iterator[errors.Violation]:
    if not CAMERA.fullmatch(camera):
        yield errors.Violation("camera", "must be districts/{6 digits}/cameras/{20 digits}")
    what = "a velocity" if command.kind is Kind.MOVE else "a part of the range"
    zoom = _FORWARD if command.kind is Kind.POINT_TO else _BOTH_WAYS
    for axis, value, (least, most) in (
        ("pan", command.pan, _BOTH_WAYS), ("tilt", command.tilt, _BOTH_WAYS), ("zoom", command.zoom, zoom),
    ):  # fmt: skip
        if not least <= value <= most:  # nor is NaN
            yield errors.Violation(axis, f"must be {what} from {least:.0f} to {most:.0f}")
    if command.kind is Kind.STORE_PRESET and not _is_name(command.preset):
        yield errors.Violation("preset.display_name", f"must be 1 to {_LONGEST_NAME} printable characters")


def _is_name(text: str) -> bool:
    return 0 < len(text.strip()) <= len(text) <= _LONGEST_NAME and text.isprintable()
