"""Where a camera is served, since when, and how a session goes from one relay to another. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.streams.domain import Permit, Session, decided_anew

GRANT_LIFETIME = timedelta(seconds=2)  # of control: what a relay was granted it may still carry out so long
LOST_FOR_GOOD_AFTER = timedelta(seconds=15)  # the longest lease of ordinary sessions, and time to come back
KEPT_FOR = timedelta(minutes=1)  # a place that nothing runs on, after its last use
TOUCHED_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Place:
    """The one relay of a camera. ``former`` was before it, empty when none was."""

    camera: str
    relay: str
    since: datetime
    used_at: datetime
    former: str = ""

    def commands_wait(self, now: datetime) -> timedelta:
        """How long no command may go to the camera yet: its former relay could still carry one out."""
        return max(self.since + GRANT_LIFETIME - now, timedelta()) if self.former else timedelta()


@dataclass(frozen=True, slots=True)
class Former:
    """Where a session was, why it is there no more, and when that relay was last heard."""

    relay: str
    why: str
    last_heard_at: datetime


def lost(relay: str, last_heard_at: datetime) -> Former:
    """The relay is gone, and with it what it could have said of its last looks."""
    return Former(relay, f"relay lost, last heard at {last_heard_at.isoformat(timespec='seconds')}", last_heard_at)


def drained(relay: str, last_heard_at: datetime) -> Former:
    """The relay was told to stop; it puts the ends of its looks on record itself."""
    return Former(relay, "relay drains", last_heard_at)


def let_go(relay: str, last_heard_at: datetime) -> Former:
    """The relay was away and ended the session itself."""
    return Former(relay, "the relay was away and let it go", last_heard_at)


def relocated(session: Session, permit: Permit, relay: str) -> Session:
    """The session as ``relay`` serves it: decided anew, and for no longer than before."""
    return replace(decided_anew(session, permit), relay=relay)
