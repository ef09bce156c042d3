"""Pulls one camera over RTSP/TCP: from its URI to its packets, with a time limit on every step.

resolve ─► connect ─► OPTIONS ─► DESCRIBE ─► SETUP ─► PLAY ─► packets, keep-alives … ─► TEARDOWN
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from services.chassis.errors import FailedPrecondition, Unavailable
from services.rtsp.address import Network, place, resolve
from services.rtsp.conversation import Conversation, channel_of
from services.rtsp.digest import Credentials
from services.rtsp.message import Interleaved, Response
from services.streams.relay import sdp


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

    def playing(self, track: sdp.Track) -> None:
        """The camera is about to send this track; called once per connection."""

    def packet(self, data: bytes) -> None:
        """One RTP packet of it."""


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


class _Pull:
    """One connection to one camera."""

    def __init__(self, spec: SourceSpec, sink: Sink, patience: Patience, connection: socket.socket) -> None:
        who = Credentials(spec.username, spec.password) if spec.username else None
        self._sink = sink
        self._patience = patience
        self._camera = Conversation(connection, who, self._take)
        self._channel: int | None = None
        self._has_heard = False  # a packet of the track since the last look: chatter is no picture

    async def run(self, uri: str) -> None:
        options = await self._ask("OPTIONS", uri)
        has_get_parameter = "GET_PARAMETER" in options.headers.get("Public").upper()
        described = await self._ask("DESCRIBE", uri, Accept="application/sdp")
        base = described.headers.get("Content-Base") or described.headers.get("Content-Location") or uri
        description = sdp.parse(described.body, base)
        wanted = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
        setup = await self._ask("SETUP", description.track.control, **wanted)
        self._channel = channel_of(setup.headers.get("Transport"))
        self._sink.playing(description.track)
        try:
            await self._ask("PLAY", description.aggregate, Range="npt=0.000-")
            await self._stream("GET_PARAMETER" if has_get_parameter else "OPTIONS", description.aggregate)
        finally:
            self._camera.leave(description.aggregate)

    async def _stream(self, keep_alive: str, uri: str) -> None:
        """Receive for ever; a keep-alive goes out each half of the session's time (RFC 2326 §12.37)."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._camera.session_timeout_s / 2
        silence_s = self._patience.silence.total_seconds()
        with _in_time("picture", self._patience.silence):
            async with asyncio.timeout(silence_s) as limit:
                while True:
                    await self._camera.listen()
                    now = loop.time()
                    if self._has_heard:
                        limit.reschedule(now + silence_s)
                        self._has_heard = False
                    if now >= due:
                        await self._camera.keep_alive(keep_alive, uri)
                        due = now + self._camera.session_timeout_s / 2

    async def _ask(self, method: str, uri: str, **headers: str) -> Response:
        with _in_time(f"answer to {method}", self._patience.step):
            async with asyncio.timeout(self._patience.step.total_seconds()):
                return await self._camera.ask(method, uri, headers)

    def _take(self, packet: Interleaved) -> None:
        if packet.channel == self._channel:
            self._has_heard = True
            self._sink.packet(packet.payload)


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
