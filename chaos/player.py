"""A viewer by RTSP (RFC 2326): pictures inside the connection, over TLS or not, or beside it as RTP over UDP."""

import select
import socket
import time
from contextlib import suppress
from pathlib import Path

from chaos.viewer import READ_BYTES, STEP_S, OverError, address_of, connected, held, received, reset, said
from services.rtsp import message as rtsp

_INSIDE = "RTP/AVP/TCP;unicast;interleaved=0-1"


class Player:
    """One connection that plays; OverError when it is refused. With ``has_datagrams`` the pictures come by UDP."""

    def __init__(self, url: str, authority: Path, *, has_datagrams: bool = False) -> None:
        self.url = url
        self._connection = connected(url, authority)
        self.address = address_of(self._connection)
        self._parser = rtsp.Parser()
        self._cseq = 0
        self._session = ""
        self._early = 0
        self._ports: tuple[socket.socket, ...] = ()
        try:
            self._play(has_datagrams=has_datagrams)
        except BaseException:
            self.vanish()
            raise

    def take(self, within_s: float) -> int:
        """Satisfies Viewer."""
        if self._early:
            early, self._early = self._early, 0
            return early
        if not self._ports:
            return len(received(self._connection, within_s))
        came = 0
        for one in select.select((self._connection, self._ports[0]), (), (), within_s)[0]:
            if one is self._connection:
                received(self._connection, 0.0)
            else:
                came = len(self._ports[0].recv(READ_BYTES))
        return came

    def queued(self) -> int:
        """Satisfies Viewer."""
        return held(self._ports[0] if self._ports else self._connection)

    def leave(self) -> None:
        """Satisfies Viewer."""
        with suppress(OverError):
            self._say("TEARDOWN", self.url, {"Session": self._session})
        self._close_ports()
        self._connection.close()

    def vanish(self) -> None:
        """Satisfies Viewer."""
        self._close_ports()
        reset(self._connection)

    def _play(self, *, has_datagrams: bool) -> None:
        described = self._ask("DESCRIBE", self.url, {"Accept": "application/sdp"})
        found = described.headers.get("Content-Base", self.url)
        offer = _INSIDE
        if has_datagrams:
            self._ports = _port_pair()
            port = self._ports[0].getsockname()[1]
            offer = f"RTP/AVP;unicast;client_port={port}-{port + 1}"
        control = f"{self.url}/trackID=0"
        answer = self._ask("SETUP", control, {"Transport": offer})
        self._session = answer.headers.get("Session").partition(";")[0]
        self._ask("PLAY", found, {"Session": self._session, "Range": "npt=now-"})

    def _ask(self, method: str, uri: str, headers: dict[str, str]) -> rtsp.Response:
        self._say(method, uri, headers)
        deadline_s = time.monotonic() + STEP_S
        while time.monotonic() < deadline_s:
            answer: rtsp.Response | None = None
            for message in self._parser.feed(received(self._connection, STEP_S)):
                if isinstance(message, rtsp.Interleaved):
                    self._early += len(message.payload)
                elif isinstance(message, rtsp.Response):
                    answer = message
            if answer is not None and answer.status != 200:
                raise OverError(f"refused: {answer.headers.get('Kapok-Reason') or answer.status}")
            if answer is not None:
                return answer
        raise OverError(f"no answer to {method}")

    def _say(self, method: str, uri: str, headers: dict[str, str]) -> None:
        self._cseq += 1
        fields = rtsp.Headers({"CSeq": str(self._cseq), **headers})
        said(self._connection, rtsp.Request(method, uri, fields).encode())

    def _close_ports(self) -> None:
        for port in self._ports:
            port.close()


def _port_pair() -> tuple[socket.socket, socket.socket]:
    """An even port and the next one (RFC 3550 §11)."""
    while True:
        first, second = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        try:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            second.bind(("127.0.0.1", port + 1))
        except OSError:
            port = 1
        if port % 2 == 0:
            first.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
            return first, second
        first.close()
        second.close()
