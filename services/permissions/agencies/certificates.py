"""Numbers of enforcement certificates (Article 19): when two of them are the same, however they were typed. Pure."""

import unicodedata
from collections.abc import Iterable


def are_two(numbers: Iterable[str]) -> bool:
    """Whether these are the certificates of two officers: two, and not one typed in two ways.

    Capitals, blanks around, and full-width letters and digits, as Chinese keyboards type them, make no other number.
    """
    typed = tuple(numbers)
    return len(typed) == 2 and len({unicodedata.normalize("NFKC", one).strip().casefold() for one in typed}) == 2
