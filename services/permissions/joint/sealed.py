"""Lists of state secrets, which two of the three organs sign by count and hash alone (Articles 11, 14 ¶2). Pure.

National security draws a list up, municipal public security proposes it by its name. Codes are few enough to be
guessed, so the hash is over a salt as well, which only those who may read the list know.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import Denied
from services.decider.facts import LEVELS, AgencyKind, Principal, Tier
from services.permissions.fields import Fields

MOST_CAMERAS = 1_000
SALT_BYTES = 32
_CODE = re.compile(r"[0-9]{20}")
_NAMED = 5  # wrong entries that a message names


@dataclass(frozen=True, slots=True)
class Digest:
    """What everybody may know of a list: its name, how many cameras, and the SHA-256 of its text in hex."""

    name: str
    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SealedList:
    """Levels by code: 5 makes a camera a state secret, any other makes it one no more. ``adopted`` 0: not in force."""

    name: str
    salt: bytes
    levels: Mapping[str, int]
    principal: str
    drawn_at: datetime
    adopted: int = 0

    @property
    def text(self) -> str:
        """The salt in hex, then a line for each camera: what the hash is over, so that a pencil can check it."""
        return "".join((f"{self.salt.hex()}\n", *(f"{code} {level}\n" for code, level in sorted(self.levels.items()))))

    @property
    def digest(self) -> Digest:
        """What the other organs sign."""
        return Digest(self.name, len(self.levels), hashlib.sha256(self.text.encode()).hexdigest())

    @property
    def cameras(self) -> list[str]:
        """The cameras that it names, as they are called."""
        return [f"districts/{code[:6]}/cameras/{code}" for code in sorted(self.levels)]


def refuse_unless_keeper(principal: Principal) -> None:
    """Denied to everybody but municipal national security."""
    if principal.is_suspended or not may_read(principal):
        message = "lists of state secrets are drawn up by municipal national security (Articles 11, 14 ¶2)"
        raise Denied("NOT_PERMITTED", message, article="Article 11", action="administer")


def may_read(principal: Principal) -> bool:
    """Whether it sees what a list names."""
    return principal.kind is AgencyKind.NATIONAL_SECURITY and principal.tier is Tier.MUNICIPAL


def refuse_unless_sound(levels: Mapping[str, int]) -> None:
    """Raise InvalidArgument unless ``levels`` can be a list."""
    fields = Fields()
    codes = [code for code in levels if not _CODE.fullmatch(code)][:_NAMED]
    fields.claim(not codes, "camera_levels", f"must be codes of 20 digits (GB/T 28181), which {codes} are not")
    is_sized = 0 < len(levels) <= MOST_CAMERAS
    fields.claim(is_sized, "camera_levels", f"must be 1 to {MOST_CAMERAS}: draw the rest up apart")
    fields.claim(set(levels.values()) <= set(LEVELS), "camera_levels", f"must be levels 1 to {LEVELS[-1]}")
    fields.settle()
