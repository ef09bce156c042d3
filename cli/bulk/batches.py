"""Records → batches: what travels in one request, and the faults of the rows between. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cli.bulk.faults import Fault
from cli.bulk.rows import Record
from services.chassis.errors import Violation

ROWS_MOST = 1000  # of a batch, by the API
BYTES_MOST = 2 * 2**20  # an endpoint takes messages of 4 MiB


@dataclass
class Batch:
    """Rows up to ``last_line``, in order: ``cameras`` of ``lines``, and the faults found here."""

    cameras: list[Any] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    last_line: int = 0
    size_bytes: int = 0
    read_bytes: int = 0  # of the file, for a progress bar

    def add(self, record: Record) -> None:
        """Take one more row."""
        self.last_line = record.line
        if isinstance(record.found, Fault):
            self.faults.append(record.found)
            return
        self.cameras.append(record.found)
        self.lines.append(record.line)
        self.size_bytes += record.found.ByteSize()

    @property
    def rows(self) -> int:
        """How many rows of the file it stands for."""
        return len(self.cameras) + len(self.faults)

    @property
    def is_full(self) -> bool:
        """Whether it has to go."""
        return self.rows >= ROWS_MOST or self.size_bytes >= BYTES_MOST

    def settled(self, answered: Iterable[Any]) -> list[Fault]:
        """Every fault of the batch by line: its own, and ``answered``, the RowFaults of the API."""
        return sorted([*self.faults, *(self._fault(row) for row in answered)], key=lambda fault: fault.line)

    def _fault(self, row: Any) -> Fault:
        fields = tuple(Violation(f.field, f.description) for f in row.fields)
        code = self.cameras[row.index].code
        return Fault(self.lines[row.index], code, row.message, fields, row.reason, row.article)


def batches(records: Iterable[Record]) -> Iterator[Batch]:
    """Batches of at most ``ROWS_MOST`` rows."""
    batch = Batch()
    for record in records:
        batch.add(record)
        if batch.is_full:
            yield batch
            batch = Batch()
    if batch.rows:
        yield batch
