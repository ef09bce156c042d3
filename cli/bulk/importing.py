"""`kapok cameras import`: batches of a file to the API, a few at a time, what became of them noted as answers come.

open, look at encoding and header → go on behind the noted line → batch → send → answer → note faults, then the line
"""

import queue
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cli.bulk import checkpoint, progress, tables
from cli.bulk.batches import Batch, batches
from cli.bulk.checkpoint import Checkpoint
from cli.bulk.faults import FaultFile, faults_path, part_of
from cli.gateway import Gateway
from kapok.registry.v1 import bulk_service_pb2
from services.chassis import errors

IN_FLIGHT = 4  # batches sent and not answered: the next is parsed while the last is written


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, and how."""

    path: Path
    table_format: str
    is_dry_run: bool = False
    is_restarted: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the file; counts are of all its rows, ``seconds`` and ``rows_now`` of this run."""

    end: Checkpoint
    encoding: str
    rows_now: int
    seconds: float
    resumed_line: int
    faults_file: Path | None

    @property
    def rows_per_s(self) -> float:
        """Of this run."""
        return self.rows_now / self.seconds if self.seconds else 0.0


def import_cameras(gateway: Gateway, order: Order, say: Callable[[str], None]) -> Summary:
    """Register every row of the file that the registry takes; ``say`` hears what a person should know meanwhile.

    Raises errors.InvalidArgument when the file is refused as a whole, errors.Unavailable when the connection is lost.
    """
    began_s = time.monotonic()
    with order.path.open("rb") as file:
        opened = tables.read(file, order.path, order.table_format)
        start = _start(gateway, order, opened.encoding)
        _announce(opened, start, say)
        faults_to = FaultFile(faults_path(order.path), _part(order), start.fault_file_bytes)
        with faults_to as faults, progress.bar("importing", order.path.stat().st_size) as bar:
            run = _Run(gateway, order, faults, bar, start)
            with _advice(run, say), _no_litter(run):
                run.over(_read_on(opened, start.line))
            told_in = faults.finish()
    if not order.is_dry_run:
        checkpoint.forget(order.path)
    return Summary(run.noted, opened.encoding, run.rows, time.monotonic() - began_s, start.line, told_in)


def _start(gateway: Gateway, order: Order, encoding: str) -> Checkpoint:
    """Where to go on. A dry run is of the whole file; so is one whose noted faults are gone."""
    cell = gateway.endpoints.ledger_public_key.hex()
    identity = checkpoint.identify(order.path, encoding, cell, gateway.principal_id.removeprefix("principals/"))
    if order.is_dry_run or order.is_restarted:
        return Checkpoint(identity)
    noted = checkpoint.load(order.path, identity)
    part = _part(order)
    has_faults = part.exists() and part.stat().st_size >= noted.fault_file_bytes
    return noted if has_faults else Checkpoint(identity)


def _part(order: Order) -> Path:
    """Where faults stand until the end; a dry run keeps away from those of an import that was cut off."""
    return part_of(faults_path(order.path.with_name(order.path.name + ".dry-run" * order.is_dry_run)))


def _announce(opened: tables.Opened, start: Checkpoint, say: Callable[[str], None]) -> None:
    say(f"encoding: {opened.encoding}")
    if opened.ignored:
        say(f"output only, left out: {', '.join(opened.ignored)}")
    if start.line:
        say(f"goes on behind line {start.line}; --restart begins anew")


def _read_on(opened: tables.Opened, line: int) -> Iterator[Batch]:
    """The batches behind ``line``. What stands before it is read once more: its codes count as duplicates."""
    for batch in batches(record for record in opened.records if record.line > line):
        batch.read_bytes = opened.read_bytes()
        yield batch


@contextmanager
def _advice(run: "_Run", say: Callable[[str], None]) -> Iterator[None]:
    """Say how to go on when the connection is lost or a person stops it."""
    try:
        yield
    except errors.Error as error:
        if run.noted.line or isinstance(error, errors.Unavailable):
            error.message = f"{error.message}. {run.how_to_go_on}"
        raise
    except KeyboardInterrupt:
        say(run.how_to_go_on)
        raise


@contextmanager
def _no_litter(run: "_Run") -> Iterator[None]:
    """Faults that nobody can go on behind are not kept."""
    try:
        yield
    except BaseException:
        if run.order.is_dry_run or not run.noted.line:
            run.faults.discard()
        raise


@dataclass
class _Run:
    """One conversation with the API."""

    gateway: Gateway
    order: Order
    faults: FaultFile
    bar: progress.Bar
    noted: Checkpoint
    rows: int = 0
    _outbox: "queue.SimpleQueue[Any]" = field(default_factory=queue.SimpleQueue)
    _pending: "deque[Batch]" = field(default_factory=deque)
    _in_flight: int = 0

    @property
    def how_to_go_on(self) -> str:
        """For whoever comes next."""
        if self.order.is_dry_run:
            return "This was a dry run, nothing is written: run it again"
        if not self.noted.line:
            return "Nothing is known to be registered: run the same command again"
        return f"Lines up to {self.noted.line} are done: run the same command again, it goes on behind them"

    def over(self, found: Iterable[Batch]) -> None:
        """Send every batch and settle it."""
        answers = self.gateway.converse(bulk_service_pb2.ImportCamerasRequest, iter(self._outbox.get, None))
        try:
            for batch in found:
                self._send(batch)
                while self._in_flight >= IN_FLIGHT:
                    self._settle_next(answers)
            self._outbox.put(None)
            while self._in_flight:
                self._settle_next(answers)
            for _ in answers:  # its status is the last word
                raise errors.Internal("INTERNAL", "the registry answered more batches than it was sent")
        finally:
            self._outbox.put(None)
        while self._pending:
            self._settle(self._pending.popleft(), None)

    def _send(self, batch: Batch) -> None:
        """A batch of faults only has nothing to send; it is settled in its turn."""
        self._pending.append(batch)
        if batch.cameras:
            dry = self.order.is_dry_run
            self._outbox.put(bulk_service_pb2.ImportCamerasRequest(cameras=batch.cameras, dry_run=dry))
            self._in_flight += 1

    def _settle_next(self, answers: Iterator[Any]) -> None:
        answer = next(answers, None)
        if answer is None:
            raise errors.Unavailable("SERVICE_AWAY", "the registry ended before its last answer")
        self._in_flight -= 1
        while not self._pending[0].cameras:
            self._settle(self._pending.popleft(), None)
        self._settle(self._pending.popleft(), answer)

    def _settle(self, batch: Batch, answer: Any) -> None:
        """Faults first, then the line behind them: an import cut off between tells them again, and once only."""
        faults = batch.settled(answer.faults if answer else ())
        self.faults.write(faults)
        created, unchanged = (answer.created_count, answer.unchanged_count) if answer else (0, 0)
        noted = checkpoint.advanced(self.noted, batch.last_line, created, unchanged, len(faults))
        self.noted = replace(noted, fault_file_bytes=self.faults.size)
        if not self.order.is_dry_run:
            checkpoint.save(self.order.path, self.noted)
        self.rows += batch.rows
        self.bar.show(batch.read_bytes, self.rows, self.noted.faults)
