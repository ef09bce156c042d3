"""A use of a camera, as facts tell it one after another. Pure.

A session is one use, from its opening to its end. Commands to a camera are one for each principal and hour. What the
ordinary book tells and what the sealed one tells stay apart (Article 11): each makes a use of its own.
"""

from dataclasses import dataclass, replace
from datetime import datetime

CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Use:
    """Who did what to ``camera`` and on what, from when to when (aware UTC).

    key          one in each book: the session's name, or the hour of a principal's commands to a camera
    action       as permissions decides it: live, copy, live-check, control …
    ground       the incident or inspection that it stood on; of control the takeover
    ended_at     None while no end is on record; of control the last command
    expires_at   a session lasts no longer
    commands     of control
    copies       that went out of a session; ``copy_sha256`` is of the last one
    is_sealed    told by the sealed book
    """

    key: str
    camera: str
    action: str
    principal: str
    rule: str
    article: str
    started_at: datetime
    agency: str = ""
    session: str = ""
    purpose: str = ""
    legal_basis: str = ""
    ground: str = ""
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    close_reason: str = ""
    commands: int = 0
    copies: int = 0
    copy_sha256: str = ""
    is_sealed: bool = False

    @property
    def is_of_copy_alone(self) -> bool:
        """Whether no fact of its session was read yet, but of a copy."""
        return self.action != CONTROL and not self.agency


def merged(known: Use | None, told: Use) -> Use:
    """The use after another fact about it. A session that is closed stays so, whatever comes late."""
    if known is None:
        return told
    if told.action == CONTROL:
        started_at = min(known.started_at, told.started_at)
        ended_at = max(known.ended_at or told.started_at, told.ended_at or told.started_at)
        return replace(told, started_at=started_at, ended_at=ended_at, commands=known.commands + told.commands)
    is_late = known.ended_at is not None and told.ended_at is None
    whole = known if told.is_of_copy_alone or (is_late and not known.is_of_copy_alone) else told
    return replace(
        whole, copies=known.copies + told.copies, copy_sha256=told.copy_sha256 or known.copy_sha256
    )  # fmt: skip
