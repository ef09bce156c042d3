"""How a viewer of bench-fanout joins, by the scheme of its URL; each gives the lines that are to be read.

tcp, tls: the loops that ask nothing. rtsp, rtsps: interleaved. rtp: RTSP with RTP over UDP. ws: fragments over
WebSocket. grpc, grpcs: bench/fanout/calls.py.
"""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.fanout.calls import Credit, call
from cli.rtsp_pull import Pull
from services.streams.relay import sdp
from services.streams.relay.port_pair import port_pair

_UDP_GRO = 104  # linux/udp.h: what was sent by GSO is read whole
_QUEUE_BYTES = 1024 * 1024
_STEP_TIMEOUT_S = 10.0


def _ignore(_size: int) -> None:
    """Nobody has to be told how much was read."""


@dataclass(frozen=True)
class Line:
    """A socket to read; `took` is told how many bytes were."""

    connection: socket.socket
    took: Callable[[int], None] = _ignore

    @property
    def is_secure(self) -> bool:
        """Whether a read gives one record of TLS."""
        return isinstance(self.connection, ssl.SSLSocket)

    @property
    def refused(self) -> type[OSError]:
        """What a read raises when there is nothing."""
        return ssl.SSLWantReadError if self.is_secure else BlockingIOError


class _Datagrams(Pull):
    """Asks for RTP over UDP to a pair of ports of its own."""

    pair: tuple[socket.socket, socket.socket]

    def _start(self) -> None:
        described = self._ask("DESCRIBE", self.url, {"Accept": "application/sdp"})
        found = sdp.parse(described.body, described.headers.get("Content-Base", self.url))
        self.track, self.pair = found.track, port_pair("127.0.0.1")
        self.pair[0].setsockopt(socket.IPPROTO_UDP, _UDP_GRO, 1)
        self.pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE_BYTES)
        first = self.pair[0].getsockname()[1]
        transport = {"Transport": f"RTP/AVP;unicast;client_port={first}-{first + 1}"}
        answer = self._ask("SETUP", found.track.control, transport).headers
        if "client_port" not in answer.get("Transport"):
            raise OSError(f"the relay gave no UDP: {answer.get('Transport')}")
        self.session = answer.get("Session").partition(";")[0]
        self._ask("PLAY", found.aggregate, {"Session": self.session, "Range": "npt=now-"})


def joined(url: str, authority: Path | None) -> list[Line]:
    """Play ``url``; raises OSError or errors.Error when it is refused."""
    return _WAYS[urlsplit(url).scheme](url, authority)


def _bare(url: str, authority: Path | None) -> list[Line]:
    return [Line(_connected(url, authority))]


def _rtsp(url: str, authority: Path | None) -> list[Line]:
    return [Line(Pull.open(url, authority).connection)]


def _datagrams(url: str, _authority: Path | None) -> list[Line]:
    pull = _Datagrams.open(url.replace("rtp://", "rtsp://", 1))
    assert isinstance(pull, _Datagrams)
    return [Line(pull.connection), *map(Line, pull.pair)]


def _grpc(url: str, authority: Path | None) -> list[Line]:
    connection, parts = _connected(url, authority), urlsplit(url)
    session, token = parts.path.replace("/s/", "sessions/", 1), parse_qs(parts.query)["token"][0]
    call(connection, parts.netloc, session, token)
    return [Line(connection, Credit(connection).took)]


def _web_socket(url: str, _authority: Path | None) -> list[Line]:
    parts = urlsplit(url)
    connection = _connected(url, None)
    fields = {
        "Host": parts.netloc, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # RFC 6455 §1.3
        "Sec-WebSocket-Protocol": f"kapok.v1, {parse_qs(parts.query)['token'][0]}",
    }  # fmt: skip
    lines = [f"GET {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = connection.recv(4096)
    if not answer.startswith(b"HTTP/1.1 101"):
        raise OSError(f"the relay refused a WebSocket: {answer[:200]!r}")
    return [Line(connection)]


def _connected(url: str, authority: Path | None) -> socket.socket:
    """TCP, and TLS on it where the scheme says so."""
    parts = urlsplit(url)
    connection = socket.create_connection((str(parts.hostname), int(parts.port or 0)), _STEP_TIMEOUT_S)
    if parts.scheme not in ("tls", "grpcs"):
        return connection
    trust = ssl.create_default_context(cafile=authority)
    trust.set_alpn_protocols(["h2"])
    return trust.wrap_socket(connection, server_hostname=parts.hostname)


_WAYS: dict[str, Callable[[str, Path | None], list[Line]]] = {
    "tcp": _bare, "tls": _bare, "rtsp": _rtsp, "rtsps": _rtsp, "rtp": _datagrams, "ws": _web_socket, "grpc": _grpc,
    "grpcs": _grpc,
}  # fmt: skip
