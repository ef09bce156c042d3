"""A finding: what facts tell of it, and what becomes of it with each. Pure: time is an argument.

          raised            resolved              raised
    ──────────────► open ─────────────► resolved ─────────► open, since the new time
                    │  ▲
                    └──┘ raised: told anew (another count, another term), open since the same time

Facts may come late or out of order: the newer time of occurrence wins, so an older one changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_CLOCKS_DIFFER_AT_MOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is missing or broken, by which article, whose it is to mend and where. ``due_at`` is aware UTC or None."""

    subject: str
    rule: str
    article: str
    sentence: str
    operator: str
    districts: tuple[str, ...]
    count: int
    consequence: str
    due_at: datetime | None
    is_sealed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """One finding per subject and rule."""
        return self.subject, self.rule


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A fact: the duty became owed, or was met again."""

    owed: Owed
    is_raised: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as the facts so far have it; ``told_at`` is the newest one's time."""

    owed: Owed
    raised_at: datetime
    resolved_at: datetime | None
    told_at: datetime


def applied(known: Finding | None, change: FindingChange, now: datetime) -> Finding:
    """The finding after ``change``; ``known`` itself when that is older news. Of one time, the later to come wins."""
    # A clock that ran ahead, and was put right, must not silence every later fact.
    at = change.occurred_at if change.occurred_at <= now + _CLOCKS_DIFFER_AT_MOST else now
    if known is None:
        return Finding(change.owed, at, None if change.is_raised else at, at)
    if at < known.told_at:
        is_its_raise = (
            change.is_raised and known.raised_at == known.resolved_at
        )  # the end was told before the beginning
        return replace(known, raised_at=min(at, known.raised_at)) if is_its_raise else known
    if change.is_raised:
        return Finding(change.owed, known.raised_at if known.resolved_at is None else at, None, at)
    return Finding(change.owed, known.raised_at, known.resolved_at or at, at)
