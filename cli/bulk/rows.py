"""Lines of CSV or NDJSON → records: a camera, or the fault of its row. Generators, one row in memory. Pure.

A record of CSV is one line: no field of a camera takes a line break, so a quote that never closes costs its own line
and no other.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.api import field_behavior_pb2
from google.protobuf import json_format

from cli.bulk import formula
from cli.bulk.columns import Column
from cli.bulk.faults import Fault
from cli.bulk.lines import Line
from kapok.registry.v1 import camera_pb2
from services.chassis.errors import Violation

LONGEST_CELL = 1000  # characters; the longest field takes half of it
_CODE_DIGITS = 20
_BEHAVIOR = field_behavior_pb2.field_behavior
OUTPUT_ONLY = tuple(
    field.name
    for field in camera_pb2.Camera.DESCRIPTOR.fields
    if field_behavior_pb2.OUTPUT_ONLY in field.GetOptions().Extensions[_BEHAVIOR]
)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file: its camera, or why it has none."""

    line: int
    found: "camera_pb2.Camera | Fault"


def csv_cells(text: str) -> list[str]:
    """The cells of one line (RFC 4180). Raises ValueError with what is wrong."""
    try:
        return next(csv.reader((text,), strict=True), [])
    except csv.Error as error:
        if "field larger" in str(error):
            raise ValueError(f"a cell is longer than {csv.field_size_limit()} characters") from None
        if "unexpected end" in str(error):
            raise ValueError("a quote opens and does not close in this line") from None
        raise ValueError(f"is no CSV: {error}") from None


def csv_records(lines: Iterable[Line], columns: Sequence[Column]) -> Iterator[Record]:
    """The rows below the header. Rows of empty cells only, which spreadsheets leave, are none."""
    for line in lines:
        if line.fault:
            yield Record(line.number, Fault(line.number, "", line.fault))
            continue
        try:
            cells = csv_cells(line.text)
        except ValueError as error:
            yield Record(line.number, Fault(line.number, "", str(error)))
            continue
        if any(cells):
            yield Record(line.number, _row(line.number, cells, columns))


def _row(number: int, cells: Sequence[str], columns: Sequence[Column]) -> Any:
    if len(cells) != len(columns):
        return Fault(number, "", f"has {len(cells)} cells, the header has {len(columns)}")
    camera, wrong = camera_pb2.Camera(), []
    for column, cell in zip(columns, cells, strict=True):
        try:
            _put(camera, column, cell)
        except ValueError as error:
            wrong.append(Violation(column.field, str(error)))
    return _judged(number, camera, wrong)


def _put(camera: Any, column: Column, cell: str) -> None:
    if column.put is None:
        return
    if not cell or cell.isspace():
        if column.is_required:
            raise ValueError("is required")
        return
    if cell[0] in formula.SUSPECT or len(cell) > LONGEST_CELL:
        cell = _plain(column, cell)
    column.put(camera, cell)


def _plain(column: Column, cell: str) -> str:
    """The text of a cell that is long, or that begins with a sign or an apostrophe."""
    if len(cell) > LONGEST_CELL:
        raise ValueError(f"has {len(cell)} characters, {LONGEST_CELL} at most are read")
    if column.is_verbatim:
        return cell
    if formula.is_formula(cell):
        raise ValueError(f"begins with {cell[0]!r} like a formula; an apostrophe in front makes it a text")
    return formula.unquoted(cell)


def ndjson_records(lines: Iterable[Line]) -> Iterator[Record]:
    """Each line one Camera in the JSON mapping of the API; unknown fields are faults, output-only ones are left out."""
    for line in lines:
        if line.fault:
            yield Record(line.number, Fault(line.number, "", line.fault))
        else:
            yield Record(line.number, _object(line))


def _object(line: Line) -> Any:
    if not line.text.lstrip().startswith("{"):
        return Fault(line.number, "", "must be one JSON object")
    try:
        camera = json_format.Parse(line.text, camera_pb2.Camera(), max_recursion_depth=10)
    except (json_format.ParseError, ValueError, TypeError, RecursionError) as error:
        return Fault(line.number, "", " ".join(str(error).partition("\n")[0].split())[:300])
    wrong = list(_too_long(camera, "camera"))
    if camera.name not in ("", f"districts/{camera.code[:6]}/cameras/{camera.code}"):
        wrong.append(
            Violation("camera.name", "must be districts/{first six digits of code}/cameras/{code}, or left out")
        )
    for name in ("name", *OUTPUT_ONLY):
        camera.ClearField(name)
    return _judged(line.number, camera, wrong)


def _too_long(message: Any, path: str) -> Iterator[Violation]:
    for field, value in message.ListFields():
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            advice = f"has {len(value)} characters, {LONGEST_CELL} at most are read"
            yield Violation(f"{path}.{field.name}", advice)
        elif field.message_type is not None:
            yield from _too_long(value, f"{path}.{field.name}")


def _judged(number: int, camera: Any, wrong: Sequence[Violation]) -> Any:
    """``camera``, or the fault with everything that is wrong with it."""
    is_code = len(camera.code) == _CODE_DIGITS and camera.code.isascii() and camera.code.isdigit()
    if not is_code and not any(violation.field == "camera.code" for violation in wrong):
        advice = "must be 20 digits (GB/T 28181); spreadsheets keep them only in a column formatted as text"
        wrong = [Violation("camera.code", advice), *wrong]
    if not wrong:
        return camera
    message = "; ".join(f"{violation.field}: {violation.description}" for violation in wrong)
    return Fault(number, camera.code if is_code else "", message, tuple(wrong))


def distinct(records: Iterable[Record]) -> Iterator[Record]:
    """``records``; a code that stood in an earlier line is a fault.

    What has to be remembered for that costs about 110 bytes a row: 110 MB for a million.
    """
    first_lines: dict[int, int] = {}  # an integer is half of its text
    for record in records:
        camera = record.found
        if isinstance(camera, Fault):
            yield record
            continue
        first = first_lines.setdefault(int(camera.code), record.line)
        if first != record.line:
            advice = Violation("camera.code", f"stands in line {first} already")
            fault = Fault(record.line, camera.code, advice.description, (advice,), reason="RESOURCE_EXISTS")
            record = Record(record.line, fault)
        yield record
