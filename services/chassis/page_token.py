"""Opaque tokens of pages, bound to the list that they are of. Pure.

They grant nothing, so they are neither secret nor signed.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from services.chassis.errors import InvalidArgument, Violation

_LONGEST = 600  # characters


def sealed(of: Sequence[object], at: datetime, *key: str) -> str:
    """The token of the page behind ``at`` and ``key``, in the list that ``of`` tells from others."""
    text = json.dumps([_digest(of), at.isoformat(), *key])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def opened(of: Sequence[object], token: str, parts: int) -> tuple[datetime, list[str]]:
    """What was sealed: a time and ``parts`` texts; errors.InvalidArgument for a token of another list."""
    try:
        padded = token[:_LONGEST] + "=" * (-len(token) % 4)
        bound_to, told, *key = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        at = datetime.fromisoformat(told)
        if bound_to == _digest(of) and at.tzinfo and len(key) == parts and "".join(key).isprintable():
            return at, key
    except (ValueError, TypeError, RecursionError):  # not ASCII, base64, JSON, texts or a time: no token of ours
        pass
    raise InvalidArgument(Violation("page_token", "is not of this list: start again without it, with one filter"))


def _digest(of: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(of).encode()).hexdigest()[:16]
