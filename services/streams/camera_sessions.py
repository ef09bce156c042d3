"""Pages of a camera's sessions: what may be asked, and where a page ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis import page_token
from services.chassis.errors import InvalidArgument, Violation
from services.streams.domain import CAMERA, Session

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """One page of the sessions on ``camera``: the open ones, or all. Sealed ones are of when it was a state secret."""

    camera: str
    includes_closed: bool = False
    page_size: int = 0
    page_token: str = ""
    shows_sealed: bool = False

    @property
    def size(self) -> int:
        """Sessions on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or _DEFAULT_SIZE, _LARGEST_SIZE)

    @property
    def before(self) -> tuple[datetime, str] | None:
        """(opened at, name) behind which the page begins, None at the newest.

        Raises errors.InvalidArgument for a size or a token that can't be.
        """
        if self.page_size < 0:
            raise InvalidArgument(Violation("page_size", "must not be negative"))
        if not self.page_token:
            return None
        opened_at, [name] = page_token.opened(self._list, self.page_token, 1)
        return opened_at, name

    @property
    def _list(self) -> list[object]:
        return [self.camera, self.includes_closed]

    def token(self, last: Session) -> str:
        """The token of the page behind ``last``."""
        return page_token.sealed(self._list, last.opened_at, last.name)


def checked(query: Query) -> Query:
    """The query of something that can be a camera; whether there is one is told to who may know."""
    if not CAMERA.fullmatch(query.camera):
        raise InvalidArgument(Violation("parent", "must be districts/{6 digits}/cameras/{20 digits}"))
    return query


@dataclass(frozen=True, slots=True)
class Page:
    """Sessions, the last opened first, and the token of the next page; empty at the end."""

    sessions: tuple[Session, ...]
    next_token: str


def cut(query: Query, candidates: Sequence[Session]) -> Page:
    """The page out of at most ``query.size`` + 1 candidates."""
    shown = tuple(candidates[: query.size])
    return Page(shown, query.token(shown[-1]) if len(candidates) > query.size else "")
