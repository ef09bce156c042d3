"""Pulls one camera by RTSP: from its URI to its packets, with a time limit on every step.

resolve ─► connect ─► OPTIONS ─► DESCRIBE ─► SETUP ─► PLAY ─► packets, keep-alives … ─► TEARDOWN
"""

import asyncio
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from services.chassis.errors import FailedPrecondition, Unavailable
from services.rtsp.address import Network, place, resolve
from services.rtsp.conversation import Conversation, Refused
from services.rtsp.digest import Credentials
from services.rtsp.message import ProtocolError, Response
from services.streams.relay import sdp
from services.streams.relay.transports import OverTcp, OverUdp, Transport
from services.streams.relay.wallclock import PICTURE, SOUND

_UNSUPPORTED_TRANSPORT = 461
_LOOKS = 8  # whether pictures still come, in the time that a camera may be silent


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """How to reach a camera; ``networks`` is what the cell lists for sources. The secrets are in no repr."""

    uri: str = field(repr=False)
    networks: tuple[Network, ...]
    username: str = ""
    password: str = field(default="", repr=False)
    own: frozenset[str] = frozenset()  # the cell's addresses, host:port: never a camera


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a camera may take."""

    step: timedelta = timedelta(seconds=5)  # each of name, connection and answer
    silence: timedelta = timedelta(seconds=10)  # without a packet of the track while playing


class Sink(Protocol):
    """Who takes what a camera sends."""

    def playing(self, described: sdp.Description) -> None:
        """The camera is about to send these tracks; called once per connection."""

    def packets(self, packets: Sequence[bytes]) -> None:
        """RTP packets of the pictures, one after another."""

    def sound(self, data: bytes) -> None:
        """One of the sound."""

    def report(self, track: str, data: bytes) -> None:
        """What the camera says of the time of one of them (RTCP)."""


async def pull(spec: SourceSpec, sink: Sink, patience: Patience) -> None:
    """Feed ``sink`` until the camera fails; never returns. What goes wrong is an Error of the family."""
    where = place(spec.uri)
    with _in_time("name", patience.step):
        async with asyncio.timeout(patience.step.total_seconds()):
            address = await resolve(where, spec.networks, spec.own)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.setblocking(False)
        with _in_time("connection", patience.step):
            async with asyncio.timeout(patience.step.total_seconds()):
                await asyncio.get_running_loop().sock_connect(connection, address)
        await _Pull(spec, sink, patience, connection).run(where.uri)


class _Pictures:
    """The track whose silence is the camera's."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.has_heard = False  # a packet of it since the last look: chatter is no picture

    def take(self, packets: Sequence[bytes]) -> None:
        self.has_heard = True
        self._sink.packets(packets)

    def report(self, packet: bytes) -> None:
        self._sink.report(PICTURE, packet)


class _Sound:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def take(self, packets: Sequence[bytes]) -> None:
        for packet in packets:
            self._sink.sound(packet)

    def report(self, packet: bytes) -> None:
        self._sink.report(SOUND, packet)


class _Pull:
    """One connection to one camera."""

    def __init__(self, spec: SourceSpec, sink: Sink, patience: Patience, connection: socket.socket) -> None:
        who = Credentials(spec.username, spec.password) if spec.username else None
        self._sink = sink
        self._patience = patience
        self._connection = connection
        self._inside = OverTcp()
        self._transport: Transport = self._inside
        self._camera = Conversation(connection, who, self._inside.take)
        self._pictures = _Pictures(sink)

    async def run(self, uri: str) -> None:
        options = await self._ask("OPTIONS", uri)
        has_get_parameter = "GET_PARAMETER" in options.headers.get("Public").upper()
        described = await self._ask("DESCRIBE", uri, Accept="application/sdp")
        base = described.headers.get("Content-Base") or described.headers.get("Content-Location") or uri
        description = sdp.parse(described.body, base)
        try:
            description = await self._set_up(description)
            self._sink.playing(description)
            self._transport.start()
            await self._ask("PLAY", description.aggregate, Range="npt=0.000-")
            await self._stream("GET_PARAMETER" if has_get_parameter else "OPTIONS", description.aggregate)
        finally:
            self._transport.close()
            self._camera.leave(description.aggregate)

    async def _set_up(self, described: sdp.Description) -> sdp.Description:
        """Both tracks; a camera that refuses TCP gives them over UDP. One that refuses its sound is watched without."""
        try:
            answer = await self._ask("SETUP", described.track.control, Transport=self._transport.offer(0))
        except Refused as refusal:
            if refusal.status != _UNSUPPORTED_TRANSPORT:
                raise
            ours, camera = self._connection.getsockname()[0], self._connection.getpeername()[0]
            self._transport = OverUdp(ours, camera)
            with _in_time("port", self._patience.step):
                offer = self._transport.offer(0)
            answer = await self._ask("SETUP", described.track.control, Transport=offer)
        self._transport.accept(answer.headers.get("Transport"), self._pictures)
        if described.sound is None:
            return described
        try:
            answer = await self._ask("SETUP", described.sound.control, Transport=self._transport.offer(1))
            self._transport.accept(answer.headers.get("Transport"), _Sound(self._sink))
        except (Refused, ProtocolError, OSError):
            return replace(described, sound=None)
        return described

    async def _stream(self, keep_alive: str, uri: str) -> None:
        """Receive for ever; a keep-alive goes out each half of the session's time (RFC 2326 §12.37)."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._camera.session_timeout_s / 2
        silence_s = self._patience.silence.total_seconds()
        pause_s = min(silence_s, self._camera.session_timeout_s) / _LOOKS
        with _in_time("picture", self._patience.silence), self._camera.listening() as over:
            async with asyncio.timeout(silence_s) as limit:
                while True:
                    await asyncio.wait({over}, timeout=pause_s)
                    if over.done():
                        over.result()
                    now = loop.time()
                    if self._pictures.has_heard:
                        limit.reschedule(now + silence_s)
                        self._pictures.has_heard = False
                    if now >= due:
                        await self._camera.keep_alive(keep_alive, uri)
                        self._transport.keep_alive()
                        due = now + self._camera.session_timeout_s / 2

    async def _ask(self, method: str, uri: str, **headers: str) -> Response:
        with _in_time(f"answer to {method}", self._patience.step):
            async with asyncio.timeout(self._patience.step.total_seconds()):
                return await self._camera.ask(method, uri, headers)


@contextmanager
def _in_time(what: str, limit: timedelta) -> Iterator[None]:
    """Say in the family's words what a camera failed to give."""
    try:
        yield
    except TimeoutError as error:
        late = f"no {what} from the camera within {limit.total_seconds():g} s"
        raise Unavailable("SOURCE_AWAY", late) from error
    except OSError as error:
        # The system's words: asyncio's own tell the camera's address, which is not for viewers.
        why = os.strerror(error.errno) if error.errno else "the connection broke"
        raise Unavailable("SOURCE_AWAY", f"no {what} from the camera: {why}") from error
    except UnicodeError as error:
        raise FailedPrecondition("SOURCE_URI_INVALID", "the camera's host is not a name") from error
