"""One takeover as a live view shows it: what is known of it, drawn on a terminal or told in lines. Pure.

It holds the takeover once, however many cameras it took, and the last few changes; nothing grows while one looks on.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from google.protobuf.timestamp_pb2 import Timestamp
from rich.table import Table
from rich.text import Text

from cli import names
from cli.screen import moment, plain
from kapok.permissions.v1 import takeover_pb2

PRECEDED_SHOWN = 8  # cameras whose holder is asked for; the others are counted
_CHANGES = 8
_CAUSE = "CAUSE_"


@dataclass(frozen=True)
class Sight:
    """What is known of a takeover."""

    takeover: takeover_pb2.Takeover
    how_to_claim: str = ""
    holders: Mapping[str, str] = field(default_factory=dict)  # of cameras that another holds, as far as asked for
    sessions: int | None = None  # of the reader's that run on its cameras; None when it wasn't told
    changes: Sequence[str] = ()  # the last ones, in words, each with its time
    lost: str = ""  # why no news comes now

    @property
    def is_over(self) -> bool:
        """Whether it holds nothing of what its reader may know of, and waits for nothing."""
        return not self.takeover.in_force_count

    @property
    def preceded(self) -> list[str]:
        """The cameras that another holds by a higher takeover."""
        return [one.camera for one in self.takeover.taken if not (one.is_holding or one.over_by)]


def told(sight: Sight, takeover: takeover_pb2.Takeover, how_to_claim: str, now: datetime) -> tuple[Sight, list[str]]:
    """The sight after news of the takeover, and what changed, in words."""
    changed = [f"{now:%H:%M:%SZ} {change}" for change in _changed(sight.takeover, takeover)]
    kept = (*sight.changes, *changed)[-_CHANGES:]
    claim = how_to_claim or sight.how_to_claim
    return replace(sight, takeover=takeover, how_to_claim=claim, changes=kept, lost=""), changed


def heading(sight: Sight) -> str:
    """The whole of it in a line, for who has no terminal."""
    one = sight.takeover
    parts = (one.name, one.principal, _why(one), one.incident or one.legal_basis, f"until {moment(one.end_time)}",
             _standing(sight))  # fmt: skip
    return "  ".join(part for part in parts if part)


def drawn(sight: Sight, now: datetime) -> Table:
    """The whole of it as a grid of labels and values, for a terminal of any width."""
    one, grid = sight.takeover, Table.grid(padding=(0, 2))
    left = "" if sight.is_over else f"  ({_countdown(one.end_time, now)})"
    preceded = sight.preceded
    rows = [
        ("takeover", one.name), ("by", one.principal), ("why", _why(one)),
        ("ground", one.incident or one.legal_basis), ("since", moment(one.start_time)),
        ("until", f"{moment(one.end_time)}{left}"), ("cameras", _standing(sight)),
        *((camera[-20:], f"preceded by {sight.holders.get(camera, 'another agency')}")
          for camera in preceded[:PRECEDED_SHOWN]),
        ("", f"and {len(preceded) - PRECEDED_SHOWN:,} more" if len(preceded) > PRECEDED_SHOWN else ""),
        ("your sessions", "" if sight.sessions is None else f"{sight.sessions} run on its cameras"),
        ("losses", sight.how_to_claim),
        *(("changes" if not number else " ", change) for number, change in enumerate(sight.changes)),
        ("", "" if not sight.lost else f"connection lost, trying again: {sight.lost}"),
        ("", "it is over" if sight.is_over else "q or Ctrl-C leaves"),
    ]  # fmt: skip
    for label, value in rows:
        if value:
            style = "bold" if label == "cameras" else ""
            grid.add_row(Text(label, style="dim", no_wrap=True), Text(plain(value), style=style, overflow="fold"))
    return grid


def _standing(sight: Sight) -> str:
    """How its cameras stand, in numbers; of each only what there is."""
    taken = sight.takeover.taken
    over = Counter(one.over_by for one in taken if one.over_by)
    held = [one for one in taken if one.is_holding]
    counts = {
        "granted": len(taken), "held": len(held), "fenced": sum(one.is_fenced for one in held),
        "preceded": len(sight.preceded), **over,
    }  # fmt: skip
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


def _changed(before: takeover_pb2.Takeover, after: takeover_pb2.Takeover) -> list[str]:
    """In words, cameras of the same change together."""
    words = []
    if before.end_time != after.end_time:
        words.append(f"renewed until {moment(after.end_time)}")
    was = {one.camera: _state(one) for one in before.taken}
    moved = sorted((_state(one), one.camera) for one in after.taken if was.get(one.camera, "") != _state(one))
    for state, cameras in groupby(moved, key=lambda pair: pair[0]):
        codes = [camera[-20:] for _, camera in cameras]
        words.append(f"{state}: {codes[0] if len(codes) == 1 else f'{len(codes):,} cameras'}")
    return words


def _state(one: takeover_pb2.TakenCamera) -> str:
    return one.over_by or ("held" if one.is_holding else "preceded by another agency")


def _why(one: takeover_pb2.Takeover) -> str:
    cause = names.label(_CAUSE, takeover_pb2.Takeover.Cause.Name(one.cause)) if one.cause else ""
    return ": ".join(part for part in (cause, one.reason) if part)


def _countdown(end: Timestamp, now: datetime) -> str:
    """How long it lasts still, to the second."""
    left = end.ToDatetime(UTC) - now
    return f"{timedelta(seconds=int(left.total_seconds()))} left" if left > timedelta() else "its end has come"
