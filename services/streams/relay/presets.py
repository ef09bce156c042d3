"""Presets as cameras tell of them, bounded: whatever stands there is the camera's word, and hostile. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.errors import Unavailable

PRESETS_MOST = 300
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,64}")  # what stands in a resource name as it is (AIP-122)
_NAME_MOST = 64


@dataclass(frozen=True, slots=True)
class KeptPreset:
    """One that a camera keeps; ``token`` is its own word for it."""

    token: str
    display_name: str


def listed(told: Iterable[tuple[object, object]]) -> tuple[KeptPreset, ...]:
    """Those of (token, name) that can be named, 300 at most; the others are left out."""
    found: dict[str, KeptPreset] = {}
    for token, name in told:
        if len(found) == PRESETS_MOST:
            break
        if isinstance(token, str) and _TOKEN.fullmatch(token):
            found.setdefault(token, KeptPreset(token, _name(name, token)))
    return tuple(found.values())


def stored(token: object, name: str) -> tuple[KeptPreset, ...]:
    """The one just stored; Unavailable when the camera's word for it is none that can be used again."""
    if kept := listed([(token, name)]):
        return kept
    raise Unavailable("SOURCE_AWAY", "the camera stored the preset under a word that can't be named; look at its list")


def _name(said: object, token: str) -> str:
    name = said[:_NAME_MOST].strip() if isinstance(said, str) else ""
    return name if name and name.isprintable() else token
