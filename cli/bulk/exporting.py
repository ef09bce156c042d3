"""`kapok cameras export`: cameras from the API into CSV or NDJSON, one answer in memory; never a source."""

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from google.protobuf.json_format import MessageToJson

from cli.bulk import formula, progress
from cli.bulk.columns import COLUMNS, Column
from cli.bulk.faults import part_of
from cli.gateway import Gateway
from kapok.registry.v1 import bulk_service_pb2, camera_filter_pb2

_MARK = b"\xef\xbb\xbf"
_WRITTEN = tuple(column for column in COLUMNS if column.get is not None)


@dataclass(frozen=True, slots=True)
class Extract:
    """Where cameras go; ``path`` None is stdout, ``has_mark`` a byte-order mark for spreadsheets."""

    path: Path | None
    table_format: str
    has_mark: bool = False


def export_cameras(gateway: Gateway, chosen: "camera_filter_pb2.CameraFilter", extract: Extract) -> int:
    """Write the cameras that ``chosen`` holds and the caller may describe; returns how many. All of them or no file."""
    answers = gateway.stream(bulk_service_pb2.ExportCamerasRequest(filter=chosen))
    count = 0
    with _target(extract) as file, progress.bar("exporting", None) as bar:
        file.write((_MARK if extract.has_mark else b"") + TOPS[extract.table_format])
        for answer in answers:
            file.write(ENCODERS[extract.table_format](answer.cameras))
            count += len(answer.cameras)
            bar.show(0, count, 0)
    return count


@contextmanager
def _target(extract: Extract) -> Iterator[BinaryIO]:
    """The file, which has its name when it is whole; or stdout."""
    if extract.path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = part_of(extract.path)
    try:
        with part.open("wb") as file:
            yield file
        part.replace(extract.path)
    finally:
        part.unlink(missing_ok=True)


def csv_rows(cameras: Iterable[Any]) -> bytes:
    """Rows of the columns that have something to tell; what a spreadsheet would compute gets an apostrophe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(column, c) for column in _WRITTEN] for c in cameras)
    return text.getvalue().encode()


def _cell(column: Column, camera: Any) -> str:
    told = column.get(camera) if column.get else ""
    return told if column.is_verbatim else formula.quoted(told)


def ndjson_rows(cameras: Iterable[Any]) -> bytes:
    """One camera a line, in the JSON mapping of the API."""
    return b"".join(_json(camera) for camera in cameras)


def _json(camera: Any) -> bytes:
    camera.ClearField("source")  # the API returns none; an extract never holds one
    return MessageToJson(camera, indent=None, ensure_ascii=False).encode() + b"\n"


TOPS: Mapping[str, bytes] = {"csv": ",".join(column.name for column in _WRITTEN).encode() + b"\r\n", "ndjson": b""}
ENCODERS: Mapping[str, Callable[[Iterable[Any]], bytes]] = {"csv": csv_rows, "ndjson": ndjson_rows}
