"""A cell apart, composed: bus, services and relays, each a child that is started again whenever it ends.

    databases → keys and certificates → bus by three → schemas → services and relays → demo's cameras → endpoints.json

What a cluster's scheduler does the children's keeper does here. Each process has APART=NAME in its environment, by
which `processes` finds it; endpoints.json is that of a cell at home, so that whatever plays against one plays here, and
places.json names the ports of each replica.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import astuple, dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from demo.apart import databases, releases
from demo.apart.bus import Cluster
from demo.apart.wiring import Place, WiringApart
from services.cell import layout
from services.cell.app import HOME_NETWORKS
from services.cell.backup import stores
from services.cell.children import Child, Program, guard, keep, started
from services.cell.demo import Demo, Say
from services.cell.endpoints import Endpoints, published
from services.cell.layout import write_private
from services.cell.ports import HOST, pick
from services.cell.premises import Premises, furnish
from services.cell.wiring import RelayPorts
from services.chassis.clock import SystemClock
from services.chassis.tasks import background

T = TypeVar("T")
REPLICAS = {"permissions": 2, "registry": 2, "streams": 1, "audit": 2, "gateway": 2}
_READY_WITHIN_S = 90.0
_STOPS_WITHIN_S = 4.0
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Wish:
    """What is to run: where it lives, whose PostgreSQL it uses, how many replicas and relays."""

    home: Path
    postgresql: str  # URL of its owner, who may make databases and roles
    replicas: Mapping[str, int]
    relays: int = 2
    unlimited: bool = False  # calls of one principal
    databases: Mapping[str, str] = field(default_factory=dict)  # by service, where they are there already
    former: Path | None = None  # the tree of the release before, which parts run until they are renewed


@asynccontextmanager
async def up(wish: Wish, demo: Demo, say: Say) -> AsyncIterator[Endpoints]:
    """A cell apart, ready when it yields."""
    relays = [f"relay-{number}" for number in range(1, wish.relays + 1)]
    async with AsyncExitStack() as stack:
        stack.enter_context(layout.owner_only())
        home = layout.prepare(wish.home)
        await stack.enter_async_context(layout.claim(home))
        premises = furnish(home, relays, demo, SystemClock().now())
        yield await _Start(wish, demo, say, stack, premises).run(relays)


@dataclass(frozen=True)
class _Start:
    """The start, step by step; what each step opens goes on ``stack``."""

    wish: Wish
    demo: Demo
    say: Say
    stack: AsyncExitStack
    premises: Premises

    async def run(self, relays: Sequence[str]) -> Endpoints:
        """Everything, in order."""
        home, cluster = self.premises.layout, Cluster.plan(self.premises)
        urls = self.wish.databases or await databases.make(self.wish.postgresql)
        cameras = await self._enter(self.demo.cameras(home, self.say))
        await self._enter(background(guard(cameras)))
        self.say("starting NATS by three")
        await self._keep(cluster.program(node, relays) for node in cluster.nodes)
        await cluster.prepare()
        places = {name: [Place.free() for _ in range(count)] for name, count in self.wish.replicas.items()}
        ports = {name: RelayPorts(*(_port() for _ in range(6))) for name in relays}
        own = [port for several in ports.values() for port in astuple(several)]
        own += [port for several in places.values() for place in several for port in astuple(place)]
        first = places["gateway"][0]
        self._tell(urls, cluster)
        wiring = WiringApart(
            self.premises, home.data, cluster.url, HOME_NETWORKS, own, first.http_port, places, urls,
            self.wish.unlimited,
        )  # fmt: skip
        await self._migrated(wiring)
        self.say(f"starting {', '.join(f'{count} of {name}' for name, count in self.wish.replicas.items())}")
        await self._serve(wiring, places, ports)
        seen = ports[relays[0]]
        endpoints = self.premises.endpoints(first.port, first.http_port, seen.rtsp, seen.metrics)
        await self.demo.register(home, endpoints, cameras, self.say)
        told = {name: [astuple(place) for place in several] for name, several in places.items()}
        write_private(home.home / "places.json", json.dumps(told).encode())
        self.stack.enter_context(published(endpoints, home))
        return endpoints

    async def _serve(
        self, wiring: WiringApart, places: Mapping[str, Sequence[Place]], ports: Mapping[str, RelayPorts]
    ) -> None:
        """Services and relays; returns once every service is ready."""
        await self._keep(
            Program(f"{name}-{number + 1}", (sys.executable, "-m", f"services.{name}"),
                    wiring.environment(name, number), stop_within_s=_STOPS_WITHIN_S)
            for name, several in places.items() for number in range(len(several))
        )  # fmt: skip
        await self._keep(
            Program(name, (sys.executable, "-m", "services.streams.relay"), wiring.relay(name, ports[name]),
                    stop_within_s=_STOPS_WITHIN_S)
            for name in ports
        )  # fmt: skip
        async with asyncio.timeout(_READY_WITHIN_S), asyncio.TaskGroup() as tasks:
            for place in (place for several in places.values() for place in several):
                tasks.create_task(serving(place.probe_port))

    async def _migrated(self, wiring: WiringApart) -> None:
        """Each schema is brought up by a job, as in a cluster. A service whose job failed says so in its log."""

        async def job(name: str) -> None:
            program = Program(
                f"{name}-migrate", (sys.executable, "-m", f"services.{name}", "migrate"), wiring.environment(name, 0)
            )
            async with started(program, self.premises.layout.logs) as child:
                await child.ended()

        async with asyncio.TaskGroup() as tasks:
            for name in databases.SERVICES:
                tasks.create_task(job(name))

    def _tell(self, urls: Mapping[str, str], cluster: Cluster) -> None:
        """Where a backup finds what it takes."""
        ca = str(self.premises.authority.own.certificate)
        told = stores.told(self.premises.layout, self.premises.keys, stores.Stores(urls), cluster.url, ca)
        self.stack.enter_context(told)

    async def _keep(self, programs: Iterable[Program]) -> None:
        home, former = self.premises.layout, self.wish.former
        known = await releases.known(former) if former else {}

        def start(program: Program) -> AbstractAsyncContextManager[Child]:
            chosen = releases.chosen(program, home.home, former, known) if former else program
            return started(chosen, home.logs)

        await self._enter(background(*(keep(partial(start, program)) for program in programs)))

    async def _enter(self, context: AbstractAsyncContextManager[T]) -> T:
        return await self.stack.enter_async_context(context)


async def serving(probe_port: int) -> None:
    """Return once the service whose health answers there is ready."""
    # gRPC's own pauses between two tries to connect grow from a second on: it would be told late, and ever later.
    pauses = [(f"grpc.{which}_reconnect_backoff_ms", int(_LOOK_EVERY_S * 1000)) for which in ("initial", "max")]
    async with grpc.aio.insecure_channel(f"{HOST}:{probe_port}", options=pauses) as channel:
        asked = health_pb2.HealthCheckRequest()
        while True:
            answer = await health_pb2_grpc.HealthStub(channel).Check(asked, wait_for_ready=True)
            if answer.status == health_pb2.HealthCheckResponse.SERVING:
                return
            await asyncio.sleep(_LOOK_EVERY_S)


def _port() -> int:
    return pick(0, "relay", lambda _text: None)
