"""`python -m chaos.parts.line PORT TO`: a line of the network, both ends on loopback, that passes on what it is given.

A line is cut by killing it: what was in it is lost, both ends see their connection end, and nobody gets through until
it is laid again. One that stands still (SIGSTOP) swallows everything and tells nobody, as a network does that drops.
"""

import asyncio
import sys
from contextlib import suppress

from services.cell.ports import HOST

_PIECE_BYTES = 64 * 1024


async def lie(port: int, to: int) -> None:
    """Pass on for ever."""

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, to)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))

    server = await asyncio.start_server(through, HOST, port)
    async with server:
        await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(_PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(lie(int(sys.argv[1]), int(sys.argv[2])))
