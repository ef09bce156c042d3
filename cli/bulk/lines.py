"""Bytes → numbered lines of text. Pure but for reading; memory holds one line, whatever the file holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST = 2**20  # bytes of one line; a longer one is a fault, and passed over unread


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end: ``number`` from 1; ``fault`` says why it can't be read, and then ``text`` is empty."""

    number: int
    text: str
    fault: str = ""


def lines(file: BinaryIO, codec: str) -> Iterator[Line]:
    """The lines of ``file`` but blank ones. In UTF-8 and GB18030 the byte 0x0A is a line feed and nothing else."""
    number = 0
    while raw := file.readline(LONGEST):
        number += 1
        if len(raw) == LONGEST and not raw.endswith(b"\n"):
            _pass_over(file)
            yield Line(number, "", f"is longer than {LONGEST} bytes")
        elif not raw.isspace():
            yield _line(number, raw, codec)


def _pass_over(file: BinaryIO) -> None:
    """Read up to the end of the line, in pieces."""
    while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
        pass


def _line(number: int, raw: bytes, codec: str) -> Line:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:  # the file is another one than was looked at
        return Line(number, "", f"is not {codec}")
    text = text.removesuffix("\n").removesuffix("\r")
    if number == 1:
        text = text.removeprefix("\ufeff")  # a byte-order mark
    if "\0" in text:
        return Line(number, "", "holds a NUL byte")
    return Line(number, text)
