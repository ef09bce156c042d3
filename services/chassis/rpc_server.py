"""A service's gRPC endpoint: callers identified, errors made statuses, calls measured, health and reflection on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status as grpc_rich_status

from services.chassis import errors, identity, rpc_status, tracing
from services.chassis.clock import Clock
from services.chassis.metrics import RPC_ERRORS, RPC_SECONDS, RPC_TOTAL
from services.chassis.tls import Files, server_credentials

log = logging.getLogger(__name__)
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
OPTIONS = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES), ("grpc.so_reuseport", 0)]
DRAIN_S = 2.0
Servicers = Mapping[Callable[[Any, Any], None], object]  # by grpc's function that adds each to a server
_OPEN_TO_ALL = ("/grpc.health.", "/grpc.reflection.")


class Edge(grpc.aio.ServerInterceptor):  # type: ignore[misc] # grpc ships no types
    """The one interceptor: who calls (identity), what went wrong (errors.Error → Status), how long it took."""

    def __init__(self, ring: identity.KeyRing, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock

    async def intercept_service(self, continuation: Callable[..., Any], details: Any) -> Any:
        handler = await continuation(details)
        if handler is None or details.method.startswith(_OPEN_TO_ALL):
            return handler
        behaviour = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
        wrap = self._streaming if handler.response_streaming else self._unary
        sides = (
            "stream" if streams else "unary" for streams in (handler.request_streaming, handler.response_streaming)
        )
        factory = getattr(grpc, "_".join([*sides, "rpc_method_handler"]))
        return factory(wrap(behaviour, details.method), handler.request_deserializer, handler.response_serializer)

    def _unary(self, behaviour: Callable[..., Any], method: str) -> Callable[..., Any]:
        async def call(request: Any, context: Any) -> Any:
            async with self._served(method, context):
                return await behaviour(request, context)

        return call

    def _streaming(self, behaviour: Callable[..., Any], method: str) -> Callable[..., Any]:
        async def call(request: Any, context: Any) -> Any:
            async with self._served(method, context):
                async for answer in behaviour(request, context):
                    yield answer

        return call

    @asynccontextmanager
    async def _served(self, method: str, context: Any) -> AsyncIterator[None]:
        told = dict(context.invocation_metadata()).get(tracing.HEADER)
        with tracing.span(method, tracing.parsed(told), tracing.Kind.SERVER) as span:
            tracing.current.set(span.parent)
            async with self._answered(method, context, span):
                yield

    @asynccontextmanager
    async def _answered(self, method: str, context: Any, span: tracing.Span) -> AsyncIterator[None]:
        started = time.perf_counter()
        try:
            identity.current_caller.set(self._identify(method, context))
            yield
        except errors.Error as error:
            span.code = error.kind
            RPC_ERRORS.labels(rpc_status.known_reason(error)).inc()
            await _abort(context, error)
        except (grpc.aio.AbortError, asyncio.CancelledError, GeneratorExit) as end:
            span.code = "UNKNOWN" if isinstance(end, grpc.aio.AbortError) else "CANCELLED"  # the caller went away
            raise
        except Exception:
            span.code = errors.Internal.kind
            RPC_ERRORS.labels("INTERNAL").inc()
            log.exception("call failed", extra={"method": method})
            await _abort(context, errors.Internal("INTERNAL", "our fault; the request id finds it in the log"))
        finally:
            RPC_TOTAL.labels(method, span.code).inc()
            RPC_SECONDS.labels(method).observe(time.perf_counter() - started)

    def _identify(self, method: str, context: Any) -> identity.Caller | None:
        values = [value for key, value in context.invocation_metadata() if key == identity.METADATA_KEY]
        if len(values) != 1:
            raise errors.Unauthenticated("IDENTITY_MISSING", "call through the gateway: this call carries no identity")
        return identity.verify(self._ring, method, values[0], self._clock)


async def _abort(context: Any, error: errors.Error) -> None:
    await context.abort_with_status(grpc_rich_status.to_status(rpc_status.to_status(error)))


def registering(servicers: Servicers, files: Iterable[Any]) -> Callable[[Any], Sequence[str]]:
    """What ``serve`` is given: adds the servicers, and names the services of these ``…_service_pb2``."""

    def register(server: Any) -> Sequence[str]:
        for add, servicer in servicers.items():
            add(servicer, server)
        return [service.full_name for file in files for service in file.DESCRIPTOR.services_by_name.values()]

    return register


@dataclass(frozen=True, slots=True)
class Door:
    """Where a service answers: a gRPC address, what it shows there over TCP, and host:port of its health alone."""

    address: str
    tls: Files | None = None
    health: str = ""


@asynccontextmanager
async def serve(
    door: Door | str, interceptors: Sequence[Any], services: Callable[[Any], Sequence[str]], checker: Any = None
) -> AsyncIterator[tuple[Any, int]]:
    """Serve at ``door`` while inside; yields (server, bound port). ``services`` registers and returns full names.

    ``checker``: a HealthServicer of whoever says more by health than that the services serve.
    """
    door = Door(door) if isinstance(door, str) else door
    server = grpc.aio.server(interceptors=list(interceptors), options=OPTIONS)
    names = [*services(server), health.SERVICE_NAME, reflection.SERVICE_NAME]
    checker = checker or health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checker, server)
    reflection.enable_server_reflection(names, server)
    if door.tls and not door.address.startswith("unix:"):
        port = server.add_secure_port(door.address, server_credentials(door.tls))
    else:
        port = server.add_insecure_port(door.address)
    await server.start()
    for name in ("", *names):
        await checker.set(name, health_pb2.HealthCheckResponse.SERVING)
    async with serve_health(door.health, checker):
        try:
            yield server, port
        finally:
            await checker.enter_graceful_shutdown()
            await server.stop(DRAIN_S)


@asynccontextmanager
async def serve_health(address: str, checker: Any) -> AsyncIterator[None]:
    """Answer probes at ``address`` (host:port, none when empty) by ``checker`` while inside.

    Kubernetes' own probes speak gRPC without TLS only. Nothing else is served there.
    """
    if not address:
        yield
        return
    server = grpc.aio.server(options=OPTIONS)
    health_pb2_grpc.add_HealthServicer_to_server(checker, server)
    server.add_insecure_port(address)
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)
