"""Rows that were not registered, and the file that tells them: FILE.errors.csv, for a spreadsheet."""

import csv
import fcntl
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.bulk import formula
from services.chassis import errors
from services.chassis.errors import Violation

HEADER = ("line", "code", "reason", "field", "message", "article")
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the row in ``line`` was not registered; ``fields`` holds every wrong one. Of its values the code only."""

    line: int
    code: str
    message: str
    fields: Sequence[Violation] = ()
    reason: str = "FIELD_INVALID"
    article: str = ""

    def rows(self) -> Iterator[Sequence[str]]:
        """Of the file: one for each wrong field, or one."""
        for field in self.fields or (Violation("", self.message),):
            told = (field.field, field.description[:_LONGEST_MESSAGE], self.article)
            yield (str(self.line), self.code, self.reason, *told)


def faults_path(path: Path) -> Path:
    """``cameras.csv`` → ``cameras.csv.errors.csv``, beside it."""
    return path.with_name(f"{path.name}.errors.csv")


def part_of(path: Path) -> Path:
    """What the file at ``path`` is called until it is whole."""
    return path.with_name(f"{path.name}.part")


class FaultFile:
    """A part while the import goes on; FILE.errors.csv at its end, if there was any fault."""

    def __init__(self, path: Path, part: Path, kept_bytes: int = 0) -> None:
        """``kept_bytes``: what an import that was cut off had written when it noted its last answer; 0 begins anew.

        Raises errors.FailedPrecondition while another import of the same file runs.
        """
        self._path, self._part = path, part
        self._file = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise errors.FailedPrecondition("STATE_WRONG", f"another import writes {self._part.name} now") from None
        self._file.truncate(kept_bytes)
        self._file.seek(0, io.SEEK_END)
        if not kept_bytes:
            self._file.write(_TOP)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The part stays where the import did not end: the next one goes on behind it."""
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._file.tell()

    def write(self, faults: Iterable[Fault]) -> None:
        """Append, on disk as far as the operating system goes."""
        for fault in faults:
            for row in fault.rows():
                self._write(row)
        self._file.flush()

    def finish(self) -> Path | None:
        """Give the file its name; None, and the file of an earlier import untouched, when there was no fault."""
        has_faults = self.size > len(_TOP)
        self._file.close()
        if not has_faults:
            self._part.unlink()
            return None
        self._part.replace(self._path)
        return self._path

    def discard(self) -> None:
        """Leave nothing behind."""
        self._part.unlink(missing_ok=True)

    def _write(self, row: Sequence[str]) -> None:
        self._file.write(_encoded([formula.quoted(cell) for cell in row]))


def _encoded(row: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().encode()


_TOP = b"\xef\xbb\xbf" + _encoded(HEADER)  # spreadsheets take it for the local encoding without its mark
