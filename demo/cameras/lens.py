"""The RTSP side of the lenses (RFC 2326, TCP interleaved only): requests in, the feed of the named camera out.

A connection pulls one camera. It streams only between PLAY and TEARDOWN, and is dropped when it does not take what it
asked for, when it never gets to PLAY, or when it falls silent for longer than its session's timeout.
"""

import asyncio
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

from demo.cameras.feed import Feed
from services.rtsp.digest import Credentials, Guard
from services.rtsp.message import Headers, Parser, ProtocolError, Request, Response

REALM = "camera"
SESSION_TIMEOUT_S = 60
HANDSHAKE_TIMEOUT_S = 10
CONNECTIONS_MAX = 1024
UNSENT_BYTES_MAX = 512 * 1024  # some seconds of a clip: who is further behind is not watching
KERNEL_BYTES = 256 * 1024
_METHODS = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "SET_PARAMETER", "TEARDOWN")
_PUBLIC = ", ".join(_METHODS)
_INTERLEAVED = re.compile(r"interleaved=(\d{1,3})-(\d{1,3})")


@dataclass(slots=True)
class Lenses:
    """What all connections share: the feed of each camera code, the credentials, the clock, and who is connected."""

    feeds: Mapping[str, Feed]
    who: Credentials
    now_s: Callable[[], float]
    connections: set["Connection"] = field(default_factory=set)

    def reap(self) -> None:
        """Drop whoever is over one of its times."""
        for connection in tuple(self.connections):
            connection.drop_when_late(self.now_s())

    def close(self) -> None:
        """Cut everybody off."""
        for connection in tuple(self.connections):
            connection.abort()


class Connection(asyncio.Protocol):
    """One puller. Never waits: what the socket does not take stays in the transport, up to a limit."""

    def __init__(self, lenses: Lenses) -> None:
        self.channel = 0
        self._lenses = lenses
        self._guard = Guard(REALM, lenses.who, secrets.token_hex(16))
        self._parser = Parser()
        self._session = secrets.token_hex(8)
        self._opened_s = self._heard_s = lenses.now_s()
        self._feed: Feed | None = None
        self._is_playing = False
        self._verbs: Mapping[str, Callable[[Request, Feed], Response]] = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "GET_PARAMETER": self._keep_alive,
            "SET_PARAMETER": self._keep_alive,
            "TEARDOWN": self._keep_alive,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound what the kernel may hold for it, and how many there are."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its base class
        if len(self._lenses.connections) >= CONNECTIONS_MAX:
            self.abort()
            return
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self._lenses.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._lenses.connections.discard(self)
        if self._feed:
            self._feed.leave(self)

    def data_received(self, data: bytes) -> None:
        """Answer each request; a receiver report only shows that somebody is there."""
        self._heard_s = self._lenses.now_s()
        try:
            for message in self._parser.feed(data):
                if isinstance(message, Request) and not self._transport.is_closing():
                    self._answer(message)
        except ProtocolError as error:
            self.send(Response(400, headers=Headers({"X-Reason": error.message})).encode())
            self._transport.close()

    def send(self, data: bytes) -> None:
        """Hand bytes to the socket; a puller that does not take them is cut off."""
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            self._transport.abort()

    def abort(self) -> None:
        """Cut it off, with whatever is still unsent."""
        self._transport.abort()

    def drop_when_late(self, now_s: float) -> None:
        """Cut off who has not begun to play in time, and who has fallen silent."""
        is_idle = not self._is_playing and now_s - self._opened_s > HANDSHAKE_TIMEOUT_S
        if is_idle or now_s - self._heard_s > SESSION_TIMEOUT_S:
            self._transport.abort()

    def _answer(self, request: Request) -> None:
        if request.cseq is None:
            raise ProtocolError("CSeq", "every request carries one (RFC 2326 §12.17)")
        response = self._respond(request)
        headers = Headers([("CSeq", str(request.cseq)), ("Server", "camera"), *response.headers])
        self.send(Response(response.status, response.reason, headers, response.body).encode())
        if response.status != 200 or self._feed is None:
            return
        if request.method == "PLAY" and not self._is_playing:
            self._is_playing = True
            self._feed.join(self)
        elif request.method == "TEARDOWN":
            self._transport.close()

    def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(200, headers=Headers({"Public": _PUBLIC}))
        if not self._guard.accepts(request.headers.get("Authorization"), request.method, request.uri):
            return Response(401, headers=Headers({"WWW-Authenticate": self._guard.challenge}))
        feed, verb = self._lenses.feeds.get(_code(request.uri)), self._verbs.get(request.method)
        if feed is None:
            return Response(404)
        if verb is None:
            return Response(405, headers=Headers({"Allow": _PUBLIC}))
        return verb(request, feed)

    def _describe(self, request: Request, feed: Feed) -> Response:
        fields = {"Content-Type": "application/sdp", "Content-Base": request.uri.rstrip("/") + "/"}
        return Response(200, headers=Headers(fields), body=feed.track.sdp().encode())

    def _set_up(self, request: Request, feed: Feed) -> Response:
        if self._feed is not None:
            return Response(455)
        channel = _channel(request.headers.get("Transport"))
        if channel is None:
            return Response(461)
        self._feed, self.channel = feed, channel
        transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1};ssrc={feed.track.ssrc:08X}"
        session = f"{self._session};timeout={SESSION_TIMEOUT_S}"
        return Response(200, headers=Headers({"Transport": transport, "Session": session}))

    def _play(self, request: Request, feed: Feed) -> Response:
        accepted = self._keep_alive(request, feed)
        if accepted.status != 200:
            return accepted
        number, time = feed.track.sequence(feed.first) & 0xFFFF, feed.track.timestamp(feed.first)
        info = f"url={request.uri.rstrip('/')}/trackID=0;seq={number};rtptime={time}"
        return Response(200, headers=Headers([*accepted.headers, ("Range", "npt=now-"), ("RTP-Info", info)]))

    def _keep_alive(self, request: Request, feed: Feed) -> Response:
        """What every request of a running session needs: its camera and its session id."""
        session = request.headers.get("Session").partition(";")[0].strip()
        if self._feed is not feed or session != self._session:
            return Response(454)
        return Response(200, headers=Headers({"Session": self._session}))


def _code(uri: str) -> str:
    """The camera's code: the first part of the path, whatever track follows it."""
    try:
        return urlsplit(uri).path.strip("/").partition("/")[0]
    except ValueError:
        return ""


def _channel(transport: str) -> int | None:
    """The RTP channel of the first offer that is TCP interleaved; 0 when the client leaves it to us, else None."""
    for offer in transport.split(","):
        if offer.strip().upper().startswith("RTP/AVP/TCP"):
            wanted = _INTERLEAVED.search(offer)
            channel = int(wanted[1]) if wanted else 0
            return channel if channel < 255 and (not wanted or int(wanted[2]) == channel + 1) else None
    return None
