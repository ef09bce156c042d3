"""How many viewers a relay has room for: each has a place from before its look goes on record until it has left. Pure.

Streams opens no session beyond it, but the sessions of a relay that died come here too: then who joins first has it.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from services.chassis.errors import Exhausted

_RETRY_AFTER = timedelta(seconds=5)


@dataclass(slots=True)
class Room:
    """``viewers_most`` places."""

    viewers_most: int = 1000
    _viewers: set[object] = field(default_factory=set)

    def refuse_when_full(self) -> None:
        """errors.Exhausted while every place is taken."""
        if len(self._viewers) >= self.viewers_most:
            message = "this relay is full: renew the session in a few seconds, then join again"
            raise Exhausted("LIMIT_REACHED", message, retry_after=_RETRY_AFTER, limit="relay-viewers")

    def take(self, viewer: object) -> None:
        """A place for ``viewer``, or errors.Exhausted."""
        self.refuse_when_full()
        self._viewers.add(viewer)

    def leave(self, viewer: object) -> None:
        """The place is free again."""
        self._viewers.discard(viewer)
