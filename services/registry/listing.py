"""Lists of cameras: what may be asked, in which order, and opaque page tokens bound to it. Pure."""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import CATEGORIES, LEVELS
from services.registry import words
from services.registry.area import Area, violations
from services.registry.domain import PLACES
from services.registry.health import Health
from services.registry.system.record import LifeState
from services.registry.units import ClassFilter

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
_MOST_VALUES = 100  # of one part of a filter
_LONGEST_TOKEN = 200
_SHOWN = 40  # characters of a foreign word that a message repeats
_LARGEST_NUMBER = 2**62
ORDERS = {
    "": ("code", False), "name": ("code", False), "name desc": ("code", True), "update_time": ("change", False),
    "update_time desc": ("change", True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is about. Parts restrict together; an empty part restricts nothing."""

    classes: ClassFilter = field(default_factory=ClassFilter)
    text: str = ""
    area: Area | None = None

    def refuse_unless_sound(self) -> words.Wanted | None:
        """Raise errors.InvalidArgument with every violation; return the words of ``text``, parsed."""
        wrong = list(self._wrong())
        wanted = None
        try:
            wanted = words.parse(self.text, "filter.text") if self.text else None
        except InvalidArgument as fault:
            wrong += fault.violations
        if wrong:
            raise InvalidArgument(*wrong)
        return wanted

    def refuse_unless_of_classes(self, what: str) -> None:
        """Raise errors.InvalidArgument for text and area: ``what`` is kept by classes and never scanned for."""
        if self.text or self.area:
            field_name = "filter.text" if self.text else "filter.area"
            raise InvalidArgument(Violation(field_name, f"{what} by class only: leave text and area out"))
        self.refuse_unless_sound()

    def _wrong(self) -> Iterator[Violation]:
        offers: dict[str, Sequence[str] | Sequence[int]] = {
            "districts": PLACES, "categories": CATEGORIES, "levels": LEVELS, "states": tuple(LifeState),
            "healths": tuple(Health),
        }  # fmt: skip
        for name, offer in offers.items():
            values = getattr(self.classes, name)
            if unknown := sorted(str(one)[:_SHOWN] for one in set(values) - set(offer))[:3]:
                listed = ", ".join(f"{one:d}" if isinstance(one, int) else one for one in offer)
                yield Violation(f"filter.{_PATHS[name]}", f"{unknown} are not among {listed}")
        for name in ("operators", "systems"):
            if len(getattr(self.classes, name)) > _MOST_VALUES:
                yield Violation(f"filter.{name}", f"names more than {_MOST_VALUES}: ask in several lists")
        if self.area is not None:
            yield from violations(self.area, "filter.area")


_PATHS = {
    "districts": "districts", "categories": "place_categories", "levels": "security_levels", "states": "states",
    "healths": "healths",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """One page of a list."""

    filter: Filter = field(default_factory=Filter)
    order_by: str = ""
    page_size: int = 0
    page_token: str = ""

    @property
    def size(self) -> int:
        """Cameras on the page: 50 unless told, at most 1000 (AIP-158)."""
        return min(self.page_size or DEFAULT_SIZE, LARGEST_SIZE)

    def refuse_unless_sound(self) -> words.Wanted | None:
        """Raise errors.InvalidArgument with every violation; return the words of the filter, parsed."""
        wrong = []
        if self.page_size < 0:
            wrong.append(Violation("page_size", "must not be negative"))
        if self.order_by not in ORDERS:
            wrong.append(Violation("order_by", f"must be one of {', '.join(filter(None, ORDERS))}"))
        if wrong:
            raise InvalidArgument(*wrong)
        return self.filter.refuse_unless_sound()

    def after(self) -> str | int | None:
        """The key behind which the page begins, None for the first; InvalidArgument for a token of another list."""
        if not self.page_token:
            return None
        is_key = _is_code if ORDERS[self.order_by][0] == "code" else _is_number
        try:
            padded = self.page_token[:_LONGEST_TOKEN] + "=" * (-len(self.page_token) % 4)
            bound_to, after = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
            if bound_to == self._digest() and is_key(after):
                found: str | int = after
                return found
        except (ValueError, TypeError, RecursionError):  # not ASCII, base64, JSON, or a pair: no token of ours
            pass
        raise InvalidArgument(Violation("page_token", "is not of this list: start again without it, with one filter"))

    def token(self, after: str | int | None) -> str:
        """What the token of the page behind ``after`` says; who answers seals it (`Tokens`)."""
        if after is None:
            return ""
        text = json.dumps([self._digest(), after])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _digest(self) -> str:
        parts = self.filter.classes
        asked = [sorted(map(str, getattr(parts, name))) for name in parts.__slots__]
        text = json.dumps([asked, self.filter.text, repr(self.filter.area), self.order_by])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_code(key: object) -> bool:
    """Whether a database can be asked for what is behind it: PostgreSQL takes no NUL, nor a number beyond 64 bits."""
    return isinstance(key, str) and key.isascii() and key.isdigit()


def _is_number(key: object) -> bool:
    return type(key) is int and 0 <= key <= _LARGEST_NUMBER
