"""The one family of errors. What is raised anywhere becomes exactly one google.rpc.ErrorInfo at the edge of a service.

    Error
    ├── InvalidArgument    INVALID_ARGUMENT     a field is wrong: `violations` says which and what to send instead
    ├── Unauthenticated    UNAUTHENTICATED      nobody we know is calling
    ├── Denied             PERMISSION_DENIED    not allowed, or hidden: both look the same
    ├── NotFound           NOT_FOUND            only for things whose existence is no secret to the caller
    ├── AlreadyExists      ALREADY_EXISTS
    ├── FailedPrecondition FAILED_PRECONDITION  right request, wrong state
    ├── Aborted            ABORTED              stale etag, stale epoch: read again and retry
    ├── Exhausted          RESOURCE_EXHAUSTED   a limit; `retry_after` says when to come back
    ├── Unavailable        UNAVAILABLE          a neighbour is away
    └── Internal           INTERNAL             our fault; details go to the log, not to the caller

`reason` is the name of a value of kapok.error.v1.ErrorReason, documented there (AIP-193).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One wrong field: its path in the request, and what to do about it."""

    field: str
    description: str


class Error(Exception):
    """Base of the family; raise a subclass. ``kind`` is the canonical gRPC code's name."""

    kind: ClassVar[str] = "UNKNOWN"

    def __init__(self, reason: str, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.metadata: Mapping[str, str] = metadata
        self.violations: Sequence[Violation] = ()
        self.retry_after: timedelta | None = None


class InvalidArgument(Error):
    """A field is wrong. Give every violation at once, so that one round trip is enough."""

    kind = "INVALID_ARGUMENT"

    def __init__(self, *violations: Violation, reason: str = "FIELD_INVALID", **metadata: str) -> None:
        super().__init__(reason, "; ".join(f"{v.field}: {v.description}" for v in violations), **metadata)
        self.violations = violations


class Unauthenticated(Error):
    """Nobody we know is calling."""

    kind = "UNAUTHENTICATED"


class Denied(Error):
    """Not allowed, or hidden."""

    kind = "PERMISSION_DENIED"


class NotFound(Error):
    """Absent, and its absence is no secret."""

    kind = "NOT_FOUND"


class AlreadyExists(Error):
    """The name is taken."""

    kind = "ALREADY_EXISTS"


class FailedPrecondition(Error):
    """Right request, wrong state."""

    kind = "FAILED_PRECONDITION"


class Aborted(Error):
    """Stale: read again and retry."""

    kind = "ABORTED"


class Exhausted(Error):
    """A limit is reached; come back after ``retry_after``."""

    kind = "RESOURCE_EXHAUSTED"

    def __init__(self, reason: str, message: str, *, retry_after: timedelta, **metadata: str) -> None:
        super().__init__(reason, message, **metadata)
        self.retry_after = retry_after


class Unavailable(Error):
    """A neighbour is away; the same request may pass later, ``retry_after`` at the earliest if that is known."""

    kind = "UNAVAILABLE"

    def __init__(self, reason: str, message: str, *, retry_after: timedelta | None = None, **metadata: str) -> None:
        super().__init__(reason, message, **metadata)
        self.retry_after = retry_after


class Internal(Error):
    """Our fault."""

    kind = "INTERNAL"
