"""Pages of lists that go by a time and a name, newest first: what their tokens say, and how much fits one."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from google.protobuf.message import Message

from services.chassis.errors import InvalidArgument, Violation
from services.permissions.rpc.messages import named

DEFAULT_SIZE, LARGEST_SIZE = 50, 1000  # on a page (AIP-158)
_LARGEST_BYTES = 2 * 1024 * 1024  # of a page: half of what a call may carry
_LONGEST_TOKEN = 400
T = TypeVar("T")
M = TypeVar("M", bound=Message)


def page(page_size: int, page_token: str, kind: str) -> tuple[int, tuple[datetime, str] | None]:
    """How many resources of ``kind`` are asked for, and behind which; InvalidArgument for a token of another list."""
    if page_size < 0:
        raise InvalidArgument(Violation("page_size", "must not be negative"))
    size = min(page_size or DEFAULT_SIZE, LARGEST_SIZE)
    if not page_token:
        return size, None
    try:
        padded = page_token[:_LONGEST_TOKEN] + "=" * (-len(page_token) % 4)
        at, name = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is not None:
            return size, (moment, named(kind, name, "page_token"))
    except (ValueError, TypeError, RecursionError, InvalidArgument):  # not ASCII, base64, JSON, or a pair of ours
        pass
    raise InvalidArgument(Violation("page_token", "is not of this list: start again without it"))


def fitting(found: Sequence[T], told: Callable[[T], M]) -> list[M]:
    """The first of ``found`` that fit a page, one at least: a page may have fewer than were asked for (AIP-158)."""
    shown: list[M] = []
    left = _LARGEST_BYTES
    for message in map(told, found):
        left -= message.ByteSize()
        if shown and left < 0:
            break
        shown.append(message)
    return shown


def token(at: datetime, name: str) -> str:
    """The token of the page behind what is called ``name``. It says nothing but what its reader was shown."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), name]).encode()).decode().rstrip("=")
