"""Collects what is wrong with the fields of one request, so that a single refusal names all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.errors import InvalidArgument, Violation


@dataclass(slots=True)
class Fields:
    """Claims about fields. ``settle`` raises InvalidArgument for those that did not hold; ``about`` is its metadata."""

    violations: list[Violation] = field(default_factory=list)
    about: Mapping[str, str] = field(default_factory=dict)

    def claim(self, holds: bool, path: str, otherwise: str) -> None:
        """Note ``otherwise`` (what is asked for, by which article) against the field unless the claim holds."""
        if not holds:
            self.violations.append(Violation(path, otherwise))

    def text(self, path: str, value: str, most: int) -> None:
        """Claim that ``value`` is 1 to ``most`` characters, not blank, without control characters.

        The ideographic space is how people type.
        """
        holds = 0 < len(value) <= most and bool(value.strip()) and value.replace("\u3000", " ").isprintable()
        self.claim(holds, path, f"must be 1 to {most} printable characters")

    def span(self, path: str, starts_at: datetime, ends_at: datetime, most: timedelta) -> None:
        """Claim that ``ends_at`` lies after ``starts_at`` by at most ``most``."""
        hours = int(most.total_seconds() // 3600)
        self.claim(starts_at < ends_at <= starts_at + most, path, f"must lie after the start, by at most {hours} h")

    def settle(self) -> None:
        """Raise InvalidArgument with every violation, or return when there is none."""
        if self.violations:
            raise InvalidArgument(*self.violations, **self.about)


def check_reason(reason: str, **about: str) -> None:
    """Raise InvalidArgument, with ``about`` as its metadata, unless the reason of an act can go on record."""
    fields = Fields(about=about)
    fields.text("reason", reason, most=500)
    fields.settle()
