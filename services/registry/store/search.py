"""What a page is asked for with, and what it is answered with. Dataclasses only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from services.registry.joined import Shape
from services.registry.permission import Scope
from services.registry.units import ClassFilter
from services.registry.words import Wanted

Key = Literal["code", "change"]
KeyValue = str | int
_BEHIND_EVERY_CODE = "9" * 21  # digits only: how they sort against other characters is the collation's to say


@dataclass(frozen=True, slots=True)
class Order:
    """By code, which is by name, or by the number of the last change."""

    key: Key = "code"
    is_descending: bool = False

    @property
    def start(self) -> KeyValue:
        """What is before every key."""
        if self.key == "code":
            return _BEHIND_EVERY_CODE if self.is_descending else ""
        return 2**62 if self.is_descending else -1

    @property
    def end(self) -> KeyValue:
        """What no key is behind."""
        return Order(self.key, not self.is_descending).start

    @property
    def sql(self) -> dict[str, str]:
        """The words of a statement: the key, what is behind one, what is not, which way."""
        behind, up_to, way = ("<", ">=", "DESC") if self.is_descending else (">", "<=", "ASC")
        return {"key": self.key, "behind": behind, "up_to": up_to, "way": way}

    def is_behind(self, key: KeyValue, other: KeyValue) -> bool:
        """Whether ``key`` comes after ``other``; both are of this order's column."""
        one, two = (other, key) if self.is_descending else (key, other)
        return one > two  # type: ignore[operator] # both texts, or both numbers

    def first(self, keys: Iterable[KeyValue]) -> KeyValue | None:
        """The one that comes before the others; None when there is none."""
        return (max if self.is_descending else min)(keys, default=None)


@dataclass(frozen=True, slots=True)
class Search:
    """One page: what is permitted, what is asked for, from where on, how much."""

    scope: Scope
    classes: ClassFilter = field(default_factory=ClassFilter)
    words: Wanted | None = None
    area: Shape | None = None
    order: Order = field(default_factory=Order)
    after: KeyValue | None = None
    limit: int = 50

    @property
    def is_checked(self) -> bool:
        """Whether cameras are checked one by one, beyond their classes."""
        return bool(self.words or self.area)

    @property
    def start(self) -> KeyValue:
        """The key behind which the page begins."""
        return self.order.start if self.after is None else self.after


@dataclass(frozen=True, slots=True)
class Found:
    """Ids in order. ``last`` is the key behind which the next page begins; None at the end of the list."""

    ids: tuple[int, ...] = ()
    last: KeyValue | None = None
