"""Composition of a relay: opens, wires, yields. The only file of it that knows every other."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.chassis import bus, metrics
from services.chassis.clock import SystemClock
from services.chassis.settings import Network
from services.chassis.signing import Verifier
from services.chassis.tasks import background, group
from services.streams.relay.announcer import Address, Announcer, Capacity, FactRecord
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
from services.streams.relay.roll import leave
from services.streams.relay.server import Door, Server, listen
from services.streams.relay.source import Source
from services.streams.relay.tenure import Tenure

_SWEEP_S = 0.1
_LAST_FACTS = timedelta(seconds=2)  # to record the ends of looks when the relay is stopped


@dataclass(frozen=True)
class Settings:
    """KAPOK_* of a relay. ``source_networks`` are the only ones it ever connects to for cameras.

    When it is told to stop it waits ``drain_s`` at most for its sessions to be given to others.
    """

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
    web_origins: tuple[str, ...] = ()  # of the pages that may play here: scheme://host[:port]
    own_addresses: tuple[str, ...] = ()  # host:port of the cell's other endpoints: never a camera
    lease_s: float = 10.0
    drain_s: float = 10.0
    capacity_viewers: int = 1000
    capacity_bytes_per_s: int = 500_000_000


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """A relay, announced and serving while inside."""
    clock, counters, process = SystemClock(), Counters(), secrets.token_hex(8)
    own = bytes.fromhex(settings.key_file.read_text().strip())
    keys = Keys(
        settings.relay_id, own, _verifier(settings.streams_public_key), _verifier(settings.permissions_public_key),
        process,
    )  # fmt: skip
    host, port = _endpoint(settings.rtsp_listen)
    door, web_door = Door(host, port), Door(*_endpoint(settings.web_listen))
    with Ender() as ender:
        async with (
            bus.connect(settings.bus_url, settings.bus_seed, settings.relay_id) as opened_bus,
            aiohttp.ClientSession() as client,
            metrics.serve(*_endpoint(settings.metrics_listen)) as metrics_port,
            group() as tasks,
        ):
            doorkeeper = Doorkeeper(
                read_token=keys.token,
                make_source=lambda spec: Source(spec, tasks, counters),
                record=FactRecord(opened_bus, settings.relay_id, process),
                ender=ender,
                lease=Lease(timedelta(seconds=settings.lease_s)),
                clock=clock,
                tenure=Tenure(timedelta(seconds=settings.lease_s)),
                observe_ending_s=histogram(metrics.REGISTRY, "ending", "From an ending to the last reset").observe,
            )
            counters.first_picture = histogram(metrics.REGISTRY, "first_picture", "To a first key picture").observe
            collector = RelayCollector(counters, doorkeeper)
            metrics.REGISTRY.register(collector)
            listener, web_listener = listen(door), listen(web_door)
            bound, web_bound = listener.getsockname()[1], web_listener.getsockname()[1]
            public_key = X25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw()
            address = Address(settings.relay_id, public_key, host, bound, f"{host}:{metrics_port}", process, web_bound)
            bus_host = settings.bus_url.rpartition("/")[2].rpartition("@")[2]
            own_addresses = frozenset(
                {*settings.own_addresses, bus_host, f"{host}:{bound}", f"{host}:{web_bound}", address.metrics}
            )
            fence = Fence({"http": HttpPointing(client, settings.source_networks, own_addresses)}, clock)
            house = House(doorkeeper, doorkeeper, counters, Manners(), frozenset(settings.web_origins))
            server = Server(listener, door, house, ender)
            web_server = Server(web_listener, web_door, house, ender, Browser)
            capacity = Capacity(settings.capacity_viewers, settings.capacity_bytes_per_s)
            announcer = Announcer(opened_bus, address, capacity, counters, doorkeeper, clock)
            editions = Editions(opened_bus, keys, doorkeeper)
            await Ears(
                opened_bus, keys, doorkeeper, fence, settings.source_networks, own_addresses, clock, tasks, editions
            ).listen()
            async with background(
                doorkeeper.waiting.record_forever(),
                announcer.announce_forever(),
                report_forever(opened_bus, settings.relay_id, doorkeeper.signals, clock),
                _sweep_forever(doorkeeper),
            ):
                async with background(server.run(), web_server.run()):
                    yield
                    doorkeeper.tenure.is_draining = True
                    announcer.hurry()
                    await leave(doorkeeper, timedelta(seconds=settings.drain_s))
                await doorkeeper.drain(_LAST_FACTS)
            metrics.REGISTRY.unregister(collector)


async def _sweep_forever(doorkeeper: Doorkeeper) -> None:
    while True:
        doorkeeper.sweep()
        await asyncio.sleep(_SWEEP_S)


def _verifier(public_key: Path) -> Verifier:
    return Verifier(bytes.fromhex(public_key.read_text().strip()))


def _endpoint(listen: str) -> tuple[str, int]:
    """host:port taken apart."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
