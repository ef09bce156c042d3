"""A progress bar on stderr, for people: on a terminal only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bar(Protocol):
    """What shows how far it is: bytes of the file, rows done since the start, faults so far."""

    def show(self, done_bytes: int, rows: int, faults: int) -> None:
        """Draw it."""


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def show(self, done_bytes: int, rows: int, faults: int) -> None:
        seconds = self._progress.tasks[0].elapsed or 0
        rate = rows / seconds if seconds else 0
        told = f"{rows:,} rows  {rate:,.0f}/s" + (f"  {faults:,} faults" if faults else "")
        self._progress.update(self._task, completed=done_bytes, told=told)


@contextmanager
def bar(what: str, total_bytes: int | None) -> Iterator[Bar]:
    """A bar while the block runs; ``total_bytes`` None: nobody knows how much will come."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        yield _Bar(progress, progress.add_task(what, total=total_bytes, told=""))
