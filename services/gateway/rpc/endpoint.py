"""The gRPC endpoint that agencies connect to: mTLS, bounded, with health and reflection."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.chassis.rpc_server import DRAIN_S, OPTIONS


@dataclass(frozen=True)
class Tls:
    """PEM files: our own certificate and key, and the authority whose clients we take."""

    ca: Path
    certificate: Path
    private_key: Path


def _options(connections: int) -> list[tuple[str, int]]:
    return [
        *OPTIONS,
        ("grpc.max_allowed_incoming_connections", connections),
        ("grpc.max_concurrent_streams", 1000),  # a connection; how many one caller may run is for the limits
        ("grpc.server_handshake_timeout_ms", 5000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]


@asynccontextmanager
async def serve(
    address: str, tls: Tls, connections: int, handler: grpc.GenericRpcHandler, names: Sequence[str]
) -> AsyncIterator[int]:
    """Serve ``handler`` at ``address`` (host:port) while inside; yields the bound port. ``names`` are what it shows."""
    server = grpc.aio.server(handlers=[handler], options=_options(connections))
    shown = [*names, health.SERVICE_NAME, reflection.SERVICE_NAME]
    checker = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checker, server)
    reflection.enable_server_reflection(shown, server)
    port: int = server.add_secure_port(address, _credentials(tls))
    await server.start()
    for name in ("", *shown):
        await checker.set(name, health_pb2.HealthCheckResponse.SERVING)
    try:
        yield port
    finally:
        await checker.enter_graceful_shutdown()
        await server.stop(DRAIN_S)


def _credentials(tls: Tls) -> Any:
    own = (tls.private_key.read_bytes(), tls.certificate.read_bytes())
    return grpc.ssl_server_credentials([own], root_certificates=tls.ca.read_bytes(), require_client_auth=True)
