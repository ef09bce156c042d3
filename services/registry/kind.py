"""A kind: what a camera shares with many others. As one number, so that an index can lead with it. Pure.

    district (6 digits) | place category (2) | level (1) | life state (1) | health (1)      440104 10 2 4 1
    └──────────────── its stock: what rarely changes ─┘

Lists and counts go by kinds: there are some thousands of them in a city, whether it has a thousand cameras or ten
million. Who runs a camera is not part of it; its *class* is: one kind within one camera system.
"""

from dataclasses import dataclass
from typing import NamedTuple

_MOMENT = 100  # life state and health are the last two digits


class Kind(NamedTuple):
    """The parts. ``level`` 0: the policy has given none yet."""

    district: str
    category: int
    level: int
    state: int
    health: int

    @property
    def number(self) -> int:
        """Eleven digits; needs 64 bits."""
        return (((int(self.district) * 100 + self.category) * 10 + self.level) * 10 + self.state) * 10 + self.health

    @classmethod
    def of(cls, number: int) -> "Kind":
        """The inverse of ``number``."""
        rest, health = divmod(number, 10)
        rest, state = divmod(rest, 10)
        rest, level = divmod(rest, 10)
        district, category = divmod(rest, 100)
        return cls(f"{district:06d}", category, level, state, health)


def stock(kind: int) -> int:
    """District, category and level of a kind's number."""
    return kind // _MOMENT


StockPlace = tuple[int, str]  # a stock and an operator: what pages of stocks go by


@dataclass(frozen=True, slots=True)
class Stock:
    """``count`` cameras of one operator (agencies/…) that share the stock of ``kind``."""

    kind: Kind
    operator: str
    count: int

    @property
    def place(self) -> StockPlace:
        """Where it stands in the order."""
        return stock(self.kind.number), self.operator
