"""Pages of lists: how many are asked for, behind which, and how much fits one (AIP-158).

by_name     in the order of names; a token is the name without its collection
by_number   newest first; a token is the number
by_time     newest first; a token is a time and the name

A token says nothing but what its reader was shown.
"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from services.chassis.errors import InvalidArgument, Violation
from services.permissions.rpc.messages import is_named, named

_USUAL_SIZE, _LARGEST_SIZE = 50, 1000
_FIRST = 2**31 - 1
_LARGEST_BYTES = 2 * 1024 * 1024  # of a page: half of what a call may carry
_LONGEST_TOKEN = 400
Place = tuple[datetime, str]
T = TypeVar("T")
M = TypeVar("M", bound=Message)


class Paged(Protocol):
    """A request for a page."""

    page_size: int
    page_token: str


def by_name(kind: str, collection: str, request: Paged) -> tuple[int, str]:
    """How many, and behind which name of this kind."""
    size = _size(request)
    if request.page_token and not is_named(kind, collection + request.page_token):
        raise _wrong_token()
    return size, request.page_token


def by_number(request: Paged, usual: int, most: int) -> tuple[int, int]:
    """How many, below which number."""
    size, token = _size(request, usual, most), request.page_token
    if token and not (token.isascii() and token.isdigit() and len(token) <= len(str(_FIRST))):
        raise _wrong_token()
    return size, min(int(token or _FIRST), _FIRST)


def by_time(kind: str, request: Paged) -> tuple[int, Place | None]:
    """How many, and behind which time and name of this kind."""
    size, token = _size(request), request.page_token
    if not token:
        return size, None
    try:
        padded = token[:_LONGEST_TOKEN] + "=" * (-len(token) % 4)
        at, name = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is not None:
            return size, (moment.astimezone(UTC), named(kind, name, "page_token"))
    except (ValueError, TypeError, OverflowError, RecursionError, InvalidArgument):
        pass  # not ASCII, base64, JSON, or a pair of ours
    raise _wrong_token()


def fitting(found: Sequence[T], size: int, told: Callable[[T], M], place: Callable[[T], Place]) -> tuple[list[M], str]:
    """The first ``size`` of ``found`` that fit a page, one at least, and the token of the page behind them.

    A page may have fewer than were asked for (AIP-158). The token is "" when ``found`` holds no more.
    """
    shown: list[M] = []
    left = _LARGEST_BYTES
    for message in map(told, found[:size]):
        left -= message.ByteSize()
        if shown and left < 0:
            break
        shown.append(message)
    return shown, _token(*place(found[len(shown) - 1])) if len(found) > len(shown) else ""


def _size(request: Paged, usual: int = _USUAL_SIZE, most: int = _LARGEST_SIZE) -> int:
    if request.page_size < 0:
        raise InvalidArgument(Violation("page_size", "must not be negative"))
    return min(request.page_size or usual, most)


def _wrong_token() -> InvalidArgument:
    return InvalidArgument(Violation("page_token", "is not of this list: start again without it"))


def _token(at: datetime, name: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), name]).encode()).decode().rstrip("=")
