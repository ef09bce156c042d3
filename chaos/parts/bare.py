"""Two relays, their bus and the demo's cameras without any service: whoever is inside plays permissions and streams.

It holds the keys of both, so what a relay is told is well signed unless it is meant not to be.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from json import loads
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from demo.apart.processes import family, mark
from demo.city import LENS_PASSWORD, LENS_USERNAME, TUNNEL_PTZ
from demo.home import DemoCity
from kapok.permissions.v1 import permissions_events_pb2
from kapok.registry.v1 import camera_pb2
from kapok.streams.v1 import relay_pb2
from services.cell import layout, nats
from services.cell.app import HOME_NETWORKS
from services.cell.children import Program, started
from services.cell.ports import HOST, pick
from services.cell.premises import Premises, furnish
from services.cell.wiring import RelayPorts, Wiring
from services.chassis import bus, sealing
from services.chassis.clock import SystemClock
from services.chassis.signing import Signer

RELAYS = ("relay-1", "relay-2")
CAMERA = f"districts/{TUNNEL_PTZ.district}/cameras/{TUNNEL_PTZ.code}"
GRANT, FENCE = "kapok.permissions.grant", "kapok.permissions.fence"
_SOURCE = "kapok.registry.source"
_ANSWER_S = 6.0  # the bus lets a relay answer for five


@dataclass(eq=False)
class Bare:
    """What is told to the relays, and where the camera's own log lies."""

    premises: Premises
    wire: bus.Bus
    permissions: Signer
    control_uri: str

    @property
    def log(self) -> Path:
        """The camera's."""
        return self.premises.layout.logs / "ptz.jsonl"

    def process(self, relay: str) -> psutil.Process:
        """Of that relay."""
        return family(self.premises.layout.home)[relay]

    @cache  # noqa: B019 - one for each relay, and it lives as long as the run
    def source(self, relay: str, camera: str = CAMERA) -> bytes:
        """The camera's address, sealed to ``relay`` as that of ``camera``."""
        pair = X25519PrivateKey.from_private_bytes(bytes.fromhex(self.premises.keys.pair(relay).read_text()))
        said = camera_pb2.Source(control_uri=self.control_uri, username=LENS_USERNAME, password=LENS_PASSWORD)
        where = sealing.context(_SOURCE, relay, camera)
        return sealing.seal(pair.public_key().public_bytes_raw(), said.SerializeToString(), where)

    def grant(self, epoch: int, lasting: timedelta = timedelta(seconds=2), camera: str = CAMERA) -> bytes:
        """What permissions would sign, unsigned."""
        made = permissions_events_pb2.ControlGrant(camera=camera, principal="principals/p", epoch=epoch)
        made.expire_time.FromDatetime(datetime.now(UTC) + lasting)
        return made.SerializeToString()

    async def command(self, relay: str, order: bytes) -> relay_pb2.RelayReply:
        """Straight at its control port: the subject of the bus on which it takes commands."""
        return await self._tell(relay, "control", order)

    async def fence(self, relay: str, epoch: int) -> relay_pb2.RelayReply:
        """Control of the camera has passed."""
        said = permissions_events_pb2.Fencing()
        said.epochs.add(camera=CAMERA, epoch=epoch)
        return await self._tell(relay, "fence", self.permissions.seal(FENCE, said.SerializeToString()))

    async def _tell(self, relay: str, verb: str, order: bytes) -> relay_pb2.RelayReply:
        subject = f"kapok.v1.relays.{relay}.{verb}"
        return relay_pb2.RelayReply.FromString(await self.wire.request(subject, order, timeout_s=_ANSWER_S))


@asynccontextmanager
async def bare(home: Path) -> AsyncIterator[Bare]:
    """The relays have yet to come up when it yields: ask until they answer."""
    demo, made = DemoCity(), layout.prepare(home)
    premises = furnish(made, RELAYS, demo, SystemClock().now())
    keys = premises.keys
    async with (
        layout.claim(made) as lock,
        demo.cameras(made, _nothing) as cameras,
        nats.serve(made, keys, RELAYS, lock) as server,
        started(_relay(premises, server.url, RELAYS[0]), made.logs),
        started(_relay(premises, server.url, RELAYS[1]), made.logs),
        bus.connect(server.url, keys.bus_seed("streams"), "streams") as wire,
    ):
        ptz = loads((await cameras.greeting())[0])["ptz"]
        signer = Signer.from_file(keys.signing("permissions"))
        yield Bare(premises, wire, signer, f"http://{HOST}:{ptz}/ptz/{TUNNEL_PTZ.code}")


def _relay(premises: Premises, bus_url: str, name: str) -> Program:
    ports = RelayPorts(*(pick(0, "a relay", _nothing) for _ in fields(RelayPorts)))
    wiring = Wiring(premises, premises.layout.data, bus_url, HOME_NETWORKS, (), 0)
    environment = {**wiring.relay(name, ports), **mark(name, premises.layout.home)}
    return Program(name, (sys.executable, "-m", "services.streams.relay"), environment, stop_within_s=4.0)


def _nothing(_said: str) -> None:
    """Nobody reads it."""
