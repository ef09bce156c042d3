"""What a page checks of each camera: by the database as far as it can, here to the end.

A database drops what can't pass, for the words are nowhere in its texts or its place is outside the box; what is left
is judged exactly. So few rows leave the database, and a page may look at thousands. Of an area with words it checks the
words alone: how many rows are left then says how rare they are.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from services.registry.joined import bounds, inside
from services.registry.store.search import Search

_HAS = {"sqlite": "instr(c.folded, :part{number}) > 0", "postgresql": "strpos(c.folded, :part{number}) > 0"}
_IN_BOX = "c.latitude BETWEEN :south AND :north AND c.longitude BETWEEN :west AND :east"


def columns(search: Search) -> str:
    """What is read of each row that a page may hold, of a table called c: no more than is checked."""
    found = ["id", f"{search.order.key} AS key", "class_id"]
    found += ["latitude", "longitude"] if search.area else []
    found += ["folded"] if search.words else []
    return ", ".join(f"c.{column}" for column in found)


def condition(search: Search, dialect: str) -> str:
    """What a database can check of a table called c."""
    found = [_HAS[dialect].format(number=number) for number in range(len(search.words.parts) if search.words else 0)]
    found += [_IN_BOX] if search.area and not search.words else []
    return " AND ".join(found) or "true"


def parameters(search: Search) -> dict[str, object]:
    """Those of ``condition``."""
    parts = search.words.parts if search.words else ()
    found: dict[str, object] = {f"part{number}": part for number, part in enumerate(parts)}
    if search.area and not search.words:
        box = bounds(search.area)
        found |= {"south": box.south, "north": box.north, "west": box.west, "east": box.east}
    return found


def passing(search: Search, rows: Sequence[Any]) -> list[Any]:
    """Those with the words and inside the area, in the same order."""
    found = list(rows)
    if search.words:
        wanted = search.words
        found = [row for row in found if wanted.is_in(row.folded)]
    if search.area and found:
        places = np.array([(row.latitude, row.longitude) for row in found])
        is_in = inside(search.area, places[:, 0], places[:, 1])
        found = [row for row, fits in zip(found, is_in.tolist(), strict=True) if fits]
    return found
