"""Sessions beyond the standing lease: a takeover's holder sees on while the bus is silent, each second told. Pure.

standing lease runs out ─► holder? ─┬ no ─► ended
                                    └ yes ─► a stretch begins ─► heard again, lease or takeover over ─► on record
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.decider.leases import held_by_takeover
from services.streams.relay.lease import Lease
from services.streams.relay.record import Stretch
from services.streams.relay.sessions import Session, Sessions

HEARD_AGAIN = "permissions is heard again"
LOST_TOUCH = "the relay lost touch with permissions"
TAKEOVER_OVER = "its takeover is over, and the relay has lost touch with permissions"


@dataclass
class Outlasting:
    """Bounded by the sessions. ``is_recordable`` false: nothing more could be put on record, so nothing outlasts."""

    sessions: Sessions
    lease: Lease
    is_recordable: Callable[[], bool]
    _stretches: dict[str, Stretch] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many sessions are beyond the standing lease right now."""
        return len(self._stretches)

    def look(self, now: datetime, now_s: float) -> list[Session]:
        """Sessions that nothing justifies any more, ended. To be called often: what goes on is written down here."""
        self.lease.look(now_s)
        if not len(self.sessions) or not self.lease.has_run_out(now_s):
            return []
        is_holders_out = self.lease.has_run_out_for_holders(now_s)
        ended = []
        for session in self.sessions.all():
            case = session.case
            takeover = held_by_takeover(case.principal, case.camera, case.circumstances, now)
            if takeover is None and session.name in self._stretches:
                ended += self.sessions.end([session], TAKEOVER_OVER)
            elif takeover is None or is_holders_out or not self._begin(session, takeover.name, now, now_s):
                ended += self.sessions.end([session], LOST_TOUCH)
        return ended

    def over(self, now: datetime, now_s: float) -> list[Stretch]:
        """The stretches that have ended: their session has, or permissions is heard again."""
        is_heard = not self.lease.has_run_out(now_s)
        found = []
        for name, stretch in list(self._stretches.items()):
            standing = self.sessions.find(name)
            if standing is None or is_heard:
                why = "" if standing else stretch.session.ended_why
                found.append(self._ended(stretch, now, why or HEARD_AGAIN))
        return found

    def stop(self, now: datetime) -> list[Stretch]:
        """All of them: the relay is stopped."""
        return [self._ended(stretch, now, "the relay was stopped") for stretch in list(self._stretches.values())]

    def _begin(self, session: Session, takeover: str, now: datetime, now_s: float) -> bool:
        """Whether it goes on: it does already, or what it does from here on can be put on record."""
        if session.name not in self._stretches:
            if not self.is_recordable():
                return False
            justified_at = self.lease.justified_at(now, now_s)
            self._stretches[session.name] = Stretch(
                session, takeover, len(session.viewers), justified_at, justified_at + self.lease.standing
            )
        return True

    def _ended(self, stretch: Stretch, now: datetime, why: str) -> Stretch:
        del self._stretches[stretch.session.name]
        return replace(stretch, ended_at=now, why=why, is_sealed=stretch.session.is_sealed)
