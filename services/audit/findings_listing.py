"""Lists of findings: who sees which, what may be asked, opaque page tokens bound to it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.audit.domain import Reader
from services.audit.finding import Finding
from services.audit.listing import fitting
from services.chassis import page_token
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import AgencyKind, Tier

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000
_ARTICLE = re.compile(r"Articles? [0-9]{1,2}( ¶[0-9]{1,2})?")
_FIXED_BYTES = 100  # of one finding in a message: times, numbers, tags
_DISTRICT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose findings a reader sees: those of ``agency`` itself, sealed too; and those of the places it supervises."""

    agency: str
    is_city_wide: bool = False
    district: str = ""  # six digits; empty: supervises none by itself
    shows_sealed: bool = False  # of others


def sight_of(reader: Reader) -> Sight | None:
    """What ``reader`` sees of the list; None: it is not for this reader (Articles 5 and 11)."""
    if reader.kind == AgencyKind.OPERATOR:
        return Sight(reader.agency)
    if reader.tier == Tier.MUNICIPAL and reader.kind in (AgencyKind.PUBLIC_SECURITY, AgencyKind.NATIONAL_SECURITY):
        return Sight(reader.agency, is_city_wide=True, shows_sealed=reader.kind == AgencyKind.NATIONAL_SECURITY)
    if reader.tier == Tier.DISTRICT and reader.kind == AgencyKind.PUBLIC_SECURITY and reader.jurisdiction:
        return Sight(reader.agency, district=reader.jurisdiction)
    return None


class Place(NamedTuple):
    """Where a page ended; ``raised_at`` is aware UTC."""

    raised_at: datetime
    subject: str
    rule: str


@dataclass(frozen=True, slots=True)
class Query:
    """One page of the list. ``article`` is empty for all; one without a paragraph stands for its paragraphs too."""

    article: str = ""
    includes_resolved: bool = False
    page_size: int = 0
    page_token: str = ""

    @property
    def size(self) -> int:
        """Findings on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or _DEFAULT_SIZE, _LARGEST_SIZE)

    def refuse_unless_sound(self) -> None:
        """Raise errors.InvalidArgument with every violation."""
        wrong = []
        if self.page_size < 0:
            wrong.append(Violation("page_size", "must not be negative"))
        if self.article and not _ARTICLE.fullmatch(self.article):
            wrong.append(Violation("article", "must look like Article 12, or Article 21 ¶2"))
        if wrong:
            raise InvalidArgument(*wrong)
        self.behind()

    def behind(self) -> Place | None:
        """Where the page begins, None at the newest; errors.InvalidArgument for a token of another list."""
        if not self.page_token:
            return None
        raised_at, (subject, rule) = page_token.opened(self._filter, self.page_token, 2)
        return Place(raised_at, subject, rule)

    def token(self, last: Finding) -> str:
        """The token of the page behind ``last``."""
        return page_token.sealed(self._filter, last.raised_at, *last.owed.key)

    @property
    def _filter(self) -> list[object]:
        return [self.article, self.includes_resolved]


@dataclass(frozen=True, slots=True)
class Page:
    """Findings, the newest raise first, and the token of the next page; empty at the end."""

    findings: tuple[Finding, ...]
    next_token: str


def cut(query: Query, candidates: Sequence[Finding]) -> Page:
    """The page out of ``query.size`` + 1 candidates, cut short where it grows too large for one message."""
    count = fitting(map(_bytes, candidates[: query.size]))
    return Page(tuple(candidates[:count]), query.token(candidates[count - 1]) if len(candidates) > count else "")


def _bytes(finding: Finding) -> int:
    owed = finding.owed
    texts = (owed.subject, owed.rule, owed.article, owed.sentence, owed.operator, owed.consequence)
    return _FIXED_BYTES + _DISTRICT_BYTES * len(owed.districts) + sum(len(text.encode()) for text in texts)
