"""One program's connection, from its first byte to its end: HTTP/2 as gRPC uses it, calls in, pictures out.

preface ─► calls: each a stream that `watch` serves ─► nothing more is asked, or the peer broke the protocol ─► closed
"""

import asyncio
import socket
from collections.abc import Callable

from services.streams.relay.connection import House
from services.streams.relay.gate import Peer
from services.streams.relay.http2 import frames, headers
from services.streams.relay.http2.calm import Calm
from services.streams.relay.http2.frames import Fault, Frame, Frames, frame
from services.streams.relay.http2.headers import Asked, Blocks
from services.streams.relay.http2.settings import CALLS_MOST, STRANGERS_CALLS_MOST, Settings, ours
from services.streams.relay.rpc.calls import METHOD
from services.streams.relay.trunk import Trunk
from services.streams.relay.watch import Watch

_READ_BYTES = 4096
_IDLE_S = 20.0  # without a call
_PING = bytes(8)


class Program:
    """State machine of one connection; `run` returns when it is over."""

    def __init__(self, accepted: socket.socket, peer: Peer, house: House, on_admitted: Callable[[], None]) -> None:
        self.line = self._trunk = Trunk(accepted, house.counters)
        self._peer = peer
        self._house = house
        self._on_admitted = on_admitted
        self._loop = asyncio.get_running_loop()
        self._blocks, self._settings, self._calm = Blocks(), Settings(), Calm(self._loop.time())
        self._tasks = asyncio.TaskGroup()
        self._watches: dict[int, Watch] = {}
        self._calls_most = STRANGERS_CALLS_MOST
        self._newest = 0  # stream that the peer has opened
        self._no_call_since_s = self._loop.time()
        self._said: list[bytes] = []  # answers to what was read at once
        self._is_introduced = False  # the peer's settings have come

    async def run(self) -> bool:
        """Serve until the end; True when a last word may still be on its way to the client."""
        why = "relay stopped"
        try:
            async with self._tasks:
                try:
                    why = await self._serve()
                finally:
                    for watch in self._watches.values():
                        watch.leave(self._trunk.ended_why or why)
            return self._trunk.ended_why is None
        finally:
            self._trunk.close()

    async def _serve(self) -> str:
        try:
            return await self._listen()
        except Fault as fault:
            why = "malformed frame"
            self._trunk.last_word(_goaway(self._newest, fault.code, str(fault)), why)
            return why
        except OSError:
            return "connection lost"

    async def _listen(self) -> str:
        """Take frames until the peer leaves; one that is silent is asked once whether it is still there."""
        received, is_asked = Frames(), False
        while True:
            try:
                async with asyncio.timeout_at(self._patient_until_s()):
                    data = await self._trunk.receive(_READ_BYTES)
            except TimeoutError:
                if not self._watches:
                    self._trunk.reply(_goaway(self._newest, frames.NO_ERROR, "no call"))
                    return "no call"
                if is_asked:
                    self._trunk.dismiss("no sign of life")
                    return "no sign of life"
                is_asked = True
                self._trunk.reply(frame(frames.PING, 0, 0, _PING))
                continue
            if not data:
                return "closed by the viewer"
            is_asked = False
            try:
                for one in received.feed(data):
                    self._calm.spend(one.kind, self._loop.time())
                    self._take(one)
            finally:  # one segment: a flood of answers would keep the last word from going out
                if self._said:
                    self._trunk.reply(b"".join(self._said))
                    self._said.clear()

    def _patient_until_s(self) -> float:
        manners = self._house.manners
        if self._watches:
            return self._loop.time() + manners.session.total_seconds() / 2
        return self._no_call_since_s + (_IDLE_S if self._newest else manners.handshake.total_seconds())

    def _take(self, one: Frame) -> None:
        """One frame, of whatever kind; kinds that nobody knows are passed over (§5.5)."""
        if not self._is_introduced and one.kind != frames.SETTINGS:
            raise Fault(frames.PROTOCOL_ERROR, "SETTINGS come first")
        if (asked := self._blocks.feed(one)) is not None:
            self._open(asked)
        elif one.kind == frames.DATA:
            self._feed(one)
        elif one.kind == frames.WINDOW_UPDATE:
            self._widen(one)
        elif one.kind == frames.RST_STREAM:
            if watch := self._known(one.stream):
                watch.leave("closed by the viewer")
        elif one.kind == frames.SETTINGS:
            self._agree(one)
        elif one.kind == frames.PING and not one.flags & frames.ACK:
            self._say(frame(frames.PING, frames.ACK, 0, one.payload))
        elif one.kind == frames.PUSH_PROMISE:
            raise Fault(frames.PROTOCOL_ERROR, "clients push nothing")

    def _open(self, asked: Asked) -> None:
        """A call, or the end of what one asks."""
        stream = asked.stream
        if stream <= self._newest:
            if watch := self._known(stream):
                watch.feed(b"", is_whole=asked.is_whole)
            return
        if stream % 2 == 0:
            raise Fault(frames.PROTOCOL_ERROR, "a client's streams are odd")
        self._newest = stream
        if len(self._watches) >= self._calls_most:
            self._say(frames.reset(stream, frames.REFUSED_STREAM))
        elif asked.method != "POST" or not asked.content_type.startswith("application/grpc"):
            self._say(headers.refused(stream, 405 if asked.method != "POST" else 415))
        elif asked.path != METHOD:
            said = "this port serves kapok.streams.v1.MediaService only"
            self._say(headers.ended(stream, 12, said, b"", is_accepted=False))
        else:
            self._count(+1)
            watch = Watch(self._trunk, stream, self._settings.window, self._peer, self._house)
            self._watches[stream] = watch
            watch.start(self._tasks, self._admitted, self._forget)
            if asked.is_whole:
                watch.feed(b"", is_whole=True)

    def _feed(self, one: Frame) -> None:
        if one.payload:  # all of it counts, padding too, and is given back at once: requests are small
            self._say(frame(frames.WINDOW_UPDATE, 0, 0, len(one.payload).to_bytes(4, "big")))
        if watch := self._known(one.stream):
            watch.feed(frames.content(one), is_whole=bool(one.flags & frames.END_STREAM))

    def _widen(self, one: Frame) -> None:
        by = int.from_bytes(one.payload, "big") & frames.WINDOW_MOST
        if by == 0:
            raise Fault(frames.PROTOCOL_ERROR, "a window that opens by nothing")
        if one.stream == 0:
            was_shut = self._trunk.window <= 0
            self._trunk.widen(by)
            if was_shut:  # else none of the calls has waited for this
                self._trunk.is_due(*(watch.call for watch in self._watches.values()))
        elif watch := self._known(one.stream):
            watch.call.widen(by)
            self._trunk.is_due(watch.call)

    def _agree(self, one: Frame) -> None:
        by = self._settings.take(one)
        for watch in self._watches.values():
            watch.call.widen(by)
        if not self._is_introduced:  # not sooner: with TLS nothing can be said before the client has spoken
            self._is_introduced = True
            self._say(ours(self._calls_most))
        if not one.flags & frames.ACK:
            self._say(frame(frames.SETTINGS, frames.ACK, 0))
        self._trunk.is_due(*(watch.call for watch in self._watches.values()))

    def _say(self, data: bytes) -> None:
        self._said.append(data)

    def _known(self, stream: int) -> Watch | None:
        """The call of that stream; None: it is over. Raises Fault for one that was never opened (§5.1)."""
        if stream == 0 or stream > self._newest:
            raise Fault(frames.PROTOCOL_ERROR, "a stream that is not open")
        return self._watches.get(stream)

    def _admitted(self) -> None:
        """One of its calls was: it is no stranger any more."""
        self._on_admitted()
        if self._calls_most != CALLS_MOST:
            self._calls_most = CALLS_MOST
            self._trunk.reply(ours(CALLS_MOST))

    def _forget(self, watch: Watch) -> None:
        """Its last word is said."""
        del self._watches[watch.call.stream]
        self._count(-1)
        if not self._watches:
            self._no_call_since_s = self._loop.time()

    def _count(self, by: int) -> None:
        """The first call of a connection costs what the connection does; every further one as much again."""
        if self._watches:
            self._house.counters.connections += by


def _goaway(newest: int, code: int, said: str) -> bytes:
    return frame(frames.GOAWAY, 0, 0, newest.to_bytes(4, "big") + code.to_bytes(4, "big") + said.encode()[:200])
