"""The sessions that this relay keeps, found by whatever they know of, and the endings that concern them."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.chassis.errors import Aborted, Denied, Exhausted
from services.decider.exclusive import Suspension
from services.decider.facts import Takeover
from services.decider.marks import Marks
from services.decider.replica import Case
from services.streams.relay.ender import Endable
from services.streams.relay.intake import SourceSpec
from services.streams.relay.mark import Marking, units

_SECONDARY = "#secondary"  # behind a camera's name: no name holds this sign
_RETRY_AFTER = timedelta(seconds=5)


def camera_of(feed: str) -> str:
    """Whose stream it is."""
    return feed.partition("#")[0]


@dataclass(eq=False, slots=True)
class Session:
    """One session as streams assigned it, with the facts that permissions decided it by.

    ``stands_on`` are the names whose end ends it, ``revision`` is of the policy that it was last decided by.
    """

    name: str
    case: Case
    stands_on: frozenset[str]
    number: int
    revision: int
    expires_at: datetime
    viewer_limit: int
    source: SourceSpec
    is_secondary: bool = False  # of the camera's smaller stream
    is_sealed: bool = False
    mark_signature: bytes = b""  # by streams, of its mark
    marking: Marking = field(default_factory=Marking)
    viewers: set[Endable] = field(default_factory=set)
    joined_from: str = ""
    ended_why: str = ""
    valid_until: datetime | None = None  # by the last decision; None: until something changes
    undecided_until: datetime | None = None  # a newer policy than that of ``revision`` is in force
    order: int = 0  # of its assignment, among all that this relay took
    suspension: Suspension | None = None  # nothing is shown meanwhile
    suspended_at: datetime | None = None
    taken_number: int = -1  # of the last taking that its case knows of

    @property
    def camera(self) -> str:
        """What is watched."""
        return self.case.camera.name

    @property
    def feed(self) -> str:
        """What is pulled for it: the camera, or its secondary stream."""
        return f"{self.camera}{_SECONDARY}" if self.is_secondary else self.camera

    @property
    def principal(self) -> str:
        """Who watches."""
        return self.case.principal.name

    @property
    def knows(self) -> frozenset[str]:
        """Every name whose end concerns it."""
        return self.stands_on.union(self.case.control, *self.case.grounds.values())

    @property
    def ends_at(self) -> datetime:
        """When it is over by itself."""
        return min(at for at in (self.expires_at, self.valid_until, self.undecided_until) if at)

    def mark(self, marks: Marks) -> None:
        """Its viewers' pictures name it from the next key picture on, or don't any more, as the policy has it."""
        is_marked = self.case.action in marks
        self.marking.units = units(self.name, self.mark_signature) if is_marked else {}

    def refuse_joining(self) -> None:
        """Denied when its right has ended or is suspended, or as many viewers as it allows have joined."""
        if self.ended_why:
            raise Denied("TOKEN_INVALID", f"the session has ended: {self.ended_why}")
        if (found := self.suspension) is not None:
            raise Denied("HELD_BY_ANOTHER", found.said_of(self.camera), **found.metadata, camera=self.camera)
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
    _bound: set[Session] = field(default_factory=set)
    _watermarks: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, name: str) -> Session | None:
        """The session of that name, while it stands."""
        return self._by_name.get(name)

    def keep(self, session: Session) -> None:
        """Take a session in. A renewed one takes its earlier self's place, and its viewers.

        Raises Aborted when something that it knows of ended after it was decided, Exhausted when there are too many.
        """
        if session.number < self.floor or any(
            self._watermarks.get(subject, -1) > session.number for subject in session.knows
        ):
            raise Aborted("STATE_WRONG", "a right that it stands on may have ended since it was decided; ask again")
        if (earlier := self._by_name.get(session.name)) is not None:
            self._forget(earlier)
            session.viewers, session.joined_from = earlier.viewers, earlier.joined_from
            session.marking = earlier.marking
            session.suspension, session.suspended_at = earlier.suspension, earlier.suspended_at
        elif len(self._by_name) >= self.sessions_most:
            message = "this relay keeps no more sessions: come back later"
            raise Exhausted("LIMIT_REACHED", message, retry_after=_RETRY_AFTER, limit="relay-sessions")
        self._by_name[session.name] = session
        self._bind(session)
        self._list(session, session.knows)

    def all(self) -> list[Session]:
        """Every session that stands."""
        return list(self._by_name.values())

    def on(self, subject: str) -> set[Session]:
        """The sessions that know of ``subject``."""
        return self._by_subject.get(subject, set())

    def decided_before(self, revision: int) -> list[Session]:
        """The sessions that were last decided by an older policy."""
        return [session for session in self._by_name.values() if session.revision < revision]

    def end_on(self, subject: str, number: int, why: str) -> list[Session]:
        """The ending of that number: every session that stands on ``subject`` and was decided before it, ended.

        What merely knew of it can't rest on it later.
        """
        self._watermarks[subject] = max(number, self._watermarks.pop(subject, -1))
        self._forget_watermarks()
        concerned = [session for session in self.on(subject) if session.number < number]
        for session in concerned:
            if subject not in session.stands_on:
                known = session.knows
                session.case = _without(session, subject, number)
                self._unlist(session, known - session.knows)
        return self.end([session for session in concerned if subject in session.stands_on], why)

    def take(self, number: int, takings: Mapping[str, Sequence[Takeover]]) -> None:
        """The takeovers of cameras as they were when that number was written: sessions decided before learn of them.

        What ended after it is left out. Who was decided before and is assigned later is to be decided again.
        """
        for camera, takeovers in takings.items():
            self._watermarks[camera] = max(number, self._watermarks.pop(camera, -1))
            standing = [
                one for one in takeovers if all(self._watermarks.get(name, -1) < number for name in one.stands_on)
            ]
            for session in list(self.on(camera)):
                if max(session.number, session.taken_number) < number:
                    known = session.knows
                    session.case, session.taken_number = session.case.taken(standing), number
                    self._unlist(session, known - session.knows)
                    self._list(session, session.knows - known)
                    self._bind(session)
        self._forget_watermarks()

    def bound(self) -> list[Session]:
        """The sessions that an exclusive takeover may bear on, now or later; those that none does any more go."""
        found = list(self._bound)
        for session in found:
            if session.suspension is None and not session.case.is_exclusive:
                self._bound.discard(session)
        return found

    def outdate(self, revision: int, until: datetime) -> None:
        """The policy of that revision is in force: what was decided before lasts until it is decided anew.

        What is decided neither here nor by an assignment until then is over.
        """
        for session in self.decided_before(revision):
            session.undecided_until = min(until, session.undecided_until or until)

    def end_expired(self, now: datetime) -> list[Session]:
        """Every session whose time is over, ended."""
        over = [session for session in self._by_name.values() if session.ends_at <= now]
        return self.end(over, "its time is over")

    def end_all(self, why: str) -> list[Session]:
        """Every session, ended."""
        return self.end(self.all(), why)

    def end(self, sessions: list[Session], why: str) -> list[Session]:
        """These sessions stand no more; their viewers are the caller's to end."""
        for session in sessions:
            session.ended_why = why
            self._forget(session)
        return sessions

    def _bind(self, session: Session) -> None:
        if session.suspension is not None or session.case.is_exclusive:
            self._bound.add(session)

    def _forget_watermarks(self) -> None:
        while len(self._watermarks) > self.watermarks_most:
            _, forgotten = self._watermarks.popitem(last=False)
            self.floor = max(self.floor, forgotten)

    def _forget(self, session: Session) -> None:
        del self._by_name[session.name]
        self._bound.discard(session)
        self._unlist(session, session.knows)

    def _list(self, session: Session, subjects: Iterable[str]) -> None:
        for subject in subjects:
            self._by_subject.setdefault(subject, set()).add(session)

    def _unlist(self, session: Session, subjects: Iterable[str]) -> None:
        for subject in subjects:
            listed = self._by_subject[subject]
            listed.discard(session)
            if not listed:
                del self._by_subject[subject]


def _without(session: Session, subject: str, number: int) -> Case:
    """Its case when what is called so ended at ``number``: takeovers that it was told of later stay as they are."""
    case = session.case.without(subject)
    if number > session.taken_number:
        return case
    return replace(case, circumstances=replace(case.circumstances, takeovers=session.case.circumstances.takeovers))
