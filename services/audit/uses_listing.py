"""Pages of a camera's register of use: who sees which lines, what may be asked. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.audit.listing import fitting
from services.audit.use import Use
from services.chassis import page_token
from services.chassis.errors import InvalidArgument, Violation

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000
_FIXED_BYTES = 120  # of one use in a message: times, numbers, tags


class Place(NamedTuple):
    """Where a page ended; ``started_at`` is aware UTC."""

    started_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Query:
    """One page of what is on record of ``camera``."""

    camera: str
    page_size: int = 0
    page_token: str = ""

    @property
    def size(self) -> int:
        """Uses on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or _DEFAULT_SIZE, _LARGEST_SIZE)

    def behind(self) -> Place | None:
        """Where the page begins, None at the newest; errors.InvalidArgument for a size or a token that can't be."""
        if self.page_size < 0:
            raise InvalidArgument(Violation("page_size", "must not be negative"))
        if not self.page_token:
            return None
        started_at, [key] = page_token.opened([self.camera], self.page_token, 1)
        return Place(started_at, key)

    def token(self, last: Use) -> str:
        """The token of the page behind ``last``."""
        return page_token.sealed([self.camera], last.started_at, last.key)


@dataclass(frozen=True, slots=True)
class Page:
    """Uses, the last begun first, and the token of the next page; empty at the end."""

    uses: tuple[Use, ...]
    next_token: str


def cut(query: Query, candidates: Sequence[Use]) -> Page:
    """The page out of ``query.size`` + 1 candidates, cut short where it grows too large for one message."""
    count = fitting(map(_bytes, candidates[: query.size]))
    return Page(tuple(candidates[:count]), query.token(candidates[count - 1]) if len(candidates) > count else "")


def _bytes(use: Use) -> int:
    texts = (use.session, use.principal, use.agency, use.legal_basis, use.ground, use.rule, use.article)
    return _FIXED_BYTES + sum(len(text.encode()) for text in (*texts, use.close_reason, use.copy_sha256))
