"""Text search over names in Chinese and English: what of a text is indexed, and what a search asks of it. Pure.

The databases' own tokenisers find no Chinese word of two characters. So every pair of neighbouring ideographs is a
token, and every whole word of other letters or digits: 31-bit numbers that any index of integers can hold. Numbers may
collide, and pairs may stand apart (天河 and 河南 are also in "天河 河南"): an index narrows, `Wanted.matches` decides.

Texts are compared in NFKC (Unicode annex 15), casefolded: full width is half width, upper case is lower case.
Traditional characters are not folded into simplified ones (廣 is not 广): which is meant is a question of words.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.chassis.errors import InvalidArgument, Violation

LONGEST = 100  # characters of a search
MOST_PARTS = 8  # of a search
_MASK = 0x7FFFFFFF  # 31 bits: positive in every database
_SPAN = 43_000  # U+3000 to U+D7F7: pairs of kana and common ideographs fill 31 bits without a collision

# 々〆〇, kana, bopomofo, ideographs with their extensions and compatibility forms, hangul: scripts without word breaks
# or, as hangul, with long compounds.
_IDEOGRAPHS = (
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\u1100-\u11ff\uf900-\ufaff\U00020000-\U0003fffd"
)
_RUN = re.compile(f"[{_IDEOGRAPHS}]+")
_WORD = re.compile(rf"[^\W_{_IDEOGRAPHS}]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for: all of it, in any order. Made by `parse`; parts are normalised."""

    runs: tuple[str, ...]  # two ideographs or more
    words: tuple[str, ...]

    @property
    def tokens(self) -> list[int]:
        """The tokens that a record must all have to be looked at: sorted, distinct."""
        return sorted({*map(_word, self.words), *(pair for run in self.runs for pair in _pairs(run))})

    @property
    def parts(self) -> tuple[str, ...]:
        """What must stand in the folded texts, in the least: a word may be part of another there."""
        return self.runs + self.words

    def matches(self, texts: Iterable[str]) -> bool:
        """Whether each run stands in one of ``texts`` unbroken, and each word as a whole word."""
        return self.is_in(folded(texts))

    def is_in(self, text: str) -> bool:
        """The same for texts that are `folded`."""
        for part in self.parts:  # a plain loop: most texts end here
            if part not in text:
                return False
        return not self.words or set(self.words) <= set(_WORD.findall(text))


def folded(texts: Iterable[str]) -> str:
    """All of them as they are compared; the line feed between is part of no run and no word."""
    return unicodedata.normalize("NFKC", "\n".join(texts)).casefold()


def tokens(texts: Iterable[str]) -> list[int]:
    """Distinct sorted 31-bit tokens of a record's texts. A run never joins across two; a lone ideograph is a word."""
    text = folded(texts)
    found = list(map(_word, _WORD.findall(text)))
    for run in _RUN.findall(text):
        found += _pairs(run) if len(run) > 1 else [_word(run)]
    return sorted(set(found))


def parse(text: str, field: str = "filter.text") -> Wanted:
    """What ``text`` asks for. An empty text is no search: leave it out before.

    Errors: errors.InvalidArgument for ``field``: longer than 100 characters, nothing to search for, a lone ideograph
    (too many records have it to be an index's work), more than 8 parts.
    """
    if len(text) > LONGEST:
        raise InvalidArgument(Violation(field, f"has {len(text)} characters, at most {LONGEST} fit"))
    plain = folded((text,))
    wanted = Wanted(tuple(dict.fromkeys(_RUN.findall(plain))), tuple(dict.fromkeys(_WORD.findall(plain))))
    if faults := list(_faults(wanted)):
        raise InvalidArgument(*(Violation(field, fault) for fault in faults))
    return wanted


def _faults(wanted: Wanted) -> Iterator[str]:
    parts = len(wanted.runs) + len(wanted.words)
    if parts == 0:
        yield "has nothing to search for: give at least two characters of Chinese, or a whole word"
    if parts > MOST_PARTS:
        yield f"has {parts} parts, at most {MOST_PARTS} are searched for: give the rarest"
    if lone := [run for run in wanted.runs if len(run) == 1]:
        yield f"{lone[0]!r} stands alone: give at least two characters of Chinese, or a whole word"


def _word(word: str) -> int:
    return zlib.crc32(word.encode()) & _MASK


def _pairs(run: str) -> list[int]:
    """A plain loop: a third faster than any comprehension, and an import does it for every camera."""
    codes = map(ord, run)
    one = next(codes)
    found = []
    for other in codes:
        found.append(one * _SPAN + other & _MASK)
        one = other
    return found
