"""The client's side of one RTSP connection to a camera: requests with their answers, authentication, and the packets
that arrive in between.
"""

import asyncio
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from services.chassis.errors import FailedPrecondition, Unauthenticated, Unavailable
from services.rtsp.digest import Challenge, Credentials, choose
from services.rtsp.message import Headers, Interleaved, Parser, ProtocolError, Request, Response

READ_BYTES = 256 * 1024
_SESSION = re.compile(r"([^\s;]{1,256})(?:\s*;\s*timeout\s*=\s*(\d{1,5}))?")
_USER_AGENT = "Kapok"


class Refused(FailedPrecondition):
    """The other side answers a request with an error. Reason ``SOURCE_REFUSED``; ``status`` is RTSP's."""

    def __init__(self, method: str, status: int) -> None:
        redirected = " (redirects are not followed: register the final address)" if status // 100 == 3 else ""
        super().__init__("SOURCE_REFUSED", f"the camera answers {method} with {status}{redirected}", method=method)
        self.status = status


class Conversation:
    """Speaks over ``connection`` (connected, non-blocking); the interleaved packets of a read go to ``on_packets``.

    Who came for answers only gives ``bytes_most``: a camera that has more to say is left with a ProtocolError.
    """

    session_timeout_s = 60  # RFC 2326 §12.37, until the camera says otherwise

    def __init__(
        self,
        connection: socket.socket,
        who: Credentials | None,
        on_packets: Callable[[Sequence[Interleaved]], None],
        bytes_most: int | None = None,
    ) -> None:
        self._socket = connection
        self._who = who
        self._on_packets = on_packets
        self._bytes_most = bytes_most
        self._bytes_taken = 0
        self._parser = Parser()
        self._cseq = 0
        self._session = ""
        self._challenge: Challenge | None = None
        self._challenge_uses = 0

    async def ask(self, method: str, uri: str, headers: Mapping[str, str] | None = None) -> Response:
        """One request and its 200; a 401 is answered once.

        Raises Unauthenticated (``SOURCE_AUTHENTICATION_REFUSED``), Refused, Unavailable
        when the camera hangs up, ProtocolError when it does not speak RTSP. The caller sets the time limit.
        """
        response = await self._exchange(method, uri, headers or {})
        if response.status == 401:
            self._take_challenge(response, method)
            response = await self._exchange(method, uri, headers or {})
        if response.status == 401:
            raise Unauthenticated("SOURCE_AUTHENTICATION_REFUSED", "the camera refuses its user name or password")
        if response.status != 200:
            raise Refused(method, response.status)
        if session := _SESSION.match(response.headers.get("Session")):
            self._session = session[1]
            self.session_timeout_s = int(session[2] or self.session_timeout_s) or 60
        return response

    async def keep_alive(self, method: str, uri: str) -> None:
        """Send ``method`` without waiting: its answer comes among the packets."""
        await self._send(method, uri, {})

    @contextmanager
    def listening(self) -> "Iterator[asyncio.Future[None]]":
        """While inside, take whatever comes while playing; the future fails with what ended it.

        Unavailable when the camera hangs up, ProtocolError, OSError. One callback per read: a task that awaits each
        would cost as much as the packets.
        """
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._socket, self._hear, over)
        try:
            yield over
        finally:
            loop.remove_reader(self._socket)
            if not over.cancel():
                over.exception()  # seen, also where something else ended the waiting first

    def _hear(self, over: "asyncio.Future[None]") -> None:
        try:
            for response in self._take(self._socket.recv(READ_BYTES)):
                if response.status == 401:  # the nonce has expired under a keep-alive: the next one uses the new
                    self._take_challenge(response, "keep-alive")
        except BlockingIOError:
            return  # woken for nothing
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to who waits, not to the loop
            asyncio.get_running_loop().remove_reader(self._socket)
            if not over.done():
                over.set_exception(error)

    async def _receive(self) -> list[Response]:
        most = min(READ_BYTES, self._bytes_most or READ_BYTES)
        return self._take(await asyncio.get_running_loop().sock_recv(self._socket, most))

    def _take(self, data: bytes) -> list[Response]:
        """What was read: packets go to who takes them, requests are refused; the responses."""
        if not data:
            raise Unavailable("SOURCE_AWAY", "the camera closed the connection")
        self._bytes_taken += len(data)
        if self._bytes_most is not None and self._bytes_taken > self._bytes_most:
            raise ProtocolError("answers", f"are longer than {self._bytes_most} bytes together")
        messages = self._parser.feed(data)
        if packets := [message for message in messages if isinstance(message, Interleaved)]:
            self._on_packets(packets)
        if len(packets) == len(messages):
            return []
        for message in messages:
            if isinstance(message, Request):
                with suppress(BlockingIOError):  # one that does not read its answers goes without
                    self._socket.send(Response(501, headers=Headers({"CSeq": str(message.cseq or 0)})).encode())
        return [message for message in messages if isinstance(message, Response)]

    def leave(self, uri: str) -> None:
        """Say TEARDOWN without waiting, so that the camera frees its session at once."""
        with suppress(OSError):
            self._socket.send(self._request("TEARDOWN", uri, {}))

    async def _exchange(self, method: str, uri: str, headers: Mapping[str, str]) -> Response:
        await self._send(method, uri, headers)
        while True:
            for response in await self._receive():
                if response.cseq in (self._cseq, None):  # some cameras forget CSeq; one request is open at a time
                    return response

    async def _send(self, method: str, uri: str, headers: Mapping[str, str]) -> None:
        await self._write(self._request(method, uri, headers))

    async def _write(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    def _request(self, method: str, uri: str, headers: Mapping[str, str]) -> bytes:
        self._cseq += 1
        fields = {"CSeq": str(self._cseq), "User-Agent": _USER_AGENT, **headers}
        if self._session:
            fields["Session"] = self._session
        if self._challenge and self._who:
            self._challenge_uses += 1
            cnonce, count = secrets.token_hex(8), self._challenge_uses
            fields["Authorization"] = self._challenge.authorization(self._who, method, uri, cnonce=cnonce, count=count)
        return Request(method, uri, Headers(fields)).encode()

    def _take_challenge(self, response: Response, method: str) -> None:
        if self._who is None:
            raise Unauthenticated("SOURCE_AUTHENTICATION_REFUSED", "the camera asks for a password and has none here")
        challenge = choose(response.headers.all("WWW-Authenticate"))
        if self._challenge is not None and challenge.nonce == self._challenge.nonce:
            raise Unauthenticated("SOURCE_AUTHENTICATION_REFUSED", f"the camera refuses {method} with its password")
        self._challenge, self._challenge_uses = challenge, 0


def channel_of(transport: str) -> int:
    """The RTP channel of a Transport header (RFC 2326 §12.39); ProtocolError when the camera chose anything but TCP."""
    found = re.search(r"interleaved=(\d{1,3})(?:-(\d{1,3}))?", transport)
    if not transport.startswith("RTP/AVP/TCP") or found is None or int(found[1]) > 255:
        raise ProtocolError("Transport", "is not the RTP/AVP/TCP;interleaved that was asked for")
    return int(found[1])
