"""The policy: rows of CSV text, read strictly. What is not exactly understood is refused, never guessed.

    rule,article,role,relation,action,levels,categories,needs,effect,sentence

Cells that hold several words separate them by one blank; `any` stands for all; an empty `needs` needs nothing.
Rows speak of classes only, never of a single camera or principal.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields

from services.chassis.errors import InvalidArgument, Violation
from services.decider.vocabulary import CELLS, refusal

MAX_BYTES = 1 << 20
MAX_ROWS = 2_000
_MAX_VIOLATIONS = 20  # one answer names this many; a file with more is not one to repair line by line


@dataclass(frozen=True, slots=True)
class Row:
    """One rule, its cells in canonical text: words sorted, ranges spelt out."""

    rule: str
    article: str
    role: str
    relation: str
    action: str
    levels: str
    categories: str
    needs: str
    effect: str
    sentence: str

    @property
    def is_allow(self) -> bool:
        return self.effect == "allow"


COLUMNS = tuple(f.name for f in fields(Row))


@dataclass(frozen=True, slots=True)
class Policy:
    """Rows in the order of their file. Without rows everything is denied."""

    rows: tuple[Row, ...]

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the canonical text: two files that mean the same have the same digest."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The canonical CSV, which parses to this policy again."""
        return "".join(f"{','.join(cells)}\n" for cells in (COLUMNS, *(astuple(row) for row in self.rows)))


def parse(text: str) -> Policy:
    """Read a policy. Raises InvalidArgument that names line, column and what is allowed there, for up to 20 faults."""
    if len(text.encode()) > MAX_BYTES:
        raise InvalidArgument(Violation("policy", f"longer than {MAX_BYTES} bytes: split rules into fewer rows"))
    rows: list[Row] = []
    violations: list[Violation] = []
    taken: dict[str, int] = {}
    for line, cells in _lines(text):
        if len(rows) >= MAX_ROWS:
            raise InvalidArgument(Violation(f"policy line {line}", f"more than {MAX_ROWS} rows: merge some"))
        row, faults = _row(line, cells)
        if row and taken.setdefault(row.rule, line) != line:
            faults = [_fault(line, "rule", f"{row.rule!r} is taken by line {taken[row.rule]}: names are unique")]
        violations += faults
        if row and not faults:
            rows.append(row)
        if len(violations) >= _MAX_VIOLATIONS:
            break
    if violations:
        raise InvalidArgument(*violations[:_MAX_VIOLATIONS])
    return Policy(tuple(rows))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line below the header."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise InvalidArgument(_fault(1, "header", f"must be exactly {','.join(COLUMNS)}"))
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise InvalidArgument(_fault(reader.line_num, "*", f"not CSV ({error}): remove quotes")) from error


def _row(line: int, cells: list[str]) -> tuple[Row | None, list[Violation]]:
    """The row of one line, or what is wrong with it."""
    if len(cells) != len(COLUMNS):
        return None, [_fault(line, "*", f"{len(cells)} cells, must be {len(COLUMNS)}: {','.join(COLUMNS)}")]
    canonical: dict[str, str] = {}
    faults: list[Violation] = []
    for column, cell in zip(COLUMNS, cells, strict=True):
        try:
            canonical[column] = CELLS[column](cell)
        except ValueError as error:
            faults.append(_fault(line, column, str(error)))
    if faults:
        return None, faults
    row = Row(**canonical)
    if unlawful := refusal(row.role, row.relation, row.action, row.levels) if row.is_allow else None:
        return None, [_fault(line, *unlawful)]
    return row, []


def _fault(line: int, column: str, description: str) -> Violation:
    return Violation(f"policy line {line} column {column}", description)
