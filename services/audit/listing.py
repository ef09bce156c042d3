"""Pages of a book: how many records, in which order, from where. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.audit.domain import Record
from services.chassis.errors import InvalidArgument, Violation

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000
LARGEST_PAGE_BYTES = 3 * 1024 * 1024  # below the 4 MiB that one gRPC message may have
_TOKEN = re.compile(r"(ordinary|sealed)\.(oldest|newest)\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Query:
    """One page of ``book``."""

    book: str
    page_size: int = 0
    page_token: str = ""
    is_newest_first: bool = False

    @property
    def size(self) -> int:
        """Records on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or _DEFAULT_SIZE, _LARGEST_SIZE)

    def behind(self) -> int | None:
        """The number behind which the page begins, None for the first; errors.InvalidArgument for a foreign token."""
        if self.page_size < 0:
            raise InvalidArgument(Violation("page_size", "must not be negative"))
        if not self.page_token:
            return None
        found = _TOKEN.fullmatch(self.page_token)
        if found is None or found.groups()[:2] != (self.book, self._order):
            raise InvalidArgument(Violation("page_token", "is not of this list: start again without it"))
        return int(found[3])

    @property
    def _order(self) -> str:
        return "newest" if self.is_newest_first else "oldest"

    def token(self, number: int) -> str:
        """The token of the page behind ``number``. It grants nothing, so it is neither secret nor signed."""
        return f"{self.book}.{self._order}.{number}"


@dataclass(frozen=True, slots=True)
class Page:
    """Records in order, and the token of the next page; empty at the end."""

    records: tuple[Record, ...]
    next_token: str


def fitting(sizes: Iterable[int]) -> int:
    """How many of the first ``sizes`` (bytes) one answer holds; one at least, if there is one."""
    count, total = 0, 0
    for size in sizes:
        total += size
        if count and total > LARGEST_PAGE_BYTES:
            break
        count += 1
    return count


def cut(query: Query, candidates: Sequence[Record]) -> Page:
    """The page out of ``query.size`` + 1 candidates, cut short where it grows too large for one message."""
    count = fitting(len(record.fact) for record in candidates[: query.size])
    records = tuple(candidates[:count])
    return Page(records, query.token(records[-1].number) if len(candidates) > count else "")
