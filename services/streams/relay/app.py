"""Composition of a relay: opens, wires, yields. The only file of it that knows every other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import grpc
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.chassis import bus, metrics
from services.chassis.clock import SystemClock
from services.chassis.settings import Network, SettingsError
from services.chassis.signing import Verifier
from services.chassis.tasks import background, group
from services.streams.relay.announcer import Address, FactRecord, announce_forever
from services.streams.relay.browser import Browser
from services.streams.relay.connection import House, Manners
from services.streams.relay.control import Fence
from services.streams.relay.counters import Counters
from services.streams.relay.doorkeeper import Doorkeeper
from services.streams.relay.ender import Ender
from services.streams.relay.events.ears import Ears
from services.streams.relay.events.editions import Editions
from services.streams.relay.events.keys import Keys
from services.streams.relay.exporter import RelayCollector, histogram
from services.streams.relay.lease import Lease
from services.streams.relay.pointing import HttpPointing
from services.streams.relay.reporter import report_forever
from services.streams.relay.rpc import media
from services.streams.relay.server import Door, Server, listen
from services.streams.relay.source import Source

_SWEEP_S = 0.1
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LAST_FACTS = timedelta(seconds=2)  # to record the ends of looks when the relay is stopped


@dataclass(frozen=True)
class Settings:
    """KAPOK_* of a relay. ``source_networks`` are the only ones it ever connects to for cameras."""

    relay_id: str
    bus_url: str
    key_file: Path
    rtsp_listen: str
    metrics_listen: str
    streams_public_key: Path
    permissions_public_key: Path
    source_networks: tuple[Network, ...]
    bus_seed: Path | None = None
    web_listen: str = "127.0.0.1:0"
    grpc_media_listen: str = "127.0.0.1:0"  # beyond loopback with TLS only
    certificate_file: Path | None = None  # PEM, its issuers behind it
    private_key_file: Path | None = None
    client_ca_file: Path | None = None  # PEM: programs show a certificate that it issued, before they say anything
    web_origins: tuple[str, ...] = ()  # of the pages that may play here: scheme://host[:port]
    own_addresses: tuple[str, ...] = ()  # host:port of the cell's other endpoints: never a camera
    lease_s: float = 10.0


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """A relay, announced and serving while inside."""
    clock, counters = SystemClock(), Counters()
    own = bytes.fromhex(settings.key_file.read_text().strip())
    keys = Keys(
        settings.relay_id, own, _verifier(settings.streams_public_key), _verifier(settings.permissions_public_key)
    )
    host, port = _endpoint(settings.rtsp_listen)
    door, web_door = Door(host, port), Door(*_endpoint(settings.web_listen))
    with Ender() as ender:
        async with (
            bus.connect(settings.bus_url, settings.bus_seed, settings.relay_id) as opened_bus,
            aiohttp.ClientSession() as client,
            metrics.serve(*_endpoint(settings.metrics_listen)) as metrics_port,
            group() as tasks,
            AsyncExitStack() as calls,
        ):
            doorkeeper = Doorkeeper(
                read_token=keys.token,
                make_source=lambda spec: Source(spec, tasks, counters),
                record=FactRecord(opened_bus, settings.relay_id),
                ender=ender,
                lease=Lease(timedelta(seconds=settings.lease_s)),
                clock=clock,
                observe_ending_s=histogram(metrics.REGISTRY, "ending", "From an ending to the last reset").observe,
            )
            counters.first_picture = histogram(metrics.REGISTRY, "first_picture", "To a first key picture").observe
            collector = RelayCollector(counters, doorkeeper)
            metrics.REGISTRY.register(collector)
            listener, web_listener = listen(door), listen(web_door)
            bound, web_bound = listener.getsockname()[1], web_listener.getsockname()[1]
            public_key = X25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw()
            house = House(doorkeeper, doorkeeper, counters, Manners(), frozenset(settings.web_origins))
            media_door, shown = Door(*_endpoint(settings.grpc_media_listen)), credentials(settings)
            grpc_bound = await calls.enter_async_context(media.serve(media_door, house, ender, shown))
            address = Address(
                settings.relay_id, public_key, host, bound, f"{host}:{metrics_port}", web_bound,
                grpc_port=grpc_bound, grpc_has_tls=shown is not None,
            )  # fmt: skip
            bus_host = settings.bus_url.rpartition("/")[2].rpartition("@")[2]
            own_addresses = frozenset(
                {
                    *settings.own_addresses,
                    bus_host,
                    f"{host}:{bound}",
                    f"{host}:{web_bound}",
                    f"{host}:{grpc_bound}",
                    address.metrics,
                }
            )
            fence = Fence({"http": HttpPointing(client, settings.source_networks, own_addresses)}, clock)
            server = Server(listener, door, house, ender)
            web_server = Server(web_listener, web_door, house, ender, Browser)
            editions = Editions(opened_bus, keys, doorkeeper)
            await Ears(
                opened_bus, keys, doorkeeper, fence, settings.source_networks, own_addresses, clock, tasks, editions
            ).listen()
            async with background(
                doorkeeper.waiting.record_forever(),
                announce_forever(opened_bus, address, counters, doorkeeper.lease, clock),
                report_forever(opened_bus, settings.relay_id, doorkeeper.signals, clock),
                _sweep_forever(doorkeeper),
            ):
                async with background(server.run(), web_server.run()):
                    yield
                    await calls.aclose()  # before the ends of their looks are waited for
                await doorkeeper.drain(_LAST_FACTS)
            metrics.REGISTRY.unregister(collector)


async def _sweep_forever(doorkeeper: Doorkeeper) -> None:
    while True:
        doorkeeper.sweep()
        await asyncio.sleep(_SWEEP_S)


def credentials(settings: Settings) -> Any:
    """What the endpoint for programs shows; None: plaintext, on loopback alone."""
    if settings.certificate_file and settings.private_key_file:
        pair = settings.private_key_file.read_bytes(), settings.certificate_file.read_bytes()
        ca = settings.client_ca_file.read_bytes() if settings.client_ca_file else None
        return grpc.ssl_server_credentials([pair], ca, require_client_auth=ca is not None)
    host, _ = _endpoint(settings.grpc_media_listen)
    if settings.certificate_file or settings.private_key_file or host not in _LOOPBACK:
        raise SettingsError("KAPOK_CERTIFICATE_FILE and KAPOK_PRIVATE_KEY_FILE: gRPC beyond loopback needs both")
    return None


def _verifier(public_key: Path) -> Verifier:
    return Verifier(bytes.fromhex(public_key.read_text().strip()))


def _endpoint(listen: str) -> tuple[str, int]:
    """host:port taken apart."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
