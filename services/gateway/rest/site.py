"""The HTTPS socket: client certificates of the cell's authority, a bound on connections, slow handshakes cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from services.chassis.tls import Files, server_context

_HANDSHAKE_S = 5.0
_KEEP_ALIVE_S = 30.0
_DRAIN_S = 2.0


class _Full(asyncio.Protocol):
    """Takes a connection that is one too many, and drops it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


@asynccontextmanager
async def serve(address: str, tls: Files, connections: int, application: web.Application) -> AsyncIterator[int]:
    """Serve ``application`` at ``address`` (host:port) while inside; yields the bound port."""
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(
        application,
        access_log=None,
        handler_cancellation=True,  # a caller that goes away takes its call upstream with it
        keepalive_timeout=_KEEP_ALIVE_S,
        shutdown_timeout=_DRAIN_S,
    )
    await runner.setup()
    try:
        protocols = runner.server
        assert protocols is not None
        server = await asyncio.get_running_loop().create_server(
            lambda: protocols() if len(protocols.connections) < connections else _Full(),
            host.strip("[]"), int(port), ssl=server_context(tls), ssl_handshake_timeout=_HANDSHAKE_S,
        )  # fmt: skip
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()
