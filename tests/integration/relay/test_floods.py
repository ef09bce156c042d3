"""What no client of HTTP/2 sends, at the endpoint for programs: it ends its own connection and nobody else's."""

import asyncio
import socket
from contextlib import suppress

import pytest

from tests.integration.relay.stage import client
from tests.integration.relay.test_calls import units, watching
from tests.integration.relay.test_viewers import scene


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One of HTTP/2 (RFC 9113 §4.1)."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


_SETTINGS, _HEADERS, _CONTINUATION = 4, 1, 9
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(_SETTINGS, 0, 0)


@pytest.mark.parametrize(
    ("first", "flood"),
    [
        (b"", b"GET / HTTP/1.1\r\n\r\n"),
        (_HELLO + frame(_HEADERS, 0, 1, b"\x83"), frame(_CONTINUATION, 0, 1) * 100),
        (_HELLO, frame(_HEADERS, 4, 1, b"\xff" * 100)),
    ],
    ids=["HTTP/1.1", "empty continuations", "headers that are none"],
)
async def test_what_no_client_sends_ends_its_own_connection_and_nobody_elses(first: bytes, flood: bytes) -> None:
    async with scene() as (stage, camera), watching(stage) as good, client(stage.grpc_port) as hostile:
        await units(good, 1)
        loop = asyncio.get_running_loop()
        sending = asyncio.create_task(_flood(hostile.socket, first, flood))
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                while await loop.sock_recv(hostile.socket, 65536):
                    pass
        sending.cancel()
        camera.delta()
        await units(good, 1)
        assert stage.counters.connections == 1


async def _flood(connection: socket.socket, first: bytes, flood: bytes) -> None:
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        await loop.sock_sendall(connection, first)
        while True:
            await loop.sock_sendall(connection, flood)
