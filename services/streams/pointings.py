"""What is to be restored at one camera when takeovers end, in any order (Article 18: control comes back). Pure.

    (stack, what happened) → stack

A takeover has an entry from its first command on: the pointing that the camera had before. The lowest entry is the
oldest, the last one is of the takeover that commanded last. What is owed is the pointing that the holder should find,
and to which the camera was not yet brought back.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Pointing:
    """Parts of what the motors reach: pan and tilt from -1 to 1, zoom from 0 to 1."""

    pan: float
    tilt: float
    zoom: float


def told(pan: object, tilt: object, zoom: object) -> Pointing | None:
    """What a camera says of itself, when that can be a pointing; None for anything else: its word is hostile."""
    ends = ((pan, -1), (tilt, -1), (zoom, 0))
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part, _ in ends):
        return None
    if any(not least <= part <= 1 for part, least in ends if isinstance(part, int | float)):  # nor is NaN
        return None
    return Pointing(*(float(part) for part, _ in ends if isinstance(part, int | float)))


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a camera looked before the first command of a takeover; None when nobody could read it."""

    takeover: str
    before: Pointing | None


@dataclass(frozen=True, slots=True)
class PointingStack:
    """Of one camera. While nobody who took it over has commanded it, there is nothing in it.

    ``is_lost``: what the holder should find was never read, and the camera looks where an ended takeover left it.
    """

    entries: tuple[Entry, ...] = ()
    owed: Pointing | None = None
    is_lost: bool = False


def commanded(stack: PointingStack, takeover: str, seen: Pointing | None) -> PointingStack:
    """The holder commands; ``takeover`` is "" for the operator, ``seen`` where the camera looks, None when unread.

    What was owed to the holder is dropped, for he chose before it was restored. To whoever is below him it is owed
    still: so it stands for what was seen, in the entry of a takeover that commands for the first time.
    """
    entries = stack.entries
    if takeover and all(entry.takeover != takeover for entry in entries):
        entries = (*entries, Entry(takeover, None if stack.is_lost else stack.owed or seen))
    return PointingStack(entries)


def ended(stack: PointingStack, takeover: str, heir: str = "") -> PointingStack:
    """A takeover is over; ``heir`` is another one of the same agency by which that agency goes on holding, or "".

    The pointing before one that stands below another goes to the one above, also when nobody could read it: what the
    one above saw is where the ended one had pointed, and nobody is owed that. With an heir the holder is the same, so
    the camera stays where it is.
    """
    names = [entry.takeover for entry in stack.entries]
    if takeover not in names:
        return stack
    at = names.index(takeover)
    below, over, above = stack.entries[:at], stack.entries[at], stack.entries[at + 1 :]
    if above:
        return replace(stack, entries=(*below, replace(above[0], before=over.before), *above[1:]))
    if heir:
        inherited = () if heir in names else (replace(over, takeover=heir),)
        return replace(stack, entries=(*below, *inherited))
    return PointingStack(below, over.before, is_lost=over.before is None)


def restored(stack: PointingStack) -> PointingStack:
    """The camera looks where it should again."""
    return replace(stack, owed=None)
