"""A file of cameras, opened: its format, its encoding, and its records to come."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import typer

from cli.bulk import columns, rows
from cli.bulk.encoding import detect
from cli.bulk.lines import Line, lines
from cli.bulk.rows import Record
from services.chassis import errors

FORMATS = ("csv", "ndjson")
_SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


@dataclass(frozen=True, slots=True)
class Opened:
    """Records of a file; ``ignored`` are its columns that are output only."""

    records: Iterator[Record]
    encoding: str
    ignored: tuple[str, ...]
    read_bytes: Callable[[], int]  # so far, for a progress bar


def format_of(path: Path, chosen: str) -> str:
    """``chosen``, or what the suffix says; typer.BadParameter when neither does."""
    found = chosen or _SUFFIXES.get(path.suffix.lower(), "")
    if found not in FORMATS:
        raise typer.BadParameter(f"say with --format which of {', '.join(FORMATS)} {path.name} is")
    return found


def read(file: BinaryIO, path: Path, table_format: str) -> Opened:
    """Look at the whole of ``file``, read its header; records come one by one.

    Raises errors.InvalidArgument for a wrong encoding and wrong columns.
    """
    encoding = detect(path)
    records, ignored = _READERS[table_format](lines(file, encoding.codec))
    return Opened(rows.distinct(records), encoding.label, ignored, file.tell)


def _csv(source: Iterable[Line]) -> tuple[Iterator[Record], tuple[str, ...]]:
    source = iter(source)
    first = next(source, Line(1, "", "is missing"))
    try:
        cells = rows.csv_cells(first.text)
    except ValueError as error:
        first, cells = Line(first.number, "", str(error)), []
    if first.fault:
        raise errors.InvalidArgument(errors.Violation("header", f"the row with the columns' names {first.fault}"))
    found = columns.header(cells)
    return rows.csv_records(source, found), tuple(column.name for column in found if column.put is None)


def _ndjson(source: Iterable[Line]) -> tuple[Iterator[Record], tuple[str, ...]]:
    source = iter(source)
    first = next(source, None)
    if first is None:
        raise errors.InvalidArgument(errors.Violation("file", "is empty"))
    ignored = ("operator", "securityLevel") if '"securityLevel"' in first.text else ()
    return rows.ndjson_records(chain((first,), source)), ignored


_READERS: Mapping[str, Callable[[Iterable[Line]], tuple[Iterator[Record], tuple[str, ...]]]] = {
    "csv": _csv,
    "ndjson": _ndjson,
}
