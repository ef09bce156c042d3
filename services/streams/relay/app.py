"""Composition of a relay: opens, wires, yields. The only file of it that knows every other."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.chassis import bus, metrics
from services.chassis.clock import SystemClock
from services.chassis.signing import Verifier
from services.chassis.tasks import background, group
from services.streams.relay.announcer import Address, Announcer, Capacity, FactRecord
from services.streams.relay.book import Book
from services.streams.relay.connection import House, Manners
from services.streams.relay.control import Fence
from services.streams.relay.counters import Counters
from services.streams.relay.deadman import DeadMan
from services.streams.relay.doorkeeper import Doorkeeper
from services.streams.relay.ender import Ender
from services.streams.relay.entrances import Entrances
from services.streams.relay.events.ears import Ears
from services.streams.relay.events.editions import Editions
from services.streams.relay.events.keys import Keys
from services.streams.relay.exporter import RelayCollector, histogram
from services.streams.relay.intake import SourceSpec
from services.streams.relay.lease import Lease
from services.streams.relay.onvif_pointing import OnvifPointing
from services.streams.relay.pointing import HttpPointing
from services.streams.relay.post import Post
from services.streams.relay.post import client as post_client
from services.streams.relay.reporter import report_forever
from services.streams.relay.roll import leave
from services.streams.relay.room import Room
from services.streams.relay.settings import Settings, endpoint
from services.streams.relay.source import Source
from services.streams.relay.tenure import Tenure

_CLOCK = SystemClock()
_SWEEP_S = 0.25
_LAST_FACTS = timedelta(seconds=2)  # to record the ends of looks when the relay is stopped


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """A relay, announced and serving while inside."""
    counters, process = Counters(), secrets.token_hex(8)
    own = bytes.fromhex(settings.key_file.read_text().strip())
    keys = Keys(
        settings.relay_id, own, _verifier(settings.streams_public_key), _verifier(settings.permissions_public_key),
        process,
    )  # fmt: skip
    with Ender() as ender:
        async with (
            settings.on_bus(settings.relay_id) as opened_bus,
            post_client() as client,
            metrics.serve(settings.metrics_listen) as metrics_port,
            group() as tasks,
        ):
            doorkeeper = _doorkeeper(
                settings, keys, FactRecord(opened_bus, settings.relay_id, process), ender,
                lambda spec: Source(spec, tasks, counters),
            )  # fmt: skip
            entrances = Entrances.open(settings)
            address = _address(settings, own, process, entrances, metrics_port)
            house = House(
                doorkeeper, doorkeeper.book, counters, Manners(), frozenset(settings.web_origins),
                settings.plain_networks, settings.udp_out,
            )  # fmt: skip
            never_cameras = _own_addresses(settings, address, entrances)
            post = Post(client, settings.source_networks, never_cameras)
            fence = Fence({"http": HttpPointing(post), "onvif": OnvifPointing(post)}, _CLOCK)
            dead_man = DeadMan(fence, _CLOCK)
            capacity = Capacity(settings.capacity_viewers, settings.capacity_bytes_per_s)
            announcer = Announcer(opened_bus, address, capacity, counters, doorkeeper, _CLOCK)
            await Ears(
                opened_bus, keys, doorkeeper, fence, settings.source_networks, never_cameras, _CLOCK, tasks,
                Editions(opened_bus, keys, doorkeeper),
            ).listen()  # fmt: skip
            async with (
                _measured(RelayCollector(counters, doorkeeper, fence, capacity)),
                background(
                    doorkeeper.waiting.record_forever(),
                    announcer.announce_forever(),
                    report_forever(opened_bus, settings.relay_id, doorkeeper.book.signals, _CLOCK),
                    _sweep_forever(doorkeeper),
                    dead_man.watch_forever(),
                ),
            ):
                async with background(*(server.run() for server in entrances.servers(house, ender))):
                    yield
                    doorkeeper.tenure.is_draining = True
                    announcer.hurry()
                    await dead_man.drain()
                    await leave(doorkeeper, timedelta(seconds=settings.drain_s))
                await doorkeeper.drain(_LAST_FACTS)


def _doorkeeper(
    settings: Settings, keys: Keys, record: FactRecord, ender: Ender, make_source: Callable[[SourceSpec], Source]
) -> Doorkeeper:
    lease = timedelta(seconds=settings.lease_s)
    return Doorkeeper(
        read_token=keys.token,
        book=Book(make_source),
        record=record,
        ender=ender,
        lease=Lease(lease),
        clock=_CLOCK,
        tenure=Tenure(lease),
        room=Room(settings.capacity_viewers),
        observe_ending_s=histogram(metrics.REGISTRY, "ending", "From an ending to the last reset").observe,
    )


def _address(settings: Settings, own: bytes, process: str, entrances: Entrances, metrics_port: int) -> Address:
    host, _ = endpoint(settings.rtsp_listen)
    public_key = X25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw()
    return Address(
        settings.relay_id, public_key, settings.public_host or host, metrics=f"{host}:{metrics_port}", process=process,
        grpc_has_tls=entrances.programs is not None and entrances.programs.door.tls is not None, **entrances.ports,
    )  # fmt: skip


def _own_addresses(settings: Settings, address: Address, entrances: Entrances) -> frozenset[str]:
    """The cell's endpoints: a camera that names one of them is none."""
    hosts = {address.host, endpoint(settings.rtsp_listen)[0]}
    doors = {f"{host}:{port}" for host in hosts for port in entrances.ports.values()}
    return frozenset({*settings.own_addresses, *bus.hosts(settings.bus_url), address.metrics, *doors})


@asynccontextmanager
async def _measured(collector: RelayCollector) -> AsyncIterator[None]:
    """What the relay counts is told to Prometheus while inside."""
    observe = histogram(metrics.REGISTRY, "first_picture", "To a first key picture").observe
    collector.counters.first_picture = observe
    metrics.REGISTRY.register(collector)
    try:
        yield
    finally:
        metrics.REGISTRY.unregister(collector)


async def _sweep_forever(doorkeeper: Doorkeeper) -> None:
    while True:
        doorkeeper.sweep()
        await asyncio.sleep(_SWEEP_S)


def _verifier(public_key: Path) -> Verifier:
    return Verifier(bytes.fromhex(public_key.read_text().strip()))
