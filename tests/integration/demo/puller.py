"""A puller that speaks RTSP by hand, for what ffmpeg can't be told to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.rtsp.digest import Credentials, choose
from services.rtsp.message import Headers, Interleaved, Parser, Request, Response

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


class Puller:
    """One connection to one camera; packets that come while it waits for an answer are kept in ``packets``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, uri: str, who: Credentials) -> None:
        self.reader, self.writer, self.uri, self._who = reader, writer, uri, who
        self.packets: list[Interleaved] = []
        self._parser, self._session, self._cseq = Parser(), "", 0

    async def ask(self, method: str, transport: str = "") -> Response:
        """One request, once more with the password when the camera asks for it."""
        fields = {"Transport": transport} if transport else {}
        if self._session:
            fields["Session"] = self._session
        response = await self._send(method, fields)
        if response.status == 401:
            challenge = choose(response.headers.all("WWW-Authenticate"))
            signed = challenge.authorization(self._who, method, self.uri, cnonce="c0ffee")
            response = await self._send(method, {**fields, "Authorization": signed})
        self._session = response.headers.get("Session").partition(";")[0] or self._session
        return response

    async def set_up(self) -> Response:
        """Everything before PLAY."""
        assert (await self.ask("DESCRIBE")).status == 200
        return await self.ask("SETUP", TCP)

    async def receive(self, count: int) -> list[Interleaved]:
        """The next ``count`` packets."""
        while len(self.packets) < count:
            assert await self._read() == []
        taken, self.packets = self.packets[:count], self.packets[count:]
        return taken

    async def _send(self, method: str, fields: dict[str, str]) -> Response:
        self._cseq += 1
        headers = Headers({"CSeq": str(self._cseq), **fields})
        self.writer.write(Request(method, self.uri, headers).encode())
        responses: list[Response] = []
        while not responses:
            responses = await self._read()
        assert responses[0].cseq == self._cseq
        return responses[0]

    async def _read(self) -> list[Response]:
        data = await asyncio.wait_for(self.reader.read(65536), 10)
        if not data:
            raise ConnectionResetError("the camera hung up")
        messages = self._parser.feed(data)
        self.packets += [message for message in messages if isinstance(message, Interleaved)]
        return [message for message in messages if isinstance(message, Response)]


@asynccontextmanager
async def pull(port: int, code: str, who: Credentials) -> AsyncIterator[Puller]:
    """Connect to the camera ``code``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Puller(reader, writer, f"rtsp://127.0.0.1:{port}/{code}", who)
    finally:
        writer.transport.abort()
