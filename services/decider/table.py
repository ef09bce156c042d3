"""Tables of CSV text that decide: read strictly, every fault told with its line and column, twenty at the most."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping

from services.chassis.errors import InvalidArgument, Violation

MAX_BYTES = 1 << 20
_MOST_TOLD = 20  # a file with more is not one to repair line by line


class Faults:
    """What is wrong with the table ``name``. Complete once constructed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: list[Violation] = []

    @property
    def are_enough(self) -> bool:
        """Whether reading on would tell nobody more."""
        return len(self._found) >= _MOST_TOLD

    def add(self, line: int, column: str, description: str) -> None:
        """One more."""
        self._found.append(Violation(f"{self._name} line {line} column {column}", description))

    def read(self, line: int, cells: list[str], readers: Mapping[str, Callable[[str], str]]) -> list[str]:
        """The canonical cells of a line; [] and the faults told when any can't be read."""
        if len(cells) != len(readers):
            self.add(line, "*", f"{len(cells)} cells, must be {len(readers)}: {','.join(readers)}")
            return []
        canonical: list[str] = []
        for (column, read), cell in zip(readers.items(), cells, strict=True):
            try:
                canonical.append(read(cell))
            except ValueError as error:
                self.add(line, column, str(error))
        return canonical if len(canonical) == len(cells) else []

    def settle(self) -> None:
        """Raise InvalidArgument when there are any."""
        if self._found:
            raise InvalidArgument(*self._found[:_MOST_TOLD])


def lines(text: str, columns: tuple[str, ...], faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line below the header, until there are enough faults. Raises InvalidArgument when it is
    no such table at all.
    """
    if len(text.encode()) > MAX_BYTES:
        faults.add(1, "*", f"longer than {MAX_BYTES} bytes: say it in fewer rows")
        faults.settle()
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        if tuple(next(reader, [])) != columns:
            faults.add(1, "header", f"must be exactly {','.join(columns)}")
            faults.settle()
        for cells in reader:
            yield reader.line_num, cells
            if faults.are_enough:
                return
    except csv.Error as error:
        faults.add(reader.line_num, "*", f"not CSV ({error}): remove quotes")
        faults.settle()
