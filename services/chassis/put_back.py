"""A database that was put back from a backup: by how much its numbers are raised, so that none of them is given twice.

What others remember of a number (relays of endings and epochs, watchers of changes) was given after the backup and is
in no copy. The raise is more than may have been given since: a million, and ten for each second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.chassis.settings import SettingsError

LEAST, EACH_SECOND = 1_000_000, 10
LARGEST = 2**31 - 1  # of an INTEGER of PostgreSQL


@dataclass(frozen=True, slots=True)
class PutBack:
    """Holds everything until ``cut`` and nothing behind it; ``step`` is what numbers are raised by."""

    cut: datetime
    step: int

    @classmethod
    def said(cls, words: Sequence[str], now: datetime) -> "PutBack":
        """From a command line: the time of the backup (RFC 3339). SettingsError says what is wrong with it."""
        try:
            [text] = words
            cut = datetime.fromisoformat(text)
            if cut.tzinfo is None:
                raise ValueError("a time without its zone")
        except ValueError:
            raise SettingsError("say of when the backup is, as in: restored 2026-11-29T01:00:00Z") from None
        if cut > now:
            raise SettingsError(f"the backup can't be of {cut:%Y-%m-%dT%H:%M:%SZ}: that is yet to come")
        return cls(cut.astimezone(UTC), LEAST + EACH_SECOND * int((now - cut).total_seconds()))
