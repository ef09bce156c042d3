"""`kapok takeover watch TAKEOVER`: one takeover on a terminal, kept up to date in place; lines where there is none.

Two threads ask and put news on a short queue; the command's own thread draws and reads keys. Lost connections are
made again, and the stream goes on behind the last answer that came.
"""

import json
import os
import queue
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.live import Live

from cli.gateway import Gateway
from cli.invocation import Context
from cli.screen import Screen
from cli.takeover_picture import PRECEDED_SHOWN, Sight, drawn, heading, told
from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from kapok.streams.v1 import session_pb2, streams_service_pb2
from services.chassis import errors

_DRAWN_EVERY_S = 0.25
_ASKED_EVERY_S = 3.0  # a fence is up after two seconds at the latest
_RETRY_S, _RETRY_MOST_S = 0.5, 8.0
_SESSIONS_PAGE = 1000
_WAITING = 4  # news on the queue; who brings more waits


@dataclass(frozen=True)
class Whole:
    """The takeover as it stands."""

    takeover: takeover_pb2.Takeover
    how_to_claim: str = ""


@dataclass(frozen=True)
class Around:
    """What is known beside it: who holds cameras that it doesn't, how many sessions of the reader run on its own."""

    holders: Mapping[str, str]
    sessions: int | None


@dataclass(frozen=True)
class Lost:
    """The connection is gone, and made again."""

    why: str


News = Whole | Around | Lost | errors.Error


def watch(context: Context, name: str, resume: str) -> None:
    """Show it until it is over, q, or Ctrl-C. Raises errors.Error when it can't be read."""
    invocation, console = context.obj, Console(highlight=False)
    if invocation.screen.is_json:
        return _as_json(invocation.gateway, name, resume)
    with _brought(Asking(invocation.gateway, name, resume)) as news:
        if sys.stdin.isatty() and console.is_terminal and not console.is_dumb_terminal:
            return _live(console, news)
        return _lines(invocation.screen, news)


def _as_json(gateway: Gateway, name: str, resume: str) -> None:
    """The answers that tell of it, one a line."""
    for answer in gateway.stream(pb.WatchTakeoversRequest(resume_token=resume)):
        about = [notice for notice in answer.notices if notice.takeover.name == name]
        if about or not answer.notices:
            one = pb.WatchTakeoversResponse(notices=about, resume_token=answer.resume_token)
            print(json.dumps(MessageToDict(one), ensure_ascii=False), flush=True)


def after(sight: Sight | None, news: News, now: datetime) -> tuple[Sight | None, list[str]]:
    """What is known after news, and what is new of it in words. Raises the refusal that ends the view."""
    match news:
        case errors.Error():
            raise news
        case Whole(takeover, claim):
            if sight is not None:
                return told(sight, takeover, claim, now)
            return (first := Sight(takeover, claim)), [heading(first)]
        case Lost(why):
            words = [] if sight and sight.lost else [f"connection lost, trying again: {why}"]
            return sight and replace(sight, lost=why), words
        case Around(holders, sessions):
            return sight and replace(sight, holders=holders, sessions=sessions), []


def _lines(screen: Screen, news: "queue.Queue[News]") -> None:
    sight: Sight | None = None
    while sight is None or not sight.is_over:
        sight, words = after(sight, news.get(), datetime.now(UTC))
        for word in words:
            screen.line(word)


def _live(console: Console, news: "queue.Queue[News]") -> None:
    sight: Sight | None = None
    with _keys() as is_left, Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:
        while True:
            while not news.empty():
                sight, _ = after(sight, news.get(), datetime.now(UTC))
            live.update(drawn(sight, datetime.now(UTC)) if sight else "asking …", refresh=True)
            if (sight and sight.is_over) or is_left():
                return


@contextmanager
def _keys() -> Iterator[Callable[[], bool]]:
    """Keys as they are typed, unseen; the callable waits a moment and tells whether q was."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)

    def is_left() -> bool:
        ready, _, _ = select.select([keyboard], [], [], _DRAWN_EVERY_S)
        return bool(ready) and (not (typed := os.read(keyboard, 64)) or b"q" in typed.lower())

    try:
        tty.setcbreak(keyboard)
        yield is_left
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@dataclass
class Asking:
    """Brings news of a takeover, in threads of its own, until told to stop."""

    gateway: Gateway
    name: str
    resume: str
    news: "queue.Queue[News]" = field(default_factory=lambda: queue.Queue(_WAITING))
    latest: takeover_pb2.Takeover = field(default_factory=takeover_pb2.Takeover)
    has_changed: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Changes as they come; a connection that is lost is made again."""
        wait_s = _RETRY_S
        while not self.stopped.is_set():
            try:
                for answer in self._answers():
                    wait_s = _RETRY_S
                    self.resume = answer.resume_token or self.resume
                    for notice in answer.notices:
                        if notice.takeover.name == self.name:
                            self._bring(Whole(notice.takeover, notice.how_to_claim))
            except errors.Unavailable as lost:
                self._put(Lost(lost.message))
            except errors.Error as refusal:
                self._put(refusal)
                return
            self.stopped.wait(wait_s)
            wait_s = min(2 * wait_s, _RETRY_MOST_S)

    def look_around(self) -> None:
        """Every few seconds, what no change tells: holders, sessions, and after a change whether fences are up."""
        while not self.stopped.wait(_ASKED_EVERY_S):
            if not self.latest.name:
                continue
            try:
                if self.has_changed.is_set():
                    self.has_changed.clear()
                    self._put(Whole(self.gateway.call(pb.GetTakeoverRequest(name=self.name))))
                self._put(Around(self._holders(), self._sessions()))
            except errors.Error:
                continue  # whoever listens tells of it

    def _answers(self) -> Iterator[pb.WatchTakeoversResponse]:
        """From before the takeover is read, so that no change falls between."""
        opening = closing(self.gateway.stream(pb.WatchTakeoversRequest(resume_token=self.resume)))
        if self.resume:
            self._read()  # what follows the token is told anyway
        with opening as answers:
            if not self.resume:
                self.resume = next((answer.resume_token for answer in answers), "")
                self._read()
            yield from answers

    def _read(self) -> None:
        self._bring(Whole(self.gateway.call(pb.GetTakeoverRequest(name=self.name))))
        self.has_changed.clear()

    def _bring(self, whole: Whole) -> None:
        self.latest = whole.takeover
        self.has_changed.set()
        self._put(whole)

    def _holders(self) -> dict[str, str]:
        """Of the cameras that are shown as another's, as far as the reader may know."""
        holders = {}
        for camera in Sight(self.latest).preceded[:PRECEDED_SHOWN]:
            state = self.gateway.call(pb.GetControlStateRequest(name=f"{camera}/controlState"))
            holders[camera] = f"{state.holder}  {state.takeover}".rstrip()
        return holders

    def _sessions(self) -> int | None:
        """How many of the reader's open sessions are of its cameras; None when there are more than a page has."""
        answer = self.gateway.call(streams_service_pb2.ListSessionsRequest(page_size=_SESSIONS_PAGE))
        taken = {one.camera for one in self.latest.taken}
        is_open = session_pb2.Session.STATE_OPEN
        found = sum(one.camera in taken and one.state == is_open for one in answer.sessions)
        return None if answer.next_page_token else found

    def _put(self, news: News) -> None:
        """Onto the queue, or nowhere once nobody reads it."""
        while not self.stopped.is_set():
            with suppress(queue.Full):
                self.news.put(news, timeout=1)
                return


@contextmanager
def _brought(asking: Asking) -> Iterator["queue.Queue[News]"]:
    """The news while inside."""
    for job in (asking.listen, asking.look_around):
        threading.Thread(target=job, daemon=True).start()  # a daemon: it may wait for an answer that never comes
    try:
        yield asking.news
    finally:
        asking.stopped.set()
