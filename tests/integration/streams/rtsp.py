"""Viewers that see how their connection ends, and from where they come."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.integration.relay.stage import Client


@asynccontextmanager
async def connected(url: str, source: str = "127.0.0.1") -> AsyncIterator[Client]:
    """A connection to the relay of ``url``, from the address ``source``."""
    with socket.socket() as connection:
        connection.bind((source, 0))
        connection.setblocking(False)
        parts = urlsplit(url)
        await asyncio.get_running_loop().sock_connect(connection, (parts.hostname, parts.port))
        yield Client(connection)


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[Client]:
    """A viewer that sees pictures."""
    async with connected(url) as client:
        assert (await client.play(url)).status == 200
        await picture(client)
        yield client


async def picture(client: Client) -> None:
    """Return once another packet came."""
    seen = len(client.packets)
    async with asyncio.timeout(30):
        while len(client.packets) == seen:
            await client.receive()


async def reset(client: Client, within_s: float = 5) -> None:
    """Return once the connection was reset, not closed."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                await client.receive()
    except ConnectionResetError as end:
        if end.errno != errno.ECONNRESET:  # what the client says of a graceful close
            raise AssertionError("the connection was closed, not reset") from end


async def refusal(url: str, source: str = "127.0.0.1") -> tuple[int, str]:
    """Status and reason of the first answer that is no 200; no packet came before it."""
    async with connected(url, source) as client:
        answer = await client.ask("DESCRIBE", url)
        if answer.status == 200:
            await client.ask("SETUP", url, Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
            answer = await client.ask("PLAY", url)
        assert client.packets == []
        return answer.status, answer.headers.get("Kapok-Reason")
