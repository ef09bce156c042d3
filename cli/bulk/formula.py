"""Cells that a spreadsheet would compute. On the way out they get an apostrophe in front, on the way in they lose it.

The rule holds for texts that begin with apostrophes themselves, so that out and in again is the same text. Pure.
"""

_MARKS = frozenset("=+-@\t\r＝＋－＠")  # what spreadsheets begin a formula with, full-width forms included
SUSPECT = _MARKS | {"'"}  # what a text may begin with that is not itself


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may compute ``cell`` instead of showing it."""
    return cell[:1] in _MARKS if cell else False


def quoted(cell: str) -> str:
    """``cell`` as it is safe to open: ``=1+1`` becomes ``'=1+1``."""
    return f"'{cell}" if is_formula(cell.lstrip("'")) else cell


def unquoted(cell: str) -> str:
    """The text that ``quoted`` made safe."""
    return cell[1:] if cell.startswith("'") and is_formula(cell.lstrip("'")) else cell
