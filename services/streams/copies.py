"""Copies: what a session of that kind leaves in the register of use (Articles 16, 21). Pure."""

import re
from dataclasses import dataclass

from services.chassis import errors
from services.streams.domain import Kind, Session


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy as it left: SHA-256 of the file in hex, its size and its duration."""

    session: str
    sha256: str
    size_bytes: int
    duration_ms: int


def checked_copy(copy: Copy, session: Session) -> Copy:
    """The copy, when it can be one of ``session``."""
    wrong = [
        errors.Violation(name, description)
        for name, is_wrong, description in (
            ("copy.sha256", not re.fullmatch(r"[0-9a-f]{64}", copy.sha256), "must be 64 hex digits"),
            ("copy.size_bytes", copy.size_bytes <= 0, "must be positive"),
            ("copy.duration_ms", copy.duration_ms <= 0, "must be positive"),
        )
        if is_wrong
    ]
    if wrong:
        raise errors.InvalidArgument(*wrong)
    if session.kind is not Kind.COPY:
        raise errors.FailedPrecondition(
            "STATE_WRONG", f"{session.name} is not a copy session", state=session.kind.value
        )
    return copy
