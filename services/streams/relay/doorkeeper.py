"""Who may watch here: the gate of the RTSP server, and the one who ends what has no right.

assignment ─► keep │ token ─► admit ─► opened (fact durable) ─► pictures │ ending, policy, time, lease ─► ended: a reset
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from weakref import WeakSet

from services.chassis.clock import Clock
from services.chassis.errors import Denied, Unavailable
from services.decider.facts import Takeover
from services.decider.replica import Edition
from services.streams.relay.book import Book
from services.streams.relay.ender import Endable, Ender
from services.streams.relay.gate import Admission, Peer, Token
from services.streams.relay.judge import UNDECIDED_FOR, Judge
from services.streams.relay.lease import Lease
from services.streams.relay.outlasting import LOST_TOUCH, TAKEOVER_OVER, Outlasting
from services.streams.relay.record import Look, Record, Waiting
from services.streams.relay.room import Room
from services.streams.relay.sessions import Session, Sessions, camera_of
from services.streams.relay.suspending import Suspending
from services.streams.relay.tenure import Tenure

log = logging.getLogger(__name__)
_POLICIES = "policyVersions/"
_CATCH_UP_S = 2.0  # that an assignment waits for the endings and the policy that it was decided by


@dataclass(frozen=True, slots=True)
class _Leave:
    """What an Admission carries for us, opaque to the server."""

    session: Session
    peer: Peer


@dataclass
class Doorkeeper:
    """Complete once constructed; `waiting.record_forever` must run beside it."""

    read_token: Callable[[str], Token]
    book: Book
    record: Record
    ender: Ender
    lease: Lease
    clock: Clock
    judge: Judge = field(default_factory=lambda: Judge(Sessions()))
    tenure: Tenure = field(default_factory=Tenure)
    room: Room = field(default_factory=Room)
    observe_ending_s: Callable[[float], None] = lambda seconds: None
    _sealed: WeakSet[Endable] = field(default_factory=WeakSet)  # whose camera became a state secret, or is none now
    _looks: dict[Endable, Look] = field(default_factory=dict)
    # Besides the ends that bound it, those of the viewers there were: nobody opens once it is full.
    waiting: Waiting = field(init=False)
    outlasting: Outlasting = field(init=False)
    suspending: Suspending = field(init=False)
    _has_learnt: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.waiting = Waiting(self.record)
        self.outlasting = Outlasting(self.judge.sessions, self.lease, lambda: not self.waiting.is_full)
        self.suspending = Suspending(self.judge.sessions, self.waiting.put)

    @property
    def sessions(self) -> Sessions:
        """Those that stand."""
        return self.judge.sessions

    async def keep(self, session: Session) -> None:
        """Take an assignment in, once every ending before its decision is applied here, and its policy decides here."""
        if self.sessions.find(session.name) is None:
            self.tenure.refuse_new()
        self._refuse_when_unsure()
        self.lease.hear_of(session.revision)

        def is_up_to_date() -> bool:
            return self.lease.applied >= session.number and self.lease.revision >= self.lease.newest

        if not await self._learns(is_up_to_date):
            raise Unavailable("SERVICE_AWAY", "this relay is behind on ending facts or policy; try again")
        self.tenure.refuse_in_doubt()
        self.judge.check(session, self.clock.now())
        self.sessions.floor = max(self.sessions.floor, self.lease.floor)
        self.sessions.keep(session)
        session.mark(self.judge.marks)
        session.order = self.tenure.take()
        self.suspending.look(self._now())
        self.book.note(session.feed, session.source)

    async def admit(self, target: str, peer: Peer) -> Admission:
        """Gate: the session that the target's token opens."""
        try:
            parts = urlsplit(target)
        except ValueError:
            raise Denied("TOKEN_INVALID", "this is no URL of a session; use it as it was given") from None
        token = self.read_token("".join(parse_qs(parts.query).get("token", [])[:1]))
        await self._learns(self.tenure.is_sure)
        session = self.sessions.find(token.session)
        if parts.path != f"/s/{token.session.removeprefix('sessions/')}":
            raise Denied("TOKEN_INVALID", "this token is for another session; use the URL as it was given")
        if token.expires_at <= self.clock.now():
            raise Denied("TOKEN_INVALID", "this token has expired (it joins for 60 s); renew the session")
        if session is None:
            raise Denied("TOKEN_INVALID", "this relay keeps no such session (any more); renew it or open a new one")
        self._refuse_when_unsure()
        session.refuse_joining()
        self.room.refuse_when_full()
        if session.joined_from not in ("", peer.host):
            raise Denied("TOKEN_INVALID", "the session was joined from another network address; open one of your own")
        session.joined_from = peer.host
        return Admission(session.name, session.feed, _Leave(session, peer), session.marking)

    async def opened(self, admission: Admission, viewer: Endable) -> None:
        """Gate: on record before the first picture. From its first line on an ending finds the viewer."""
        leave = admission.grant
        assert isinstance(leave, _Leave), "an admission of our own"
        await self._learns(self.tenure.is_sure)
        session, peer = self._standing(leave.session), leave.peer
        self._refuse_when_unsure()
        session.refuse_joining()
        if self.waiting.is_full:
            raise Unavailable("SERVICE_AWAY", "too many looks wait to be put on record; try again")
        self.room.take(viewer)
        session.viewers.add(viewer)
        seen_from = f"{peer.host}:{peer.port}"
        look = Look(session, seen_from, peer.host, self.clock.now(), is_sealed=session.is_sealed)
        try:
            await self.record.opened(look)
            self._standing(session)
        except OSError as error:
            self._let_go(session, viewer)
            # The bus may have stored it, or may yet: an end on record that began nothing harms less than the reverse.
            self._put_on_record(viewer, look, "no picture was shown: its beginning could not be recorded in time")
            raise Unavailable("SERVICE_AWAY", "this look can't be put on record now; try again") from error
        except Denied:
            self._let_go(session, viewer)
            self._put_on_record(viewer, look, session.ended_why or "its right ended before the first picture")
            raise
        except asyncio.CancelledError:
            self._let_go(session, viewer)
            self._put_on_record(viewer, look, "left before the first picture")
            raise
        self._looks[viewer] = look

    def closed(self, admission: Admission, viewer: Endable, why: str) -> None:
        """Gate: the viewer is gone."""
        assert isinstance(admission.grant, _Leave), "an admission of our own"
        # A renewal may have put another object in the session's place; they share the set of viewers.
        self._let_go(admission.grant.session, viewer)
        self._put_on_record(viewer, self._looks.pop(viewer), why)

    def seal(self, sessions: Sequence[Session]) -> None:
        """Their camera became a state secret, or is none any more: how their looks end is for the sealed book."""
        for session in sessions:
            session.is_sealed = True
            self._sealed.update(session.viewers)  # whoever renewed it meanwhile shares them

    def apply(self, number: int, subject: str, why: str, *, is_sealed: bool = False) -> None:
        """An ending fact: its sessions end now; then it counts as applied."""
        if number > self.lease.applied or self.lease.applied < 0:
            if subject.startswith(_POLICIES):
                revision = int(subject.removeprefix(_POLICIES))
                self.lease.hear_of(revision)
                self.sessions.outdate(revision, self.clock.now() + UNDECIDED_FOR)
            else:
                ended = self.sessions.end_on(subject, number, why)
                if is_sealed:
                    self.seal(ended)
                self.end(ended, why)
                self.suspending.look(self._now())
        self.lease.apply(number)
        self._has_learnt.set()

    def take(self, number: int, takings: Mapping[str, Sequence[Takeover]]) -> None:
        """Cameras are held exclusively, by these takeovers: who ranks below sees no more now; then it is applied."""
        if number > self.lease.applied or self.lease.applied < 0:
            self.sessions.take(number, takings)
            self.suspending.look(self._now())
        self.lease.apply(number)
        self._has_learnt.set()

    def adopt(self, edition: Edition) -> None:
        """A newer policy decides here from now on: what it does not allow ends now."""
        for ended in self.judge.adopt(edition, self.clock.now()):
            self.end([ended], ended.ended_why)
        self.sessions.floor = max(self.sessions.floor, edition.number)
        self.lease.adopt(edition.revision, edition.leases)
        self._has_learnt.set()

    def begin_anew(self) -> None:
        """Keep nothing: too many endings are missing to know of any session whether it stands. Fail closed."""
        why = "this relay missed too many ending facts, or the cell was put back from a backup"
        log.error("%s: every session is closed", why)
        self.end(self.sessions.end_all(why), "begins anew")
        self.lease.begin_anew()
        self._has_learnt.set()

    def end(self, sessions: Sequence[Session], why: str) -> None:
        """Reset every viewer of sessions that stand no more."""
        viewers = [viewer for session in sessions for viewer in session.viewers]
        if not viewers:
            return
        started_s = self.clock.monotonic()
        ending = self.ender.end(viewers, why)
        ending.add_done_callback(lambda _: self.observe_ending_s(self.clock.monotonic() - started_s))

    def sweep(self) -> None:
        """End what is over by time, and what nothing justifies any more. To be called often."""
        now_s = self.clock.monotonic()
        now = self.lease.latest(self.clock.now(), now_s)
        self.end(self.sessions.end_expired(now), "its time is over")
        if ended := self.outlasting.look(now, now_s):
            log.error("nothing heard from permissions for too long: %d sessions are closed", len(ended))
            self.end([one for one in ended if one.ended_why == LOST_TOUCH], "lease ran out")
            self.end([one for one in ended if one.ended_why == TAKEOVER_OVER], "its takeover is over")
        self.suspending.look(now)
        for stretch in self.outlasting.over(now, now_s):
            self.waiting.put(stretch)
        if self.tenure.has_run_out(self.clock.monotonic()):
            log.error("nobody said which sessions are still this relay's: every session is closed")
            self.end(self.sessions.end_all("the relay was away, and its sessions may be elsewhere"), "doubt ran out")
            self.settle(self.tenure.doubt)  # who keeps nothing has nothing to doubt
        self.book.forget(lambda feed: bool(self.sessions.on(camera_of(feed))))

    def settle(self, doubt: int) -> None:
        """Streams called the roll upon that doubt."""
        self.tenure.settle(doubt)
        self._has_learnt.set()

    async def drain(self, patience: timedelta) -> None:
        """This relay stops: return once every end is on record, or at the end of ``patience``."""
        for stretch in self.outlasting.stop(self.clock.now()):
            self.waiting.put(stretch)
        await self.waiting.drain(patience)

    async def _learns(self, holds: Callable[[], bool]) -> bool:
        """Whether ``holds`` does by what is heard soon: who comes meanwhile waits rather than be sent away."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CATCH_UP_S):
                while not holds():
                    self._has_learnt.clear()
                    await self._has_learnt.wait()
        return holds()

    def _standing(self, session: Session) -> Session:
        """The session as it stands now: a renewal may have taken its place, an ending ends whoever stands."""
        standing = self.sessions.find(session.name)
        if standing is None:
            why = session.ended_why or "its right is over"
            raise Denied("TOKEN_INVALID", f"the session has ended: {why}")
        return standing

    def _let_go(self, session: Session, viewer: Endable) -> None:
        session.viewers.discard(viewer)
        self.room.leave(viewer)

    def _put_on_record(self, viewer: Endable, look: Look, why: str) -> None:
        is_sealed = look.is_sealed or viewer in self._sealed
        self.waiting.put(replace(look, closed_at=self.clock.now(), why=why, is_sealed=is_sealed))

    def _now(self) -> datetime:
        return self.lease.latest(self.clock.now(), self.clock.monotonic())

    def _refuse_when_unsure(self) -> None:
        self.tenure.refuse_in_doubt()
        if self.lease.is_clock_off:
            raise Unavailable("SERVICE_AWAY", "this relay's clock is more than 2 s off; it takes no new viewers")
        if self.lease.has_run_out(self.clock.monotonic()):
            raise Unavailable("SERVICE_AWAY", "this relay hears nothing from permissions; it takes no new viewers")
