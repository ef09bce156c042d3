"""HTTP to a camera, for the drivers: to the address on record and no other, behind the fence, with a bounded answer.

The host is resolved and judged first and then connected by that address; no redirect is followed; whatever the camera
answers is read up to a limit. A name in an answer leads nowhere, for nothing here takes one.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from services.chassis.errors import FailedPrecondition, Unavailable
from services.rtsp.address import Network, place, resolve
from services.streams.relay.control import Turn
from services.streams.relay.helm import ControlAddress

PATIENCE_S = 1.0  # leaves as much of a grant for the stop of what a silent camera may have heard
ANSWER_BYTES_MOST = 64 * 1024
_CONNECTIONS, _TO_ONE_HOST = 1000, 8


@dataclass(frozen=True, slots=True)
class Letter:
    """One request: to ``path_qs`` of where the camera is; ``is_command`` false when it can't change anything there."""

    where: ControlAddress
    path_qs: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    is_command: bool = True
    answer_bytes_most: int = ANSWER_BYTES_MOST


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: bytes


def client() -> aiohttp.ClientSession:
    """For one relay: no cookie is kept, no proxy asked, no connection held to a camera that may close it any time."""
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS, limit_per_host=_TO_ONE_HOST, force_close=True)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)


@dataclass(frozen=True)
class Post:
    """Connects to listed networks only, by resolved address."""

    client: aiohttp.ClientSession
    networks: tuple[Network, ...]
    own: frozenset[str] = frozenset()

    async def send(self, letter: Letter, turn: Turn) -> Answer:
        """The camera's answer, whatever its status; Unavailable when it does not come in time, or is too large."""
        try:
            async with asyncio.timeout(min(PATIENCE_S, turn.left_s)):
                return await self._sent(letter, turn)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            message = f"the camera did not take the command: {type(error).__name__}"
            raise Unavailable("SOURCE_AWAY", message) from error

    async def _sent(self, letter: Letter, turn: Turn) -> Answer:
        where = letter.where
        host, port = await resolve(place(where.uri, URL(where.uri).scheme), self.networks, self.own)
        uri = URL(f"http://h{letter.path_qs}", encoded=True).with_host(host).with_port(port)
        digest = aiohttp.DigestAuthMiddleware(where.username, where.password)

        async def fence(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            turn.begin_write() if letter.is_command else turn.check()
            return await send(request)

        async with self.client.request(
            letter.method, uri, data=letter.body or None, headers=letter.headers, allow_redirects=False,
            middlewares=(digest, fence) if where.username else (fence,),
        ) as answer:  # fmt: skip
            return Answer(answer.status, answer.content_type, await _bounded(answer.content, letter.answer_bytes_most))


async def _bounded(content: aiohttp.StreamReader, most: int) -> bytes:
    try:
        await content.readexactly(most + 1)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    raise Unavailable("SOURCE_AWAY", f"the camera answers more than {most} bytes")


def accepted(answer: Answer) -> Answer:
    """The same, when its status is one of success; errors that say what the camera said else."""
    if answer.status in (401, 403):
        message = "the camera refused the user name and password that stand in its record; correct them there"
        raise Unavailable("SOURCE_AUTHENTICATION_REFUSED", message)
    if answer.status // 100 != 2:
        message = f"the camera answers the command with HTTP status {answer.status}"
        raise FailedPrecondition("SOURCE_REFUSED", message, method="POST")
    return answer
