"""What a record tells of a takeover of one camera, and what a claim shows of them. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.audit.domain import Record
from services.audit.listing import fitting
from services.chassis.errors import InvalidArgument, Violation

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000
_TOKEN = re.compile(r"(ordinary|sealed)\.([0-9]{1,18})")


class Act(StrEnum):
    """What was done."""

    GRANTED = "granted"
    RENEWED = "renewed"
    ENDED = "ended"
    COMMANDED = "commanded"


@dataclass(frozen=True, slots=True)
class Trace:
    """One record about ``camera`` under ``takeover``; ``at`` is when it happened, aware UTC."""

    takeover: str
    camera: str
    kind: str
    act: Act
    at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A record of evidence as it stands in its book, with the 32 bytes of the hash before it."""

    trace: Trace
    record: Record
    previous_hash: bytes

    @property
    def place(self) -> tuple[str, int]:
        """Its place in a list: by book, then by number."""
        return self.record.book, self.record.number


@dataclass(frozen=True, slots=True)
class CameraPart:
    """A camera's part of a takeover: from its grant to its end, with its commands; None is not on record."""

    camera: str
    granted_at: datetime | None
    ended_at: datetime | None
    commands: int
    first_command_at: datetime | None
    last_command_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim is about, as its reader may see it: these cameras, records of the sealed book too or not."""

    takeover: str
    cameras: frozenset[str]
    shows_sealed: bool


@dataclass(frozen=True, slots=True)
class Query:
    """One page of the evidence of ``claim``."""

    claim: str
    page_size: int = 0
    page_token: str = ""

    @property
    def size(self) -> int:
        """Records on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or _DEFAULT_SIZE, _LARGEST_SIZE)

    def behind(self) -> tuple[str, int]:
        """The place behind which the page begins; errors.InvalidArgument for a size or a token that can't be."""
        if self.page_size < 0:
            raise InvalidArgument(Violation("page_size", "must not be negative"))
        if not self.page_token:
            return "", 0
        found = _TOKEN.fullmatch(self.page_token)
        if found is None:
            raise InvalidArgument(Violation("page_token", "is not of this list: start again without it"))
        return found[1], int(found[2])


@dataclass(frozen=True, slots=True)
class Page:
    """Evidence in order, and the token of the next page; empty at the end."""

    pieces: tuple[Piece, ...]
    next_token: str


def cut(query: Query, candidates: Sequence[Piece]) -> Page:
    """The page out of ``query.size`` + 1 candidates, cut short where it grows too large for one message."""
    count = fitting(len(piece.record.fact) for piece in candidates[: query.size])
    if len(candidates) <= count:
        return Page(tuple(candidates), "")
    book, number = candidates[count - 1].place
    return Page(tuple(candidates[:count]), f"{book}.{number}")
