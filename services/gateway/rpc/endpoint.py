"""The gRPC endpoint that agencies connect to: mTLS, bounded, with health and reflection."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.chassis.rpc_server import DRAIN_S, OPTIONS, serve_health
from services.chassis.tls import Files, server_credentials


@dataclass(frozen=True)
class Shown:
    """What is served: a handler of any method, the services' full names, and host:port for probes of health."""

    handler: grpc.GenericRpcHandler
    names: Sequence[str]
    health: str = ""


def _options(connections: int) -> list[tuple[str, int]]:
    return [
        *OPTIONS,
        ("grpc.max_allowed_incoming_connections", connections),
        ("grpc.max_concurrent_streams", 1000),  # a connection; how many one caller may run is for the limits
        ("grpc.server_handshake_timeout_ms", 5000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]


@asynccontextmanager
async def serve(address: str, tls: Files, connections: int, served: Shown) -> AsyncIterator[int]:
    """Serve at ``address`` (host:port) while inside; yields the bound port."""
    server = grpc.aio.server(handlers=[served.handler], options=_options(connections))
    shown = [*served.names, health.SERVICE_NAME, reflection.SERVICE_NAME]
    checker = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checker, server)
    reflection.enable_server_reflection(shown, server)
    port: int = server.add_secure_port(address, server_credentials(tls))
    await server.start()
    for name in ("", *shown):
        await checker.set(name, health_pb2.HealthCheckResponse.SERVING)
    async with serve_health(served.health, checker):
        try:
            yield port
        finally:
            await checker.enter_graceful_shutdown()
            await server.stop(DRAIN_S)
