"""One viewer's RTSP connection, from its first byte to its end (RFC 2326): requests in, responses and pictures out.

DESCRIBE ─► admitted, source held ─► SETUP ─► PLAY ─► opened (durable) ─► pictures … ─► closed
"""

import asyncio
import math
import re
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import urlsplit

from services.chassis.errors import Denied, Error, Exhausted, Unavailable
from services.chassis.settings import Network
from services.rtsp.message import Headers, Parser, ProtocolError, Request, Response
from services.streams.relay.counters import Counters
from services.streams.relay.gate import Admission, Gate, Peer, SourceBook
from services.streams.relay.line import Line
from services.streams.relay.offers import OfferError
from services.streams.relay.rtp import RTP_CHANNEL
from services.streams.relay.sdp import SOUND_CHANNEL, SOUND_TRACK, TRACK
from services.streams.relay.source import Source
from services.streams.relay.tracks import Tracks
from services.streams.relay.viewer import Viewer

STATUS = {
    "INVALID_ARGUMENT": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 453, "FAILED_PRECONDITION": 503, "UNAVAILABLE": 503, "ABORTED": 503,
}  # fmt: skip
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_READ_BYTES = 4096  # requests are small, and a thousand viewers wait in this call
_SUFFIX = re.compile(rf"/?(?:{TRACK}|{SOUND_TRACK})?/?(?=\?|$)")
_IS_SOUND = re.compile(rf"/{SOUND_TRACK}/?(?=\?|$)")


@dataclass(frozen=True, slots=True)
class Manners:
    """What a viewer's connection may take."""

    handshake: timedelta = timedelta(seconds=10)  # of waiting for the client, until PLAY
    session: timedelta = timedelta(seconds=60)  # without a sign of life, while playing
    connections_most: int = 2000  # of a relay process; about half of them is what one core serves well


@dataclass(frozen=True, slots=True)
class House:
    """What every connection of a server shares."""

    gate: Gate
    sources: SourceBook
    counters: Counters
    manners: Manners
    origins: frozenset[str] = frozenset()  # of the pages that may play here: scheme://host[:port]
    plain_networks: tuple[Network, ...] = LOOPBACK  # whose viewers may come without TLS
    has_datagrams: bool = False  # whether RTP goes out over UDP, to viewers without TLS

    def refuse_in_the_open(self, line: Line, peer: Peer) -> None:
        """Denied for a viewer without TLS from a network that the cell does not list."""
        if line.wire.is_secure or peer.is_in(self.plain_networks):
            return
        message = "pictures leave this cell encrypted; use the session's rtsps_url or wss_url (KAPOK_PLAIN_NETWORKS)"
        raise Denied("PLAIN_REFUSED", message)


class Connection:
    """State machine of one connection; `run` returns when it is over, `why` says how it ended."""

    def __init__(self, accepted: socket.socket, peer: Peer, house: House, on_admitted: Callable[[], None]) -> None:
        self.line = self._viewer = Viewer(accepted, house.counters)
        self._peer = peer
        self._house = house
        self._on_admitted = on_admitted
        self._session = secrets.token_hex(8)
        self._target = ""
        self._admission: Admission | None = None
        self._source: Source | None = None
        self._track_uri = self._sound_uri = ""  # as the client named them in SETUP: RTP-Info must repeat it
        self._format: tuple[object, ...] = ()  # as the client was told
        self._is_playing = False  # opened with the gate, so to be closed with it
        self._is_attached = False
        self._tracks = Tracks(self._viewer, peer, house.counters, has_datagrams=house.has_datagrams)
        self._is_over = False
        self._holds = ExitStack()
        self._verbs: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "OPTIONS": self._options, "DESCRIBE": self._describe, "SETUP": self._setup, "PLAY": self._play,
            "GET_PARAMETER": self._alive, "SET_PARAMETER": self._alive, "TEARDOWN": self._teardown,
        }  # fmt: skip

    async def run(self) -> bool:
        """Serve until the end; True when a last response may still be on its way to the client."""
        why = "relay stopped"
        try:
            why = await self._serve()
            return self._viewer.ended_why is None
        except ProtocolError as error:
            why = "malformed request"
            self._viewer.last_word(_refusal(error).encode(), why)
            return self._viewer.ended_why is None
        finally:
            if self._source is not None:
                self._source.detach(self._tracks.receiver[0])
            self._tracks.close()
            self._viewer.close()
            self._holds.close()
            if self._is_playing and self._admission is not None:
                self._house.counters.viewers -= 1
                self._house.counters.datagram_viewers -= self._tracks.are_datagrams
                self._house.gate.closed(self._admission, self._viewer, self._viewer.ended_why or why)

    async def _serve(self) -> str:
        """Answer requests one after another; why it is over."""
        loop, parser, manners = asyncio.get_running_loop(), Parser(), self._house.manners
        left_s, session_s = (span.total_seconds() for span in (manners.handshake, manners.session))
        while not self._is_over:
            started_s = loop.time()
            try:
                async with asyncio.timeout(left_s):
                    data = await self._viewer.receive(_READ_BYTES)
            except TimeoutError:
                if self._is_playing and (left_s := self._tracks.heard_s + session_s - loop.time()) > 0:
                    continue  # alive beside the connection
                if self._viewer.is_paused:  # some players say nothing while no picture comes
                    left_s = session_s
                    continue
                why = "no sign of life" if self._is_playing else "handshake too slow"
                self._viewer.dismiss(why)
                return why
            except OSError:
                return "connection lost"
            if not data:
                return "closed by the viewer"
            left_s -= loop.time() - started_s
            for message in parser.feed(data):  # what is interleaved here are receiver reports: a sign of life, no more
                if isinstance(message, Request):
                    self._viewer.reply((await self._answer(message)).encode())
                    self._attach()
            if self._is_playing:
                left_s = session_s
        return "teardown"

    async def _answer(self, request: Request) -> Response:
        """The response to one request, whatever it asks."""
        try:
            response = await self._dispatch(request)
        except Error as error:
            response = _refusal(error)
        fields = {"CSeq": str(request.cseq or 0), "Server": "Kapok", **dict(response.headers)}
        return Response(response.status, response.reason, Headers(fields), response.body)

    async def _dispatch(self, request: Request) -> Response:
        if request.version != (1, 0):
            return Response(505)
        if request.cseq is None:
            return Response(400, headers=Headers({"Kapok-Reason": "RTSP_MALFORMED"}), body=b"CSeq is missing\n")
        if required := request.headers.get("Require"):
            return Response(551, headers=Headers({"Unsupported": required}))
        if request.headers.get("Session", self._session).partition(";")[0].strip() != self._session:
            return Response(454)
        if request.method in ("PAUSE", "RECORD", "ANNOUNCE"):  # live only, and out only
            return Response(405, headers=Headers({"Allow": ", ".join(self._verbs)}))
        verb = self._verbs.get(request.method)
        return await verb(request) if verb else Response(501)

    async def _options(self, _request: Request) -> Response:
        return Response(200, headers=Headers({"Public": ", ".join(self._verbs)}))

    async def _describe(self, request: Request) -> Response:
        source = await self._enter(request)
        # Clients that join as RFC 1808 has it lose a query, so the track's URI has none: this connection is admitted.
        base = request.uri.partition("?")[0].rstrip("/") + "/"
        fields = {"Content-Base": base, "Content-Type": "application/sdp"}
        body = await source.description()
        self._format = source.format
        return Response(200, headers=Headers(fields), body=body)

    async def _setup(self, request: Request) -> Response:
        source = await self._enter(request)
        if self._is_playing:
            return Response(455)
        await source.description()  # a client may skip DESCRIBE; nothing plays before the camera does
        self._format = self._format or source.format
        is_sound = _IS_SOUND.search(request.uri) is not None
        if is_sound and not source.has_sound:
            return Response(404)
        try:
            transport = self._tracks.set_up(
                request.headers.get("Transport"), SOUND_CHANNEL if is_sound else RTP_CHANNEL
            )
        except OfferError as problem:
            fields = {"Kapok-Reason": "TRANSPORT_UNSUPPORTED", "Content-Type": "text/plain; charset=utf-8"}
            return Response(461, headers=Headers(fields), body=f"{problem}\n".encode())
        if is_sound:
            self._sound_uri = request.uri
        else:
            self._track_uri = request.uri
        return Response(200, headers=Headers({"Transport": transport, "Session": self._session_field}))

    async def _play(self, request: Request) -> Response:
        source = await self._enter(request)
        if not self._track_uri or self._admission is None:
            return Response(455)
        if self._format != source.format:
            raise Unavailable("SOURCE_AWAY", "the camera changed its format meanwhile; open the URL again")
        if not self._is_playing:
            await self._house.gate.opened(self._admission, self._viewer)
            self._is_playing = True
            self._house.counters.viewers += 1
            self._house.counters.datagram_viewers += self._tracks.are_datagrams
            self._house.counters.viewers_total += 1
        info = f"url={self._track_uri}"
        if start := source.start():
            info += f";seq={start.first_sequence};rtptime={start.timestamp}"
        info += f",url={self._sound_uri}" if self._sound_uri else ""
        return Response(200, headers=Headers({"Session": self._session_field, "Range": "npt=now-", "RTP-Info": info}))

    async def _alive(self, _request: Request) -> Response:
        return Response(200, headers=Headers({"Session": self._session_field}))

    async def _teardown(self, _request: Request) -> Response:
        self._is_over = True
        return Response(200)

    @property
    def _session_field(self) -> str:
        return f"{self._session};timeout={self._house.manners.session.total_seconds():.0f}"

    async def _enter(self, request: Request) -> Source:
        """Admit the connection's first target; a connection is for one target only."""
        target = _target(request.uri)
        if self._source is None:
            if self._house.counters.connections > self._house.manners.connections_most:
                raise full()
            self._house.refuse_in_the_open(self._viewer, self._peer)
            admission = await self._house.gate.admit(target, self._peer)
            source = self._house.sources.source(admission.feed)
            self._holds.enter_context(source.held())
            self._target, self._admission, self._source = target, admission, source
            self._viewer.marking = admission.marking
            self._on_admitted()
        elif target not in (self._target, self._target.partition("?")[0]):
            raise Denied("TOKEN_INVALID", "this connection plays another URL; open a new one")
        return self._source

    def _attach(self) -> None:
        """Pictures begin right behind the response to PLAY, at the one that its RTP-Info names."""
        if self._is_playing and not self._is_attached and self._source is not None:
            self._is_attached = True
            self._source.attach(*self._tracks.receiver)


def full() -> Exhausted:
    """What is said to one connection too many."""
    message, limit = "this relay is full; open the session again", "relay-connections"
    return Exhausted("LIMIT_REACHED", message, retry_after=timedelta(seconds=5), limit=limit)


def _refusal(error: Error) -> Response:
    """An Error as RTSP says it: the reason in a header, what to do next in the body."""
    fields = {"Kapok-Reason": error.reason, "Content-Type": "text/plain; charset=utf-8"}
    if error.retry_after is not None:
        fields["Retry-After"] = str(math.ceil(error.retry_after.total_seconds()))  # RFC 2326 §12.31
    return Response(STATUS.get(error.kind, 500), headers=Headers(fields), body=f"{error.message}\n".encode())


def _target(uri: str) -> str:
    """Path and query of ``uri``, without the track, which clients append behind the path or behind the query."""
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise ProtocolError("URI", "is not rtsp://host[:port]/path") from error
    return _SUFFIX.sub("", parts.path) + (f"?{_SUFFIX.sub('', parts.query)}" if parts.query else "")
