"""A cell in parts, composed: whatever ends is started again at once, where it was, as a cluster's scheduler would.

    keys and certificates → lenses → bus → a line to it for each who speaks of control → services → relays → cameras

Services listen on unix sockets and keep SQLite files as at home. Permissions, streams and each relay reach the bus over
a line of their own, so that each can be cut off alone.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from demo.apart.processes import mark
from services.cell import layout, nats
from services.cell.app import HOME_NETWORKS
from services.cell.children import Child, Program, started
from services.cell.demo import Demo, Say
from services.cell.endpoints import Endpoints, published
from services.cell.ports import HOST, pick
from services.cell.premises import Premises, furnish
from services.cell.wiring import RelayPorts, Wiring
from services.chassis import errors
from services.chassis.clock import SystemClock
from services.chassis.settings_shown import environment
from services.chassis.tasks import background

RELAYS = ("relay-1", "relay-2")
SERVICES = ("permissions", "registry", "streams", "audit", "gateway")
LINED = ("permissions", "streams", *RELAYS)
_AGAIN_S = 0.1  # until what ended is started again
_STOPS_WITHIN_S = 1.0  # nothing is left to be said: whoever takes longer is killed
_READY_TRIES, _READY_EVERY_S = 300, 0.2


@asynccontextmanager
async def up(home: Path, demo: Demo, say: Say) -> AsyncIterator[Endpoints]:
    """A cell in parts, its cameras registered when it yields."""
    async with AsyncExitStack() as stack:
        stack.enter_context(layout.owner_only())
        made = layout.prepare(home)
        lock = await stack.enter_async_context(layout.claim(made))
        premises = furnish(made, RELAYS, demo, SystemClock().now())
        yield await _Start(premises, demo, say, stack).run(lock)


@dataclass(frozen=True)
class _Start:
    """The start, step by step; what each step opens goes on ``stack``."""

    premises: Premises
    demo: Demo
    say: Say
    stack: AsyncExitStack

    async def run(self, lock: int) -> Endpoints:
        """Everything, in order."""
        home = self.premises.layout
        cameras = await self.stack.enter_async_context(self.demo.cameras(home, self.say))
        lines = {name: self._port() for name in LINED}
        relays = {name: RelayPorts(*(self._port() for _ in fields(RelayPorts))) for name in RELAYS}
        ports = _Ports(self._port(), self._port(), self._port(), lines, relays)
        programs = [await self._bus(ports.bus, lock), *self._lines(ports), *self._services(ports)]
        await self.stack.enter_async_context(background(*(_keep(one, home.logs) for one in programs)))
        endpoints = self.premises.endpoints(ports.grpc, ports.http, relays[RELAYS[0]].rtsp)
        await self._register(endpoints, cameras)
        self.stack.enter_context(published(endpoints, home))
        return endpoints

    def _lines(self, ports: "_Ports") -> Iterator[Program]:
        for name, port in ports.lines.items():
            yield self._module(f"line-{name}", "chaos.parts.line", {}, port, ports.bus)

    def _services(self, ports: "_Ports") -> Iterator[Program]:
        sockets = self.stack.enter_context(layout.sockets(self.premises.layout))
        wiring = Wiring(self.premises, sockets, _url(ports.bus), HOME_NETWORKS, ports.all(), ports.http)
        for name in SERVICES:
            heard = replace(wiring, bus_url=_url(ports.lines.get(name, ports.bus)))
            chosen = heard.gateway(ports.grpc) if name == "gateway" else getattr(heard, name)()
            yield self._module(name, f"services.{name}", environment(chosen))
        for name, own in ports.relays.items():
            heard = replace(wiring, bus_url=_url(ports.lines[name]))
            yield self._module(name, "services.streams.relay", heard.relay(name, own))

    async def _register(self, endpoints: Endpoints, cameras: Child) -> None:
        """Once the services answer: asking them is how it is known."""
        for _ in range(_READY_TRIES):
            try:
                await self.demo.register(self.premises.layout, endpoints, cameras, self.say)
            except* errors.Unavailable:
                await asyncio.sleep(_READY_EVERY_S)
            else:
                return
        raise errors.Unavailable("SERVICE_AWAY", "the parts did not come up; their logs say more", service="parts")

    async def _bus(self, port: int, lock: int) -> Program:
        """The bus of a home, at a port that stays when it is started again."""
        home = self.premises.layout
        async with nats.serve(home, self.premises.keys, RELAYS, lock):
            pass  # it has its stream of facts and its buckets now, and its configuration is written
        file = home.nats / "nats.json"
        described = json.loads(file.read_text()) | {"listen": f"{HOST}:{port}"}
        layout.write_private(file, json.dumps(described).encode())
        return Program("bus", (str(nats.binary()), "--config", str(file)), mark("bus", home.home), descriptors=(lock,))

    def _module(self, name: str, module: str, environ: Mapping[str, str], *words: int) -> Program:
        command = (sys.executable, "-m", module, *map(str, words))
        marked = {**environ, **mark(name, self.premises.layout.home)}
        return Program(name, command, marked, stop_within_s=_STOPS_WITHIN_S)

    def _port(self) -> int:
        return pick(0, "a part", self.say)


@dataclass(frozen=True)
class _Ports:
    """Who listens where, from the first start to the last."""

    bus: int
    grpc: int
    http: int
    lines: Mapping[str, int]
    relays: Mapping[str, RelayPorts]

    def all(self) -> Sequence[int]:
        """Of the cell, where no camera is."""
        own = [self.bus, self.grpc, self.http, *self.lines.values()]
        return own + [one for ports in self.relays.values() for one in astuple(ports)]


def _url(port: int) -> str:
    return f"nats://{HOST}:{port}"


async def _keep(program: Program, logs: Path) -> None:
    """For ever, and without the growing delays of a home: it is killed on purpose."""
    while True:
        async with started(program, logs) as child:
            await child.ended()
        await asyncio.sleep(_AGAIN_S)
