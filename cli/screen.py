"""What a command answers: tables and lines for people, JSON for programs. Refusals go to stderr, with what to do next.

With ``--json`` stdout holds one JSON document in the API's own JSON mapping and nothing else.
"""

import json
import math
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.advice import next_step
from services.chassis import errors

_WIDTH_OF_A_PIPE = 400  # nothing is cut or wrapped for a program that reads the table


@dataclass(frozen=True)
class Screen:
    """Where answers go."""

    is_json: bool = False

    def fields(self, message: Message, *rows: tuple[str, object]) -> None:
        """One answer: ``message`` as JSON, or ``rows`` of label and value; empty values are left out."""
        if self.is_json:
            return self.document(MessageToDict(message))
        grid = Table.grid(padding=(0, 2))
        for label, value in rows:
            if value not in (None, ""):
                grid.add_row(Text(label, style="dim"), Text(plain(str(value)), overflow="fold"))
        _console().print(grid)
        return None

    def table(self, document: Mapping[str, Any], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Many answers: ``document`` as JSON, or ``rows`` under ``columns``."""
        if self.is_json:
            return self.document(document)
        table = Table(*columns, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for row in rows:
            table.add_row(*(Text(plain(str(cell)), overflow="fold") for cell in row))
        _console().print(table)
        return None

    def document(self, document: Mapping[str, Any]) -> None:
        """A JSON document on stdout."""
        print(json.dumps(document, ensure_ascii=False, indent=2), flush=True)  # `up` goes on: who pipes it waits

    def answer(self, message: Message) -> None:
        """One of many answers, for programs: a line of JSON as it comes; people get ``line``."""
        if self.is_json:
            print(json.dumps(MessageToDict(message), ensure_ascii=False), flush=True)

    def line(self, text: str) -> None:
        """A line for people, never wrapped, so that it can be copied; programs don't get it."""
        if not self.is_json:
            print(plain(text), flush=True)

    def refuse(self, error: errors.Error) -> None:
        """A refusal, on stderr."""
        step = next_step(error)
        seconds = math.ceil(error.retry_after.total_seconds()) if error.retry_after else None
        if self.is_json:
            violations = [{"field": v.field, "description": v.description} for v in error.violations]
            told = {"code": error.kind, "reason": error.reason, "message": error.message, "next": step,
                    "metadata": dict(error.metadata), "violations": violations,
                    "retry_after_seconds": seconds}  # fmt: skip
            print(json.dumps({"error": told}, ensure_ascii=False), file=sys.stderr)
            return
        retry = f"after {seconds} s" if seconds else ""
        rows = {"reason": error.reason, **error.metadata, "retry": retry, "next": step}
        lines = [f"kapok: {plain(error.message)}", *(f"  {k:<9} {plain(v)}" for k, v in rows.items() if v)]
        print("\n".join(lines), file=sys.stderr)


def plain(text: str) -> str:
    """``text`` without control characters: what others registered must not command this terminal."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf") else c for c in text)


def moment(timestamp: Timestamp) -> str:
    """A time for people, UTC, to the second; empty when it is not set."""
    if not (timestamp.seconds or timestamp.nanos):
        return ""
    return timestamp.ToDatetime(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE)
