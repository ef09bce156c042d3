"""Pulls one session's pictures from a relay: a small RTSP client (RFC 2326) over TCP or TLS, for copies."""

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kapok.streams.v1 import streams_service_pb2
from services.chassis import errors
from services.rtsp import message as rtsp
from services.streams.relay import rtp, sdp

_PORTS = {"rtsp": 554, "rtsps": 322}
_STEP_TIMEOUT_S = 10.0
_KEEP_ALIVE_S = 20.0  # a relay forgets a session that says nothing for a minute
_READ_BYTES = 256 * 1024
_EARLY_MOST = 10_000
_KINDS: dict[int, type[errors.Error]] = {
    400: errors.FailedPrecondition, 401: errors.Unauthenticated, 403: errors.Denied, 404: errors.NotFound,
    503: errors.Unavailable,
}  # fmt: skip


def best_url(opened: streams_service_pb2.OpenSessionResponse) -> str:
    """Where a session is pulled from: over TLS wherever its relay speaks it."""
    return str(opened.rtsps_url or opened.rtsp_url)


@dataclass
class Pull:
    """One connection to a relay. ``open`` it, read ``packets``, ``close`` it."""

    url: str = field(repr=False)  # holds the token
    connection: socket.socket
    parser: rtsp.Parser = field(default_factory=rtsp.Parser)
    cseq: int = 0
    session: str = ""
    track: sdp.Track | None = None
    early: list[rtsp.Interleaved] = field(default_factory=list)  # packets that came before the answer to PLAY

    @classmethod
    def open(cls, url: str, authority: Path | None = None) -> "Pull":
        """Connect and PLAY; ``authority`` (PEM) is who certifies relays, of rtsps:// URLs.

        Raises errors.Error with the relay's reason when it refuses.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            message = f"{rtsp.masked(url)}: this command copies over rtsp:// and rtsps:// only"
            raise errors.FailedPrecondition("STATE_WRONG", message)
        try:
            trust = ssl.create_default_context(cafile=authority) if parts.scheme == "rtsps" else None
            connection = socket.create_connection((parts.hostname, parts.port or _PORTS[parts.scheme]), _STEP_TIMEOUT_S)
            if trust is not None:
                connection = trust.wrap_socket(connection, server_hostname=parts.hostname)
        except OSError as error:  # of TLS, too
            raise errors.Unavailable("SOURCE_AWAY", f"the relay at {parts.netloc} can't be reached: {error}") from error
        pull = cls(url, connection)
        try:
            pull._start()
        except BaseException:
            connection.close()
            raise
        return pull

    def packets(self) -> Iterator[rtp.Packet]:
        """The packets of the picture's track, until nobody reads on; errors.Error when the relay ends them."""
        assert self.track is not None
        last_said = time.monotonic()
        waiting = self.early
        while True:
            for message in waiting:
                if isinstance(message, rtsp.Interleaved) and message.channel == 0:
                    packet = rtp.parse(message.payload)
                    if packet.payload_type == self.track.payload_type:
                        yield packet
            if time.monotonic() - last_said > _KEEP_ALIVE_S:
                last_said = time.monotonic()
                self._say("GET_PARAMETER", self.url, {"Session": self.session})
            waiting = [m for m in self._read() if isinstance(m, rtsp.Interleaved)]

    def close(self) -> None:
        """Leave without a word: the relay notices, and the session is closed by its owner."""
        self.connection.close()

    def _start(self) -> None:
        described = self._ask("DESCRIBE", self.url, {"Accept": "application/sdp"})
        found = sdp.parse(described.body, described.headers.get("Content-Base", self.url))
        self.track = found.track
        transport = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
        self.session = self._ask("SETUP", found.track.control, transport).headers.get("Session").partition(";")[0]
        self._ask("PLAY", found.aggregate, {"Session": self.session, "Range": "npt=now-"})

    def _ask(self, method: str, uri: str, headers: dict[str, str]) -> rtsp.Response:
        self._say(method, uri, headers)
        while True:
            messages = self._read()
            answers = [m for m in messages if isinstance(m, rtsp.Response) and m.cseq == self.cseq]
            self.early += [m for m in messages if isinstance(m, rtsp.Interleaved)]
            if len(self.early) > _EARLY_MOST:
                raise errors.FailedPrecondition("STATE_WRONG", f"the relay sends pictures but no answer to {method}")
            if answers:
                return _accepted(method, answers[0])

    def _say(self, method: str, uri: str, headers: dict[str, str]) -> None:
        self.cseq += 1
        fields = rtsp.Headers({"CSeq": str(self.cseq), "User-Agent": "kapok", **headers})
        try:
            self.connection.sendall(rtsp.Request(method, uri, fields).encode())
        except OSError:
            raise _ended() from None

    def _read(self) -> list[rtsp.Message]:
        try:
            data = self.connection.recv(_READ_BYTES)
        except TimeoutError:
            message = f"no pictures for {self.connection.gettimeout():.0f} s: the camera may be away"
            raise errors.Unavailable("SOURCE_AWAY", message) from None
        except OSError:
            data = b""
        if not data:
            raise _ended()
        return self.parser.feed(data)


def _ended() -> errors.Error:
    return errors.FailedPrecondition(
        "STATE_WRONG", "the relay ended the session: the right to it may have ended, kapok sessions list tells"
    )


def _accepted(method: str, response: rtsp.Response) -> rtsp.Response:
    if response.status == 200:
        return response
    kind = _KINDS.get(response.status, errors.FailedPrecondition)
    said = response.body[:500].decode(errors="replace").strip() or f"{method}: {response.status} {response.reason}"
    raise kind(response.headers.get("Kapok-Reason", "STATE_WRONG"), f"the relay refused: {said}")
