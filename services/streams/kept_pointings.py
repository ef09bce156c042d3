"""What streams keeps of one camera's pointings, and what happens to it: which facts follow. Pure.

(kept, what happened) → (kept, events)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.streams.pointings import Pointing, PointingStack, commanded, ended, restored

TRIED_FOR = timedelta(minutes=5)  # after the end of a takeover: later its holder has made the camera its own


@dataclass(frozen=True, slots=True)
class Due:
    """The camera is to be brought back, after a takeover that ended at ``at``."""

    takeover: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptPointings:
    """Of one camera. ``ordered_under`` is the epoch under which the restoring was ordered, on record; 0: under none."""

    camera: str
    stack: PointingStack = field(default_factory=PointingStack)
    due: Due | None = None
    ordered_under: int = 0
    is_sealed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing needs to be kept."""
        return self.stack == PointingStack()

    @property
    def top(self) -> str:
        """The takeover that commanded last, or ""."""
        return self.stack.entries[-1].takeover if self.stack.entries else ""

    def is_changed_by(self, takeover: str) -> bool:
        """Whether a command does more than point the camera; ``takeover`` is "" for the operator."""
        return takeover != self.top or self.stack.owed is not None or self.stack.is_lost

    def has(self, takeover: str) -> bool:
        """Whether that takeover has commanded."""
        return any(entry.takeover == takeover for entry in self.stack.entries)


@dataclass(frozen=True, slots=True)
class Over:
    """A takeover that is over; ``heir`` is another one of the same agency by which it goes on holding, or ""."""

    camera: str
    takeover: str
    at: datetime
    heir: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """What goes on record as ``streams.pointing.…``: ``pointing`` None was never read."""

    verb: str
    takeover: str
    pointing: Pointing | None
    epoch: int = 0
    reason: str = ""


Change = tuple[KeptPointings, tuple[Happened, ...]]


def on_command(kept: KeptPointings, takeover: str, seen: Pointing | None, *, is_sealed: bool) -> Change:
    """The holder has the camera look elsewhere; ``seen`` is where it looks, when a takeover does so first."""
    stack = commanded(kept.stack, takeover, seen)
    events = list[Happened]()
    if kept.due is not None:
        reason = "the camera's holder has pointed it first"
        events.append(Happened("dropped", kept.due.takeover, kept.stack.owed, reason=reason))
    if takeover and not kept.has(takeover):
        events.append(Happened("stored", takeover, stack.entries[-1].before))
    return KeptPointings(kept.camera, stack, is_sealed=is_sealed), tuple(events)


def on_ends(kept: KeptPointings, ends: Sequence[Over]) -> Change:
    """Takeovers are over, in this order. What was never read can't be restored."""
    events = list[Happened]()
    for over in ends:
        is_last, stack = kept.top == over.takeover and not over.heir, ended(kept.stack, over.takeover, over.heir)
        kept = replace(kept, stack=stack)
        if is_last:
            kept = replace(kept, due=Due(over.takeover, over.at) if stack.owed else None, ordered_under=0)
        if is_last and stack.is_lost:
            events.append(Happened("given_up", over.takeover, None, reason="nobody could read where the camera looked"))
    return kept, tuple(events)


def on_order(kept: KeptPointings, due: Due, epoch: int, *, is_sealed: bool) -> Change:
    """The platform is about to tell the camera, under that epoch: on record once for each."""
    kept = replace(kept, is_sealed=kept.is_sealed or is_sealed)
    if kept.due != due or kept.ordered_under == epoch:
        return kept, ()
    return replace(kept, ordered_under=epoch), (Happened("restore_ordered", due.takeover, kept.stack.owed, epoch),)


def on_restored(kept: KeptPointings, due: Due, epoch: int) -> Change:
    """The camera has taken it."""
    if kept.due != due:
        return kept, ()
    stack = restored(kept.stack)
    return replace(kept, stack=stack, due=None), (Happened("restored", due.takeover, kept.stack.owed, epoch),)


def on_dropped(kept: KeptPointings, due: Due) -> Change:
    """The relay says that the holder came first. To whoever is below it is owed still."""
    return _tried_no_more(kept, due, "dropped", "the camera's holder has pointed it first")


def on_given_up(kept: KeptPointings, due: Due, reason: str) -> Change:
    """Nobody tries any more; to whoever commands by a takeover next, and ends, it is owed still."""
    return _tried_no_more(kept, due, "given_up", reason)


def _tried_no_more(kept: KeptPointings, due: Due, verb: str, reason: str) -> Change:
    if kept.due != due:
        return kept, ()
    return replace(kept, due=None), (Happened(verb, due.takeover, kept.stack.owed, reason=reason),)
