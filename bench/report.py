"""What every benchmark prints: a table, then one JSON line, which goes to bench/results/NAME.json too."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

_RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One number with its goal, and what stands beside it: a peer or a limit measured in the same run.

    The goal is an upper bound, or a lower one when it ``is_floor``; None is a number that is only told.
    """

    name: str
    value: float | None
    goal: float | None
    beside: str
    is_floor: bool = False

    @property
    def holds(self) -> bool:
        """Whether the goal is met."""
        if self.value is None or self.goal is None:
            return self.goal is None
        return self.value >= self.goal if self.is_floor else self.value <= self.goal

    @property
    def goal_text(self) -> str:
        """The goal as people read it."""
        return "-" if self.goal is None else f"{'≥' if self.is_floor else '≤'} {self.goal:g}"


def report(bench: str, figures: Sequence[Figure], *, is_kept: bool = True) -> None:
    """Print the figures of one benchmark, and write them unless they are not to be kept."""
    table = Table("figure", "measured", "goal", "", "beside it, in the same run", title=bench, title_justify="left")
    for figure in figures:
        measured = (
            "-" if figure.value is None else f"{figure.value:,.0f}" if figure.value >= 1000 else f"{figure.value:.3g}"
        )
        table.add_row(figure.name, measured, figure.goal_text, "met" if figure.holds else "MISSED", figure.beside)
    Console(width=140).print(table)
    document = json.dumps({"bench": bench, "figures": {figure.name: figure.value for figure in figures}})
    if is_kept:
        _RESULTS.mkdir(exist_ok=True)
        (_RESULTS / f"{bench}.json").write_text(document + "\n")
    print(document)
