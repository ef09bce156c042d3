"""Composition of a relay: opens, wires, yields. The only file of it that knows every other."""

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import aiohttp
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.chassis import bus, metrics
from services.chassis.clock import SystemClock
from services.chassis.settings import Network, SettingsError
from services.chassis.signing import Verifier
from services.chassis.tasks import background, group
from services.streams.relay import wire
from services.streams.relay.announcer import Address, Announcer, Capacity, FactRecord
from services.streams.relay.browser import Browser
from services.streams.relay.connection import LOOPBACK, Connection, House, Manners
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
from services.streams.relay.program import Program
from services.streams.relay.reporter import report_forever
from services.streams.relay.roll import leave
from services.streams.relay.room import Room
from services.streams.relay.server import Door, Server, listen
from services.streams.relay.source import Source
from services.streams.relay.tenure import Tenure

_SWEEP_S = 0.1
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
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
    grpc_media_listen: str = "127.0.0.1:0"  # beyond loopback with TLS only
    certificate_file: Path | None = None  # PEM, its issuers behind it
    private_key_file: Path | None = None
    client_ca_file: Path | None = None  # PEM: programs show a certificate that it issued, before they say anything
    web_origins: tuple[str, ...] = ()  # of the pages that may play here: scheme://host[:port]
    rtsps_listen: str = ""  # empty: no TLS; else it needs a certificate (PEM, its issuers behind it) and its key
    wss_listen: str = ""  # the same
    plain_networks: tuple[Network, ...] = LOOPBACK  # whose viewers may come without TLS
    udp_out: bool = False  # RTP over UDP to those of them that ask for it
    own_addresses: tuple[str, ...] = ()  # host:port of the cell's other endpoints: never a camera
    lease_s: float = 10.0
    drain_s: float = 10.0
    capacity_viewers: int = 1000
    capacity_bytes_per_s: int = 500_000_000

    def __post_init__(self) -> None:
        if (self.rtsps_listen or self.wss_listen) and not (self.certificate_file and self.private_key_file):
            raise SettingsError("KAPOK_CERTIFICATE_FILE and KAPOK_PRIVATE_KEY_FILE: RTSPS and WSS need both")
        if self.capacity_viewers < 1 or self.capacity_bytes_per_s < 1:
            raise SettingsError("KAPOK_CAPACITY_VIEWERS and KAPOK_CAPACITY_BYTES_PER_S: must be 1 or more")


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """A relay, announced and serving while inside."""
    clock, counters, process = SystemClock(), Counters(), secrets.token_hex(8)
    own = bytes.fromhex(settings.key_file.read_text().strip())
    keys = Keys(
        settings.relay_id, own, _verifier(settings.streams_public_key), _verifier(settings.permissions_public_key),
        process,
    )  # fmt: skip
    host, _ = _endpoint(settings.rtsp_listen)
    tls = _tls(settings)
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
                room=Room(settings.capacity_viewers),
                observe_ending_s=histogram(metrics.REGISTRY, "ending", "From an ending to the last reset").observe,
            )
            counters.first_picture = histogram(metrics.REGISTRY, "first_picture", "To a first key picture").observe
            collector = RelayCollector(counters, doorkeeper)
            metrics.REGISTRY.register(collector)
            plain, web = _entrance(settings.rtsp_listen), _entrance(settings.web_listen)
            secure, secure_web = _entrance(settings.rtsps_listen, tls), _entrance(settings.wss_listen, tls)
            programs = _entrance(settings.grpc_media_listen, media_tls(settings))
            entrances = (
                (plain, Connection), (web, Browser), (secure, Connection), (secure_web, Browser), (programs, Program)
            )  # fmt: skip
            public_key = X25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw()
            ports = [entrance.port if entrance else 0 for entrance, _ in entrances]
            origins = frozenset(settings.web_origins)
            house = House(
                doorkeeper, doorkeeper, counters, Manners(), origins, settings.plain_networks, settings.udp_out
            )
            address = Address(
                settings.relay_id, public_key, host, ports[0], f"{host}:{metrics_port}", process,
                web_port=ports[1], rtsps_port=ports[2], wss_port=ports[3],
                grpc_port=ports[4], grpc_has_tls=programs is not None and programs.door.tls is not None,
            )  # fmt: skip
            bus_host = settings.bus_url.rpartition("/")[2].rpartition("@")[2]
            own_addresses = frozenset(
                {
                    *settings.own_addresses,
                    bus_host,
                    *(f"{host}:{port}" for port in ports),
                    address.metrics,
                }
            )
            fence = Fence({"http": HttpPointing(client, settings.source_networks, own_addresses)}, clock)
            servers = [Server(way.listener, way.door, house, ender, talk) for way, talk in entrances if way]
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
                async with background(*(server.run() for server in servers)):
                    yield
                    doorkeeper.tenure.is_draining = True
                    announcer.hurry()
                    await leave(doorkeeper, timedelta(seconds=settings.drain_s))
                await doorkeeper.drain(_LAST_FACTS)
            metrics.REGISTRY.unregister(collector)


class _Entrance(NamedTuple):
    listener: socket.socket
    door: Door

    @property
    def port(self) -> int:
        bound: int = self.listener.getsockname()[1]
        return bound


def _entrance(listen_at: str, tls: ssl.SSLContext | None = None) -> _Entrance | None:
    """A door that listens; None where nothing is to listen."""
    if not listen_at:
        return None
    door = Door(*_endpoint(listen_at), tls=tls)
    return _Entrance(listen(door), door)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    """What the relay shows to viewers, if anything."""
    if settings.certificate_file and settings.private_key_file:
        return wire.context(settings.certificate_file, settings.private_key_file)
    return None


async def _sweep_forever(doorkeeper: Doorkeeper) -> None:
    while True:
        doorkeeper.sweep()
        await asyncio.sleep(_SWEEP_S)


def media_tls(settings: Settings) -> ssl.SSLContext | None:
    """What the endpoint for programs shows; None: plaintext, on loopback alone."""
    if settings.certificate_file and settings.private_key_file:
        return wire.context(settings.certificate_file, settings.private_key_file, settings.client_ca_file, "h2")
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
