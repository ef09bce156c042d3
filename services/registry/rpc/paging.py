"""Pages of lists that go by a number, newest first, or by a name: what their tokens say, bound to their list."""

import base64
import json
from dataclasses import dataclass
from typing import TypeVar

from services.chassis.errors import InvalidArgument, Violation
from services.registry.listing import DEFAULT_SIZE, LARGEST_SIZE

K = TypeVar("K", int, str)
_NEWEST = 2**62
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of the list ``of``."""

    of: str
    page_size: int
    page_token: str

    @property
    def size(self) -> int:
        """Rows on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or DEFAULT_SIZE, LARGEST_SIZE)

    def token(self, key: int | str) -> str:
        """What the token of the page behind ``key`` says; who answers seals it (`Tokens`)."""
        return base64.urlsafe_b64encode(json.dumps([self.of, key]).encode()).decode().rstrip("=")

    def _key(self, first: K) -> K:
        """The key in the token, ``first`` without one; errors.InvalidArgument for a token of another list."""
        if self.page_size < 0:
            raise InvalidArgument(Violation("page_size", "must not be negative"))
        if not self.page_token:
            return first
        try:
            padded = self.page_token[:_LONGEST] + "=" * (-len(self.page_token) % 4)
            of, key = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
            if of == self.of and type(key) is type(first) and (isinstance(key, str) or 0 <= key <= _NEWEST):
                return key
        except (ValueError, TypeError, RecursionError):  # not ASCII, base64, JSON, or a pair: no token of ours
            pass
        raise InvalidArgument(Violation("page_token", "is not of this list: start again without it"))


class Numbered(_Page):
    """Newest first."""

    def before(self) -> int:
        """The number before which the page begins."""
        return self._key(_NEWEST)


class Named(_Page):
    """By name."""

    def after(self) -> str:
        """The name after which the page begins."""
        return self._key("")
