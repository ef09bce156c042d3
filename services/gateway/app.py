"""Composition of the gateway: opens, wires, yields. The only file that knows every other."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from services.chassis import rpc_client
from services.chassis.bus import OnBus
from services.chassis.clock import SystemClock
from services.chassis.served import Known
from services.chassis.settings import naming
from services.chassis.signing import Verifier
from services.chassis.tasks import background
from services.chassis.tls import Files
from services.chassis.tls import endpoint as endpoint_of
from services.gateway.events import follow_endings
from services.gateway.known import KnownCertificates
from services.gateway.limits import OF_AGENCY, OF_COSTLY, Allowances, Limits
from services.gateway.neighbours import AuditLedger, PermissionsDirectory, PermissionsHealth
from services.gateway.overruns import Overruns
from services.gateway.policy_health import PolicyHealth
from services.gateway.refusal import RefusalBook
from services.gateway.rest import site
from services.gateway.rest.api import Api
from services.gateway.rpc import catalogue, endpoint
from services.gateway.rpc.forwarding import Books, Forwarder
from services.gateway.rpc.handler import Handler
from services.gateway.rpc.transcoding import bindings
from services.gateway.service import Admission, Budgets

log = logging.getLogger(__name__)
NAME = "gateway"
_DRAIN_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Settings(Known, OnBus):
    """KAPOK_* of the gateway. Port 0 takes a free one."""

    listen: Annotated[str, "host:port of gRPC for agencies, with mTLS"]
    http_listen: Annotated[str, "host:port of HTTPS for agencies, with the same certificates"]
    ca_file: Annotated[Path, "PEM: who issues agencies' certificates"]
    certificate_file: Annotated[Path, "PEM with its issuers: what it shows agencies"]
    private_key_file: Annotated[Path, "PEM, of that certificate"]
    registry_address: Annotated[str, "where registry answers"]
    permissions_address: Annotated[str, "where permissions answers"]
    streams_address: Annotated[str, "where streams answers"]
    audit_address: Annotated[str, "where audit answers"]
    permissions_public_key: Annotated[Path, "Ed25519 in hex, of permissions"]
    audience: Annotated[str, "what tokens of persons must be for: this cell, and no other"]
    calls_per_s: Annotated[float, "calls a second of one principal"] = 200.0
    calls_burst: Annotated[int, "calls of one principal on top of that, at once"] = 400
    calls_at_once: Annotated[int, "calls of one principal that run"] = 256
    agency_calls_per_s: Annotated[float, "the same of one agency, whatever certificates it has"] = OF_AGENCY.calls_per_s
    agency_calls_burst: Annotated[int, "calls of one agency on top of that, at once"] = OF_AGENCY.burst
    agency_calls_at_once: Annotated[int, "calls of one agency that run"] = OF_AGENCY.at_once
    takeover_calls_per_s: Annotated[float, "changes of takeovers a second of one agency"] = OF_COSTLY.calls_per_s
    takeover_calls_burst: Annotated[int, "the same on top of that, at once"] = OF_COSTLY.burst
    takeover_calls_at_once: Annotated[int, "the same that run"] = OF_COSTLY.at_once
    connections: Annotated[int, "of all agencies, on each of the two ports"] = 2000

    def __post_init__(self) -> None:
        super().__post_init__()
        endpoint_of("KAPOK_LISTEN", self.listen)
        endpoint_of("KAPOK_HTTP_LISTEN", self.http_listen)


@dataclass(frozen=True)
class Bound:
    """Where it answers."""

    grpc_port: int
    http_port: int


@asynccontextmanager
async def app(settings: Settings, surface: catalogue.Surface = catalogue.SURFACE) -> AsyncIterator[Bound]:
    """The gateway, serving ``surface`` while inside."""
    clock = SystemClock()
    ring = settings.ring(NAME)
    with naming("KAPOK_PERMISSIONS_PUBLIC_KEY"):
        permissions_key = Verifier(bytes.fromhex(settings.permissions_public_key.read_text().strip()))
    addresses = {
        "registry": settings.registry_address,
        "permissions": settings.permissions_address,
        "streams": settings.streams_address,
        "audit": settings.audit_address,
    }
    async with AsyncExitStack() as stack:
        opened_bus = await stack.enter_async_context(settings.on_bus(NAME))
        upstreams = {
            name: await stack.enter_async_context(rpc_client.neighbour(name, address, ring, clock, settings.tls))
            for name, address in addresses.items()
        }
        known = KnownCertificates(PermissionsDirectory(upstreams["permissions"]), clock)
        admission = Admission(_budgets(settings), known, clock, settings.audience)
        book = RefusalBook(AuditLedger(upstreams["audit"]))
        api = catalogue.read(surface)
        overruns = Overruns(book)
        forwarder = Forwarder(api, upstreams, admission, Books(book, overruns), clock)
        await follow_endings(opened_bus, permissions_key, known.forget)

        tls = Files(settings.ca_file, settings.certificate_file, settings.private_key_file, "gateway")
        shown = endpoint.Shown(Handler(api, forwarder), api.service_names(), settings.probe_listen)
        policy = PolicyHealth(PermissionsHealth(upstreams["permissions"]))
        rest = Api(forwarder, admission, bindings(api), policy).application()
        stack.push_async_callback(book.drain, _DRAIN_S)
        stack.push_async_callback(overruns.write)
        await stack.enter_async_context(
            background(book.write_forever(), overruns.write_forever(), policy.follow_forever())
        )
        grpc_port = await stack.enter_async_context(endpoint.serve(settings.listen, tls, settings.connections, shown))
        http_port = await stack.enter_async_context(site.serve(settings.http_listen, tls, settings.connections, rest))
        log.info("gateway serves", extra={"grpc": grpc_port, "http": http_port})
        yield Bound(grpc_port, http_port)


def _budgets(settings: Settings) -> Budgets:
    bearers = Limits(settings.calls_per_s, settings.calls_burst, settings.calls_at_once)
    agencies = replace(
        OF_AGENCY,
        calls_per_s=settings.agency_calls_per_s,
        burst=settings.agency_calls_burst,
        at_once=settings.agency_calls_at_once,
    )
    costly = replace(
        OF_COSTLY,
        calls_per_s=settings.takeover_calls_per_s,
        burst=settings.takeover_calls_burst,
        at_once=settings.takeover_calls_at_once,
    )
    return Budgets(*map(Allowances, (bearers, agencies, costly)))
