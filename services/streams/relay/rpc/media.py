"""kapok.streams.v1.MediaService: a call from its first byte to its end, and the server that bounds what calls cost.

request ─► admitted, source held ─► opened (durable) ─► messages, one written when the one before is gone … ─► closed
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import quote, urlencode

import grpc
from google.protobuf.message import DecodeError

from kapok.streams.v1 import media_service_pb2
from services.chassis import errors
from services.chassis.rpc_server import WritingEdge
from services.streams.relay.call import Call
from services.streams.relay.connection import House, full
from services.streams.relay.descriptors import connection_of, peer_of
from services.streams.relay.ender import Ender
from services.streams.relay.gate import Admission, Peer
from services.streams.relay.server import Door
from services.streams.relay.source import MESSAGES, Source

_METHOD = "/kapok.streams.v1.MediaService/WatchAccessUnits"
_REQUEST_BYTES_MOST = 8192
_OPTIONS = {
    "grpc.so_reuseport": 0,
    "grpc.max_receive_message_length": _REQUEST_BYTES_MOST,
    "grpc.max_metadata_size": 8192,
    "grpc.absolute_max_metadata_size": 16_384,  # a request with more is refused
    # Requests are small. What nobody needs to send fast is not read in large pieces, nor far ahead.
    "grpc.experimental.tcp_read_chunk_size": 8192,
    "grpc.experimental.tcp_max_read_chunk_size": 16_384,
    "grpc.experimental.tcp_max_read_buffer_size": 65_536,
    "grpc.tcp_receive_buffer_size": 65_536,
    "grpc.http2.bdp_probe": 0,
    "grpc.http2.hpack_table_size.decoder": 0,  # no header is remembered: a few bytes can stand for no large one
    "grpc.max_concurrent_streams": 100,  # of one connection
    "grpc.server_handshake_timeout_ms": 5000,
    "grpc.max_connection_idle_ms": 20_000,  # without a call
    "grpc.keepalive_time_ms": 30_000,  # as often a silent viewer is asked whether it is still there
    "grpc.keepalive_timeout_ms": 15_000,
}
Request = media_service_pb2.WatchAccessUnitsRequest


class Media(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc ships no types
    """Serves the one method. On the wire it has one request; read as a stream, waiting for it can be bounded."""

    def __init__(self, house: House, ender: Ender, door: Door) -> None:
        self._house = house
        self._ender = ender
        self._door = door
        self._strangers = 0  # calls that are not admitted yet
        self.port = 0
        self.farewell = "closed by the viewer"  # why calls are cancelled

    def service(self, details: Any) -> Any:
        """The handler of a call: bytes in, bytes out."""
        return grpc.stream_stream_rpc_method_handler(self._call) if details.method == _METHOD else None

    async def _call(self, _requests: Any, context: Any) -> None:
        counters = self._house.counters
        counters.connections += 1
        try:
            peer = peer_of(context.peer())
            admission = await self._admitted(peer, context)
            source = self._house.sources.source(admission.feed)
            with source.held():
                await source.description()  # nothing plays before the camera does
                with self._viewer(peer) as call:
                    await self._show(call, admission, source, context)
        finally:
            counters.connections -= 1

    async def _admitted(self, peer: Peer, context: Any) -> Admission:
        """The gate's leave for what the call asks first."""
        counters, manners = self._house.counters, self._house.manners
        if counters.connections > manners.connections_most or self._strangers >= self._door.strangers_most:
            counters.connections_refused += 1
            raise full()
        self._strangers += 1
        try:
            async with asyncio.timeout(manners.handshake.total_seconds()):
                request = _read(await context.read())
                return await self._house.gate.admit(_target(request), peer)
        except TimeoutError:
            raise errors.Denied("TOKEN_INVALID", "no token came in time; send it with the call") from None
        finally:
            self._strangers -= 1

    async def _show(self, call: Call, admission: Admission, source: Source, context: Any) -> None:
        counters, gate, why = self._house.counters, self._house.gate, "connection lost"
        await gate.opened(admission, call)
        counters.viewers += 1
        counters.viewers_total += 1
        try:
            source.attach(call, MESSAGES)
            await call.run(context.write)
        except asyncio.CancelledError:
            why = self.farewell
            raise
        except grpc.aio.BaseError:  # the call is gone: nobody is left to be answered
            raise asyncio.CancelledError from None
        finally:
            source.detach(call)
            counters.viewers -= 1
            gate.closed(admission, call, call.ended_why or why)

    @contextmanager
    def _viewer(self, peer: Peer) -> Iterator[Call]:
        """The viewer of a call: while inside its connection can be reset."""
        connection = connection_of(peer, self.port)
        try:
            connection.setsockopt(*self._door.send_buffer)
            yield Call(connection, self._house.counters, self._ender.end)
        finally:
            self._ender.close(connection, is_last_word_due=True)  # the duplicate only: the rest is gRPC's


def _read(data: Any) -> Request:
    try:
        return Request.FromString(data if isinstance(data, bytes) else b"")
    except DecodeError:
        wrong = errors.Violation("request", "is no kapok.streams.v1.WatchAccessUnitsRequest")
        raise errors.InvalidArgument(wrong) from None


def _target(request: Request) -> str:
    """As an RTSP URL would name it: there is one gate."""
    return f"/s/{quote(request.session.removeprefix('sessions/'), safe='')}?{urlencode({'token': request.token})}"


@asynccontextmanager
async def serve(door: Door, house: House, ender: Ender, credentials: Any = None) -> AsyncIterator[int]:
    """Serve at ``door`` while inside; yields the port. ``credentials`` are grpc's of a server, None for plaintext."""
    media = Media(house, ender, door)
    most = house.manners.connections_most
    options = {**_OPTIONS, "grpc.max_allowed_incoming_connections": most}
    server = grpc.aio.server(
        interceptors=[WritingEdge()], options=list(options.items()), maximum_concurrent_rpcs=most, handlers=[media]
    )
    where = f"[{door.host}]:{door.port}" if ":" in door.host else f"{door.host}:{door.port}"
    media.port = server.add_secure_port(where, credentials) if credentials else server.add_insecure_port(where)
    await server.start()
    try:
        yield media.port
    finally:
        media.farewell = "relay stopped"
        await server.stop(None)
