"""The letter of introduction (Article 19): what it says, and the text of it that its issuer signs. Pure.

    kapok.letter.v1
    number
    issuer                  agencies/…
    holder                  agencies/…
    start
    end                     both as 2026-01-31T08:00:00.000000Z
    purpose
    use limit               0 for none
    officer                 name, certificate number and the certificate's end: three lines for each, by number
    cameras                 a line for each, sorted

Each line ends with a line feed. No field holds one, so that no text is of two letters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from services.permissions.agencies.certificates import are_two
from services.permissions.fields import Fields

ARTICLE = "Article 19"
PURPOSE = "kapok.permissions.letter"
SIGNATURE_BYTES = 64  # Ed25519 (RFC 8032)


@dataclass(frozen=True, slots=True)
class Officer:
    """An enforcement officer and the certificate shown, with the moment when it ends."""

    display_name: str
    certificate_number: str
    certificate_ends_at: datetime | None = None  # None of papers that the release before registered


@dataclass(frozen=True, slots=True)
class Papers:
    """What is registered. ``issuer`` is the agency whose organ wrote the letter; the hash is of its scan, hex or "".

    ``use_limit`` is how often it opens a session or takes a camera over; 0 is as often as needed while it is valid.
    ``signature`` is the issuer's over ``text``, by its key ``key_id``; empty when the scan's hash stands for it.
    """

    number: str
    issuer: str
    officers: tuple[Officer, ...]
    cameras: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    purpose: str
    document_sha256: str = ""
    use_limit: int = 0
    key_id: str = ""
    signature: bytes = b""


class Presented(Protocol):
    """What officers stand for with their certificates until it ends."""

    @property
    def officers(self) -> tuple[Officer, ...]:
        """Who came."""

    @property
    def ends_at(self) -> datetime:
        """How long their certificates have to be valid."""


def check_officers(fields: Fields, path: str, presented: Presented, pair: str, until: str) -> None:
    """Claim that they are two, each with a certificate that outlasts it; ``pair`` and ``until`` say so in words."""
    fields.claim(are_two(officer.certificate_number for officer in presented.officers), path, pair)
    for index, officer in enumerate(presented.officers[:2]):
        fields.text(f"{path}[{index}].display_name", officer.display_name, most=100)
        fields.text(f"{path}[{index}].certificate_number", officer.certificate_number, most=100)
        is_valid = officer.certificate_ends_at is not None and officer.certificate_ends_at >= presented.ends_at
        fields.claim(
            is_valid, f"{path}[{index}].certificate_expire_time", f"must be given, and no earlier than {until}"
        )


def text(papers: Papers, holder: str) -> bytes:
    """What the issuer signs, under PURPOSE, for the agency ``holder`` whose officers carry it."""
    return "".join(f"{line}\n" for line in _lines(papers, holder)).encode()


def _lines(papers: Papers, holder: str) -> Iterator[str]:
    yield from ("kapok.letter.v1", papers.number, papers.issuer, holder)
    yield from (_moment(papers.starts_at), _moment(papers.ends_at), papers.purpose, str(papers.use_limit))
    for officer in sorted(papers.officers, key=lambda one: one.certificate_number):
        ends_at = officer.certificate_ends_at
        yield from (officer.display_name, officer.certificate_number, _moment(ends_at) if ends_at else "")
    yield from sorted(papers.cameras)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
