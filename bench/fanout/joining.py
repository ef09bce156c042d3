"""How a viewer of bench-fanout joins, by the scheme of its URL; each gives the sockets that are to be read.

tcp: the bare loop, which asks nothing. rtsp: interleaved. rtp: RTSP with RTP over UDP. ws: fragments over WebSocket.
"""

import socket
from urllib.parse import parse_qs, urlsplit

from cli.rtsp_pull import Pull
from services.streams.relay import sdp

_UDP_GRO = 104  # linux/udp.h: what was sent by GSO is read whole
_QUEUE_BYTES = 1024 * 1024


class _Datagrams(Pull):
    """Asks for RTP over UDP to a pair of ports of its own."""

    def _start(self) -> None:
        described = self._ask("DESCRIBE", self.url, {"Accept": "application/sdp"})
        found = sdp.parse(described.body, described.headers.get("Content-Base", self.url))
        self.track, self.pair = found.track, _pair()
        first = self.pair[0].getsockname()[1]
        transport = {"Transport": f"RTP/AVP;unicast;client_port={first}-{first + 1}"}
        answer = self._ask("SETUP", found.track.control, transport).headers
        if "client_port" not in answer.get("Transport"):
            raise OSError(f"the relay gave no UDP: {answer.get('Transport')}")
        self.session = answer.get("Session").partition(";")[0]
        self._ask("PLAY", found.aggregate, {"Session": self.session, "Range": "npt=now-"})


def joined(url: str) -> list[socket.socket]:
    """Play ``url``; raises OSError or errors.Error when it is refused."""
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return [socket.create_connection((str(parts.hostname), int(parts.port or 0)), 10)]
    if parts.scheme == "ws":
        return [_web_socket(url)]
    if parts.scheme == "rtp":
        pull = _Datagrams.open(url.replace("rtp://", "rtsp://", 1))
        assert isinstance(pull, _Datagrams)
        return [pull.connection, *pull.pair]
    return [Pull.open(url).connection]


def _web_socket(url: str) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((str(parts.hostname), int(parts.port or 0)), 10)
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
    return connection


def _pair() -> tuple[socket.socket, socket.socket]:
    """Two sockets on an even port and the next (RFC 3550 §11)."""
    while True:
        first, second = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        try:
            if port % 2:
                raise OSError("odd")
            second.bind(("127.0.0.1", port + 1))
        except OSError:
            first.close()
            second.close()
            continue
        first.setsockopt(socket.IPPROTO_UDP, _UDP_GRO, 1)
        first.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE_BYTES)
        return first, second
