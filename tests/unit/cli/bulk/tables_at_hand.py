"""Files of cameras for the tests, and what is read from them."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cli.bulk import tables
from cli.bulk.faults import Fault
from cli.bulk.lines import lines
from cli.bulk.rows import Record

SYSTEM = "operators/metro-guangzhou/systems/main"
HEADER = "code,system,display_name,place_category,premises,place,latitude,longitude,purpose"


def code(number: int) -> str:
    return f"44010400021320{number:06d}"


def row(number: int = 0, **changed: str) -> str:
    """A row under ``HEADER``; cells as they stand in the file, quotes included."""
    cells = {
        "code": code(number), "system": SYSTEM, "display_name": "北京路口", "place_category": "finance",
        "premises": "entrance", "place": "北京路 1 号", "latitude": "23.12", "longitude": "113.26",
        "purpose": "公共安全",
    }  # fmt: skip
    return ",".join({**cells, **changed}[name] for name in HEADER.split(","))


def opened(folder: Path, content: str | bytes, table_format: str = "csv") -> tables.Opened:
    path = folder / f"cameras.{table_format}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tables.read(io.BytesIO(path.read_bytes()), path, table_format)


def read(folder: Path, *below: str, header: str = HEADER) -> Sequence[Record]:
    return list(opened(folder, "\r\n".join((header, *below))).records)


def ndjson(folder: Path, *texts: str) -> Sequence[Record]:
    return list(opened(folder, "\n".join(texts), "ndjson").records)


def faults(records: Iterable[Record]) -> dict[int, Fault]:
    return {record.line: record.found for record in records if isinstance(record.found, Fault)}


def cameras(records: Iterable[Record]) -> list[Any]:
    return [record.found for record in records if not isinstance(record.found, Fault)]


def texts(content: bytes, codec: str = "utf-8") -> list[tuple[int, str, str]]:
    return [(line.number, line.text, line.fault) for line in lines(io.BytesIO(content), codec)]
