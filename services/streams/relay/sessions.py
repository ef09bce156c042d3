"""The sessions that this relay keeps, found by whatever they stand on, and the endings that concern them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.errors import Aborted, Denied, Exhausted
from services.streams.relay.intake import SourceSpec
from services.streams.relay.viewer import Viewer

_RETRY_AFTER = timedelta(seconds=5)


@dataclass(eq=False, slots=True)
class Session:
    """One session as streams assigned it. ``stands_on`` are the names whose end ends it."""

    name: str
    camera: str
    principal: str
    stands_on: frozenset[str]
    number: int
    expires_at: datetime
    viewer_limit: int
    is_sealed: bool
    source: SourceSpec
    viewers: set[Viewer] = field(default_factory=set)
    joined_from: str = ""
    ended_why: str = ""

    def refuse_joining(self) -> None:
        """Denied when its right has ended, or as many viewers as it allows have joined."""
        if self.ended_why:
            raise Denied("TOKEN_INVALID", f"the session has ended: {self.ended_why}")
        if len(self.viewers) >= self.viewer_limit:
            raise Denied("TOKEN_INVALID", f"the session's {self.viewer_limit} viewer(s) have joined already")


@dataclass(slots=True)
class Sessions:
    """Bounded: ``sessions_most`` sessions, ``watermarks_most`` subjects whose last ending is remembered."""

    sessions_most: int = 10_000
    watermarks_most: int = 100_000
    floor: int = -1  # decisions older than this can't be checked here any more
    _by_name: dict[str, Session] = field(default_factory=dict)
    _by_subject: dict[str, set[Session]] = field(default_factory=dict)
    _watermarks: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, name: str) -> Session | None:
        """The session of that name, while it stands."""
        return self._by_name.get(name)

    def keep(self, session: Session) -> None:
        """Take a session in. A renewed one takes its earlier self's place, and its viewers.

        Raises Aborted when something that it stands on ended after it was decided, Exhausted when there are too many.
        """
        if session.number < self.floor or any(
            self._watermarks.get(subject, -1) > session.number for subject in session.stands_on
        ):
            raise Aborted("STATE_WRONG", "a right that it stands on may have ended since it was decided; ask again")
        if (earlier := self._by_name.get(session.name)) is not None:
            self._forget(earlier)
            session.viewers, session.joined_from = earlier.viewers, earlier.joined_from
        elif len(self._by_name) >= self.sessions_most:
            raise Exhausted("LIMIT_REACHED", "this relay keeps no more sessions", retry_after=_RETRY_AFTER)
        self._by_name[session.name] = session
        for subject in session.stands_on:
            self._by_subject.setdefault(subject, set()).add(session)

    def on(self, subject: str) -> set[Session]:
        """The sessions that stand on ``subject``."""
        return self._by_subject.get(subject, set())

    def end_on(self, subject: str, number: int, why: str) -> list[Session]:
        """The ending of that number: every session that stands on ``subject`` and was decided before it, ended."""
        self._watermarks[subject] = max(number, self._watermarks.pop(subject, -1))
        if len(self._watermarks) > self.watermarks_most:
            _, forgotten = self._watermarks.popitem(last=False)
            self.floor = max(self.floor, forgotten)
        return self.end([session for session in self.on(subject) if session.number < number], why)

    def outdate(self, number: int, until: datetime) -> None:
        """The policy changed with the ending of that number: what was decided before lasts until it is decided anew.

        Streams asks for each session and assigns it again; what it does not assign by ``until`` is over.
        """
        self.floor = max(self.floor, number)
        for session in self._by_name.values():
            if session.number < number:
                session.expires_at = min(session.expires_at, until)

    def end_expired(self, now: datetime) -> list[Session]:
        """Every session whose time is over, ended."""
        over = [session for session in self._by_name.values() if session.expires_at <= now]
        return self.end(over, "its time is over")

    def end_all(self, why: str) -> list[Session]:
        """Every session, ended."""
        return self.end(list(self._by_name.values()), why)

    def end(self, sessions: list[Session], why: str) -> list[Session]:
        """These sessions stand no more; their viewers are the caller's to end."""
        for session in sessions:
            session.ended_why = why
            self._forget(session)
        return sessions

    def _forget(self, session: Session) -> None:
        del self._by_name[session.name]
        for subject in session.stands_on:
            standing = self._by_subject[subject]
            standing.discard(session)
            if not standing:
                del self._by_subject[subject]
