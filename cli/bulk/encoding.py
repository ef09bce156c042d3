"""Which encoding a file is in: UTF-8, or GB18030 where it is not; said, never guessed from a sample.

The whole file is read once, a MiB at a time. What is neither is refused with the byte where each ended.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from services.chassis import errors

_CHUNK = 2**20
_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 4096
_ADVICE = 'save it as UTF-8 (in a spreadsheet "CSV UTF-8") or as GB18030'
# A character of GB18030 looks like UTF-8 once in five. Twenty in a row don't: such a file is UTF-8 with a damaged byte,
# and read as GB18030 it would become other characters without a word.
_CHANCE = 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file become text: the codec's name, and what people call it."""

    codec: str
    label: str


UTF_8 = Encoding("utf-8", "UTF-8")
GB18030 = Encoding("gb18030", "GB18030")


@dataclass(frozen=True, slots=True)
class _End:
    """Where strict decoding ended: the byte, and how many characters beyond ASCII were right before it."""

    byte: int
    wide: int


def detect(path: Path) -> Encoding:
    """The encoding of the file at ``path``: strict UTF-8, else strict GB18030.

    Raises errors.InvalidArgument for UTF-16 and UTF-32, and for what is neither, naming the byte offset.
    """
    with path.open("rb") as file:
        _refuse_wide(path, file.read(_HEAD))
    end = _decodes(path, UTF_8)
    if end is None:
        return UTF_8
    if end.wide >= _CHANCE:
        raise _wrong(path, f"is damaged UTF-8: byte {end.byte} is wrong, what stands before it is right; {_ADVICE}")
    other = _decodes(path, GB18030)
    if other is None:
        return GB18030
    raise _wrong(path, f"is neither UTF-8 (ends at byte {end.byte}) nor GB18030 (ends at byte {other.byte}); {_ADVICE}")


def _refuse_wide(path: Path, head: bytes) -> None:
    if head.startswith(_WIDE) or head.count(0) * 4 > len(head) > 1:  # Latin letters in UTF-16 are half zeros
        raise _wrong(path, f"is UTF-16 or UTF-32; {_ADVICE}")


def _decodes(path: Path, encoding: Encoding) -> _End | None:
    """None when the whole file decodes."""
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    read = wide = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            kept = len(decoder.getstate()[0])  # bytes of a character that the last chunk began
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return _End(read - kept + error.start, wide + _wide(error.object[: error.start].decode(encoding.codec)))
            wide += _wide(text)
            read += len(chunk)
            if not chunk:
                return None


def _wide(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _wrong(path: Path, what: str) -> errors.Error:
    return errors.InvalidArgument(errors.Violation(path.name, what))
