"""A cell at home, composed: the bus, five services in this process, relays and a demo's cameras as children.

    home claimed → keys and certificates → bus → services → relays → demo's cameras registered → endpoints.json → ready

Everything is alive inside `up` only and ends in the reverse order, also when the start fails half-way. Services speak
over the same gRPC and NATS as in a cluster; nothing here is a mode of theirs.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from nats.aio.msg import Msg

import services.audit.app
import services.gateway.app
import services.permissions.app
import services.registry.app
import services.streams.app
from services.cell import layout, metrics, nats, rights
from services.cell.backup import stores
from services.cell.children import Child, Program, guard, keep, started
from services.cell.demo import Demo, Say
from services.cell.endpoints import Endpoints, published
from services.cell.ports import pick
from services.cell.premises import Premises, furnish
from services.cell.wiring import RelayPorts, Wiring
from services.chassis import bus, errors
from services.chassis.clock import SystemClock
from services.chassis.tasks import background

T = TypeVar("T")
# Private addresses (RFC 1918, RFC 4193) and this machine: where the cameras of a home are.
HOME_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")
_RELAYS_READY_S = 20.0
_RELAY_STOPS_WITHIN_S = 2.5
_RELAYS_MOST = 8


@dataclass(frozen=True)
class Settings:
    """What a person may choose. A port that is taken is replaced by a free one; ``source_networks`` are CIDR."""

    home: Path
    grpc_port: int = 7443
    http_port: int = 7080
    rtsp_port: int = 8554
    rtsps_port: int = 8322
    metrics_port: int = 9464
    relays: int = 1
    source_networks: tuple[str, ...] = HOME_NETWORKS


def relays_for(cores: int) -> int:
    """How many relay processes a home has unless told: one for each core but one, and two at least: one may die."""
    return max(2, min(cores - 1, _RELAYS_MOST))


@asynccontextmanager
async def up(settings: Settings, demo: Demo | None, say: Say) -> AsyncIterator[Endpoints]:
    """A cell, ready when it yields. Raises errors.Error when it can't start or when a part of it dies."""
    relays = [f"relay-{number}" for number in range(1, settings.relays + 1)]
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(layout.owner_only())
            home = layout.prepare(settings.home)
            lock = await stack.enter_async_context(layout.claim(home))
            home.endpoints.unlink(missing_ok=True)  # a killed cell leaves it
            say(f"home {home.home}")
            premises = furnish(home, relays, demo, SystemClock().now())
            if not home.genesis.exists():
                say(f"no first policy, so everything is denied; what the three organs signed belongs in {home.genesis}")
            yield await _Start(settings, demo, say, stack, premises).run(relays, lock)
    except BaseExceptionGroup as group:
        raise _innermost(group) from group


@dataclass(frozen=True)
class _Start:
    """The start, step by step; what each step opens goes on ``stack``."""

    settings: Settings
    demo: Demo | None
    say: Say
    stack: AsyncExitStack
    premises: Premises

    async def run(self, relays: Sequence[str], lock: int) -> Endpoints:
        """Everything, in order."""
        home = self.premises.layout
        cameras = await self._start_cameras()
        server = await self._enter(nats.serve(home, self.premises.keys, relays, lock))
        await self._enter(background(guard(server.child)))
        chosen = self.settings
        metrics_port = pick(chosen.metrics_port, "metrics", self.say)
        grpc_port, http_port = pick(chosen.grpc_port, "gRPC", self.say), pick(chosen.http_port, "HTTP", self.say)
        # Nobody listens yet, so the second relay would be given the first one's port: it takes any.
        ports = {name: self._relay_ports(is_first=name == relays[0]) for name in relays}
        own = (
            grpc_port,
            http_port,
            metrics_port,
            *(port for taken in ports.values() for port in astuple(taken)),
        )
        sockets = self.stack.enter_context(layout.sockets(home))
        wiring = Wiring(self.premises, sockets, server.url, chosen.source_networks, own, http_port)
        self.stack.enter_context(stores.told(home, self.premises.keys, stores.Stores.of_home(home), server.url))
        bound = await self._start_services(wiring, grpc_port)
        await self._start_relays(wiring, ports)
        await self._enter(metrics.serve(metrics_port, {name: port.metrics for name, port in ports.items()}))
        endpoints = self.premises.endpoints(bound.grpc_port, bound.http_port, ports[relays[0]].rtsp, metrics_port)
        if self.demo and cameras:
            await self.demo.register(home, endpoints, cameras, self.say)
        self.stack.enter_context(published(endpoints, home))
        return endpoints

    async def _start_cameras(self) -> Child | None:
        if not self.demo:
            return None
        child = await self._enter(self.demo.cameras(self.premises.layout, self.say))
        await self._enter(background(guard(child)))
        return child

    def _relay_ports(self, *, is_first: bool) -> RelayPorts:
        rtsp, rtsps = (self.settings.rtsp_port, self.settings.rtsps_port) if is_first else (0, 0)
        return RelayPorts(
            rtsp=pick(rtsp, "RTSP", self.say), rtsps=pick(rtsps, "RTSPS", self.say),
            web=pick(0, "WebSocket", self.say), wss=pick(0, "secure WebSocket", self.say),
            metrics=pick(0, "metrics", self.say), grpc=pick(0, "media over gRPC", self.say),
        )  # fmt: skip

    async def _start_services(self, wiring: Wiring, grpc_port: int) -> services.gateway.app.Bound:
        self.say("starting permissions, registry, streams, audit and the gateway")
        await self._enter(services.permissions.app.app(wiring.permissions()))
        await self._enter(services.registry.app.app(wiring.registry()))
        await self._enter(services.streams.app.app(wiring.streams()))
        await self._enter(services.audit.app.app(wiring.audit()))
        return await self._enter(services.gateway.app.app(wiring.gateway(grpc_port)))

    async def _start_relays(self, wiring: Wiring, ports: Mapping[str, RelayPorts]) -> None:
        """Start relays that are started again whenever they end; return once each has announced itself.

        They start and stop together: when all drain nobody waits for another one to take its cameras.
        """
        self.say(f"starting {', '.join(ports)}")
        logs, silent = self.premises.layout.logs, set(ports)
        seed = self.premises.keys.bus_seed(rights.CELL.name)
        async with bus.connect(wiring.bus_url, seed, rights.CELL.name) as listening:
            are_there = asyncio.Event()

            async def heard(message: Msg) -> None:
                silent.discard(message.subject.split(".")[3])
                if not silent:
                    are_there.set()

            await listening.subscribe(rights.ANNOUNCEMENTS, heard)
            programs = [self._relay(name, wiring.relay(name, pair)) for name, pair in ports.items()]
            await self._enter(background(*(keep(partial(started, program, logs)) for program in programs)))
            try:
                async with asyncio.timeout(_RELAYS_READY_S):
                    await are_there.wait()
            except TimeoutError:
                name = min(silent)
                why = f"{name} did not come up; {logs / name}.log says more"
                raise errors.Unavailable("SERVICE_AWAY", why, service=name) from None

    def _relay(self, name: str, environment: Mapping[str, str]) -> Program:
        command = (sys.executable, "-m", "services.streams.relay")
        return Program(name, command, environment, stop_within_s=_RELAY_STOPS_WITHIN_S)

    async def _enter(self, context: AbstractAsyncContextManager[T]) -> T:
        return await self.stack.enter_async_context(context)


def _innermost(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure of what failed together: task groups wrap it once each on the way out."""
    failure: BaseException = group
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure
