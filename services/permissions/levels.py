"""The level of a camera, from everything that was ever set: by the three organs openly, or by a sealed list. Pure.

What is a state secret stands apart from the levels that are set openly: these go on being set, over a secret too, since
nobody who names it is told that it is one, and take no secrecy away (Articles 11, 14 ¶2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.decider.facts import SEALED_LEVEL, Camera


@dataclass(frozen=True, slots=True)
class LevelBook:
    """``own`` levels by code as set openly, ``default`` by place category, ``secret``: as sealed lists said by code."""

    own: Mapping[str, int]
    default: Mapping[int, int]
    secret: Mapping[str, bool] = field(default_factory=dict)

    def level(self, code: str, category: int) -> tuple[int, bool]:
        """The level in force, and whether it is the camera's own. KeyError for a place category that there is not."""
        is_secret = self.secret.get(code)
        if is_secret:
            return SEALED_LEVEL, True
        own, default = self.own.get(code), self.default[category]
        if own is not None and (default < SEALED_LEVEL or is_secret is False):
            return own, True
        return default, False

    def at_level(self, camera: Camera) -> Camera:
        """The camera at its level in force; at the one on record when its place category is none that there is."""
        if camera.category not in self.default:
            return camera
        level, is_own = self.level(camera.name.rpartition("/")[2], camera.category)
        is_so = (level, is_own) == (camera.level, camera.is_level_own)
        return camera if is_so else replace(camera, level=level, is_level_own=is_own)
