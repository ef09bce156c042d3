"""The relay decides by itself: what permissions decided is checked when it comes, and anew when the policy changes.

assignment ─► decided by the same policy here? ─► kept        edition ─► every session again ─► lasts, or ends at once

Streams may be away meanwhile: its word is not needed for a session to go on, and can't make one begin.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.errors import Aborted, Denied
from services.decider.decision import Decision
from services.decider.marks import NONE, Marks
from services.decider.replica import Edition, Replica
from services.streams.relay.sessions import Session, Sessions

UNDECIDED_FOR = timedelta(seconds=5)  # for the edition to come, or for streams to assign the session again


@dataclass
class Judge:
    """Complete once constructed. ``replica`` may be behind; then nothing newer is taken."""

    sessions: Sessions
    replica: Replica = field(default_factory=Replica)
    marks: Marks = NONE

    def check(self, session: Session, now: datetime) -> None:
        """An assignment must be allowed here too. Raises Aborted when the policies differ, Denied when they don't."""
        if session.revision != self.replica.revision:
            raise Aborted("STATE_WRONG", "it was decided by a policy that is in force no more; ask again")
        decision = self.replica.decide(session.case, now)
        if not decision.allowed:
            raise Denied("NOT_PERMITTED", decision.sentence, rule=decision.rule, article=decision.article)
        self._stand(session, decision)

    def adopt(self, edition: Edition, now: datetime) -> list[Session]:
        """A newer policy: decide every session again by it. Those that have no right any more, ended.

        When a version between is missing nobody here knows what levels it set: sessions wait for streams, not for ever.
        """
        if edition.marks != self.marks:
            self.marks = edition.marks
            for session in self.sessions.all():
                session.mark(self.marks)
        is_next = edition.revision == self.replica.revision + 1
        self.replica.adopt(edition)
        waiting = self.sessions.decided_before(edition.revision)
        if not is_next:
            self.sessions.outdate(edition.revision, now + UNDECIDED_FOR)
            return []
        return [ended for session in waiting for ended in self._again(session, edition, now)]

    def _again(self, session: Session, edition: Edition, now: datetime) -> list[Session]:
        """The session if it ended. One that missed an earlier version goes on waiting."""
        if session.revision != edition.revision - 1:
            return []
        session.case, session.revision = session.case.under(edition), edition.revision
        decision = self.replica.decide(session.case, now)
        if not decision.allowed:
            return self.sessions.end([session], f"the policy changed: {decision.sentence}")
        self._stand(session, decision)
        return []

    def _stand(self, session: Session, decision: Decision) -> None:
        session.stands_on |= session.case.stood_on(decision)
        session.valid_until, session.undecided_until = decision.valid_until, None
