"""`make bench-scale`: a cell apart under load: what a call costs the gateway, what a rolling restart costs callers."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import psutil
from grpc_health.v1 import health_pb2

from bench.callers import Call, Tally, flood, steady
from bench.report import Figure, report
from cli.gateway import read_endpoints
from demo.apart.processes import family
from demo.apart.starter import serving
from demo.chapters import first_camera, name_of, opened
from demo.platform import Platform, apart, platform
from kapok.registry.v1 import registry_service_pb2
from kapok.streams.v1 import streams_service_pb2
from tests.postgres import postgres

_FLOOD_S, _AT_ONCE, _RATE, _VIEWERS = 8.0, 16, 200, 200
_WITHIN_S, _LOOK_S, _IDLE_S = 90.0, 0.02, 5.0
_WATCHER = "police-guangzhou"
_CAMERA = first_camera("440104", level=1)
_READ = "/kapok.registry.v1.RegistryService/GetCamera"
_HEALTH = "/grpc.health.v1.Health/Check"


def main() -> None:
    """Measure and report."""
    with (
        tempfile.TemporaryDirectory(prefix="kapok-bench-") as folder,
        tempfile.TemporaryDirectory(prefix="kapok-postgres-", ignore_cleanup_errors=True) as data,
        postgres(Path(data), is_durable=True) as server,
    ):
        home = Path(folder) / "home"
        with platform(home, apart(home, server.url("postgres"), "--unlimited")) as stage:
            asyncio.run(_measure(stage))


async def _measure(stage: Platform) -> None:
    await asyncio.sleep(_IDLE_S)
    rss = {name: one.memory_info().rss / 2**20 for name, one in _services(stage).items()}
    heaviest = max(rss, key=lambda name: rss[name])
    gateway_us, forwarder_us = await _cost_us(stage)
    starts = await _restarted(stage)
    under_load, tally, back_s = await _rolling(stage)
    slowest, loaded = (max(each, key=lambda name: each[name]) for each in (starts, under_load))
    beside = (
        f"{slowest}, {starts[slowest][1]:.1f} s of CPU; in the rolling restart {loaded}, {under_load[loaded][0]:.1f} s"
    )
    report(
        "scale",
        [
            Figure(
                "gateway_rps_per_core", 1e6 / gateway_us, 800, f"a bare forwarder: {1e6 / forwarder_us:,.0f}",
                is_floor=True,
            ),
            Figure("gateway_ratio_to_bare_forwarder", gateway_us / forwarder_us, 2.5, f"{forwarder_us:.0f} µs a call"),
            Figure("rolling_failed_rpcs", tally.failed, 0, f"{tally.passed} passed, {tally.again} tries failed"),
            Figure("viewers_back_s", back_s, 2, f"{_VIEWERS} viewers of a relay that is stopped"),
            Figure("service_start_s", starts[slowest][0], 2, beside),
            Figure("idle_rss_mb_max", rss[heaviest], 120, f"{heaviest}; PSS would share what replicas share"),
        ],
    )  # fmt: skip


def _services(stage: Platform) -> Mapping[str, psutil.Process]:
    return {name: one for name, one in family(stage.home).items() if not name.startswith("nats")}


async def _cost_us(stage: Platform) -> tuple[float, float]:
    """CPU of one call at a gateway, and at a bare forwarder of the same machine and certificates."""
    camera = registry_service_pb2.GetCameraRequest(name=name_of(_CAMERA)).SerializeToString()
    gateway = family(stage.home)["gateway-1"]
    async with _channel(stage, f"127.0.0.1:{_places(stage)['gateway'][0][0]}") as channel:
        gateway_us = await _us(gateway, _call(channel, _READ, camera))
    with _forwarder(stage) as (process, port):
        async with _channel(stage, f"127.0.0.1:{port}") as channel:
            asked = health_pb2.HealthCheckRequest().SerializeToString()
            return gateway_us, await _us(process, _call(channel, _HEALTH, asked))


async def _us(process: psutil.Process, call: Call) -> float:
    await flood(call, _AT_ONCE, 1.0)
    before = process.cpu_times()
    passed = await flood(call, _AT_ONCE, _FLOOD_S)
    after = process.cpu_times()
    return float(after.user + after.system - before.user - before.system) / passed * 1e6


@contextmanager
def _forwarder(stage: Platform) -> Iterator[tuple[psutil.Process, int]]:
    """To the registry, which answers health to whoever shows a certificate of the cell."""
    told = json.loads((stage.home / "endpoints.json").read_text())
    own = Path(told["ca"]).parent / "services" / "gateway"
    files = (told["ca"], f"{own}.pem", f"{own}.key")
    command = (sys.executable, "-m", "bench.forwarder", *files, f"127.0.0.1:{_places(stage)['registry'][0][0]}")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield psutil.Process(process.pid), int(process.stdout.readline())
        finally:
            process.terminate()


async def _rolling(stage: Platform) -> tuple[Mapping[str, tuple[float, float]], Tally, float]:
    """Each service's start, what became of the calls meanwhile, and how long viewers of a stopped relay were away."""
    camera = registry_service_pb2.GetCameraRequest(name=name_of(_CAMERA)).SerializeToString()
    target = "ipv4:" + ",".join(f"127.0.0.1:{place[0]}" for place in _places(stage)["gateway"])
    session = (await asyncio.to_thread(opened, stage, _WATCHER, _CAMERA, viewer_limit=_VIEWERS)).session
    async with (
        _channel(stage, target) as channel,
        _viewers() as viewers,
        steady(_call(channel, _READ, camera), _RATE) as tally,
    ):
        await _watch(stage, session.name, viewers)
        starts = await _restarted(stage)
        back_s = await _stop_relay(stage, session.name, viewers)
    return starts, tally, back_s


async def _restarted(stage: Platform) -> Mapping[str, tuple[float, float]]:
    """Restart each process of each service, one after the other; how long each took, and of that its CPU, seconds."""
    return {
        f"{name}-{number}": await _restart(stage, f"{name}-{number}", place[2])
        for name, several in _places(stage).items()
        for number, place in enumerate(several, 1)
    }


async def _restart(stage: Platform, name: str, probe_port: int) -> tuple[float, float]:
    """Tell it to stop, wait until its successor serves; seconds from its beginning, and CPU seconds that it took."""
    before = family(stage.home)[name]
    before.terminate()
    began_s = [0.0]

    def is_begun() -> bool:
        now = family(stage.home).get(name)
        if now is not None and now.pid != before.pid:
            began_s[0] = now.create_time()
        return began_s[0] > 0

    await _until(is_begun)
    await serving(probe_port)
    took_s, spent = time.time() - began_s[0], family(stage.home)[name].cpu_times()
    return took_s, float(spent.user + spent.system)


@asynccontextmanager
async def _viewers() -> AsyncIterator[Process]:
    """Who will watch, in a process of their own."""
    command = (sys.executable, "-m", "bench.crowd_away", str(_VIEWERS))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):  # they have ended by themselves
            process.kill()
        await process.wait()


async def _watch(stage: Platform, session: str, viewers: Process) -> float:
    """Let them join the session; monotonic seconds when the last one has pictures."""
    renewed = await asyncio.to_thread(stage.ask, _WATCHER, streams_service_pb2.RenewSessionRequest(name=session))
    assert viewers.stdin is not None
    viewers.stdin.write(f"{renewed.rtsp_url}\n".encode())
    return await _said(viewers)


async def _said(viewers: Process) -> float:
    """Monotonic seconds of what they say next."""
    assert viewers.stdout is not None
    return float((await viewers.stdout.readline()).split()[0])


async def _stop_relay(stage: Platform, session: str, viewers: Process) -> float:
    """From the first viewer's end to the pictures of the last one that came back."""
    shown = await asyncio.to_thread(stage.ask, _WATCHER, streams_service_pb2.RenewSessionRequest(name=session))
    async with _viewers() as others:
        await asyncio.sleep(_IDLE_S)  # they have begun by then, and wait for their address
        family(stage.home)[shown.session.relay.rpartition("/")[2]].terminate()
        began_s = await _said(viewers)
        return await _watch(stage, session, others) - began_s


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_WITHIN_S):
        while not holds():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(_LOOK_S)


def _channel(stage: Platform, target: str) -> Any:
    told = read_endpoints(stage.home)
    own = told.principals[_WATCHER]
    credentials = grpc.ssl_channel_credentials(
        told.ca.read_bytes(), Path(own["key"]).read_bytes(), Path(own["certificate"]).read_bytes()
    )
    options = [
        ("grpc.ssl_target_name_override", "127.0.0.1"),
        ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 500),
    ]
    return grpc.aio.secure_channel(target, credentials, options=options)


def _call(channel: Any, method: str, request: bytes) -> Call:
    start = channel.unary_unary(method)

    async def call(timeout_s: float) -> Any:
        return await start(request, timeout=timeout_s)

    return call


def _places(stage: Platform) -> dict[str, list[list[int]]]:
    found: dict[str, list[list[int]]] = json.loads((stage.home / "places.json").read_text())
    return found


if __name__ == "__main__":
    main()
