"""Composition of the gateway: opens, wires, yields. The only file that knows every other."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.chassis import bus, identity, rpc_client
from services.chassis.clock import SystemClock
from services.chassis.metrics import serve as serve_metrics
from services.chassis.signing import Verifier
from services.chassis.tasks import background
from services.gateway.events import follow_endings
from services.gateway.known import KnownCertificates
from services.gateway.limits import Allowances, Limits
from services.gateway.neighbours import AuditLedger, PermissionsDirectory, PermissionsHealth
from services.gateway.policy_health import PolicyHealth
from services.gateway.refusal import RefusalBook
from services.gateway.rest import site
from services.gateway.rest.api import Api
from services.gateway.rpc import catalogue, endpoint
from services.gateway.rpc.forwarding import Forwarder
from services.gateway.rpc.handler import Handler
from services.gateway.rpc.transcoding import bindings
from services.gateway.service import Admission

log = logging.getLogger(__name__)
_DRAIN_S = 1.0


@dataclass(frozen=True)
class Settings:
    """KAPOK_* of the gateway. Addresses to listen on are host:port; port 0 takes a free one."""

    listen: str
    http_listen: str
    ca_file: Path
    certificate_file: Path
    private_key_file: Path
    registry_address: str
    permissions_address: str
    streams_address: str
    audit_address: str
    permissions_public_key: Path
    audience: str  # what tokens of persons must be for: this cell, and no other
    bus_url: str
    key_file: Path
    peers_file: Path
    bus_seed: Path | None = None
    calls_per_s: float = 200.0  # of one principal
    calls_burst: int = 400
    calls_at_once: int = 256
    connections: int = 2000  # of all agencies, on each of the two ports
    metrics_listen: str = ""  # host:port of /metrics; empty: none


@dataclass(frozen=True)
class Bound:
    """Where it answers."""

    grpc_port: int
    http_port: int


@asynccontextmanager
async def app(settings: Settings, surface: catalogue.Surface = catalogue.SURFACE) -> AsyncIterator[Bound]:
    """The gateway, serving ``surface`` while inside."""
    clock = SystemClock()
    ring = identity.KeyRing.from_files("gateway", settings.key_file, settings.peers_file)
    permissions_key = Verifier(bytes.fromhex(settings.permissions_public_key.read_text().strip()))
    addresses = {
        "registry": settings.registry_address,
        "permissions": settings.permissions_address,
        "streams": settings.streams_address,
        "audit": settings.audit_address,
    }
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serve_metrics(settings.metrics_listen))
        opened_bus = await stack.enter_async_context(bus.connect(settings.bus_url, settings.bus_seed, "gateway"))
        upstreams = {
            name: await stack.enter_async_context(rpc_client.neighbour(name, address, ring, clock))
            for name, address in addresses.items()
        }
        known = KnownCertificates(PermissionsDirectory(upstreams["permissions"]), clock)
        limits = Limits(settings.calls_per_s, settings.calls_burst, settings.calls_at_once)
        admission = Admission(Allowances(limits), known, clock, settings.audience)
        book = RefusalBook(AuditLedger(upstreams["audit"]))
        api = catalogue.read(surface)
        forwarder = Forwarder(api, upstreams, admission, book, clock)
        await follow_endings(opened_bus, permissions_key, known.forget)

        tls = endpoint.Tls(settings.ca_file, settings.certificate_file, settings.private_key_file)
        handler, names = Handler(api, forwarder), api.service_names()
        policy = PolicyHealth(PermissionsHealth(upstreams["permissions"]))
        rest = Api(forwarder, admission, bindings(api), policy).application()
        stack.push_async_callback(book.drain, _DRAIN_S)
        await stack.enter_async_context(background(book.write_forever(), policy.follow_forever()))
        grpc_port = await stack.enter_async_context(
            endpoint.serve(settings.listen, tls, settings.connections, handler, names)
        )
        http_port = await stack.enter_async_context(site.serve(settings.http_listen, tls, settings.connections, rest))
        log.info("gateway serves", extra={"grpc": grpc_port, "http": http_port})
        yield Bound(grpc_port, http_port)
