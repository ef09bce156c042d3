"""One field at a time: a line of text, a hash, a time, a number, and what is wrong with it. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from services.chassis.errors import Violation

# A date far out is a slip of the pen, and would overflow where days are added to it.
_EARLIEST, _LATEST = datetime(1949, 10, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def line(path: str, text: str, longest: int, *, is_required: bool = True) -> Iterator[Violation]:
    """Wrong unless ``text`` is one printable line of at most ``longest`` characters, not blank when required."""
    if is_required and not text.strip():
        yield Violation(path, "is required")
    elif len(text) > longest:
        yield Violation(path, f"has {len(text)} characters, at most {longest} fit")
    elif not text.replace("\u3000", " ").isprintable():  # the ideographic space is how people type
        yield Violation(path, "must be one line without control or invisible characters")


def sha256(path: str, text: str) -> Iterator[Violation]:
    """Wrong unless ``text`` is a SHA-256 in hex. Small digits only: one file has one hash."""
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        yield Violation(path, "must be 64 small hexadecimal digits (SHA-256)")


def moment(path: str, time: datetime | None) -> Iterator[Violation]:
    """Wrong unless ``time`` is aware and of our days."""
    if time is None:
        yield Violation(path, "is required")
    elif time.tzinfo is None or not _EARLIEST <= time < _LATEST:
        yield Violation(path, f"must be a time from {_EARLIEST.year} to {_LATEST.year}")


def count(path: str, number: int, most: int) -> Iterator[Violation]:
    """Wrong unless 0 ≤ ``number`` ≤ ``most``."""
    if not 0 <= number <= most:
        yield Violation(path, f"must be 0 to {most}")
