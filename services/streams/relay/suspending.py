"""Sessions that an exclusive takeover suspends: their viewers get nothing more, and go on when it ends.

taking, ending, assignment, or time ─► each session that it may bear on ─┬─► suspended: viewers pause, on record
                                                                         └─► given back: they wait for a key picture

A suspended session keeps its viewers' connections and its places, and whatever ends a session ends it as ever: so what
is given back is still permitted. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.streams.relay.record import Pause
from services.streams.relay.sessions import Sessions


@dataclass
class Suspending:
    """Bounded by the sessions. ``tell`` has a beginning or an end put on record."""

    sessions: Sessions
    tell: Callable[[Pause], None]

    def look(self, now: datetime) -> None:
        """Suspend and give back what is due at ``now``. To be called often, and at once when something was taken."""
        for session in self.sessions.bound():
            found, before = session.case.suspension(now), session.suspension
            said = found or before
            if found == before or said is None:
                continue
            session.suspension = found
            if before is None:
                session.suspended_at = now
                for viewer in session.viewers:
                    viewer.pause()
            elif found is None:
                for viewer in session.viewers:
                    viewer.resume()
            began_at, ended_at = session.suspended_at or now, None if found else now
            self.tell(Pause(session, said, len(session.viewers), began_at, ended_at, is_sealed=session.is_sealed))
