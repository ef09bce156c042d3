"""What is measured of a server with viewers: CPU per gigabit, delay, memory, joins, and how soon viewers are ended."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

import psutil

from bench.crowd import first_picture_s
from bench.fanout.children import SERVER_CORE, Child, bare_loop, bare_words, child, cpu_s, part, pin
from tests.integration.streams.stage import Stage

_JOIN_WITHIN_S, _JOINING_S, _SETTLE_S = 60, 10, 1.0


@dataclass(frozen=True)
class Scale:
    """How big and how long."""

    few: int = 200
    many: int = 1000
    seconds: float = 3.0
    runs: int = 3
    joins: int = 100
    cameras: int = 200
    revoked: int = 100


@dataclass(frozen=True)
class Cost:
    """Medians over the runs; ``lost`` pictures are their sum."""

    cpu_per_gbit: float
    delay_p99_ms: float | None
    lost: int
    gbit_per_s: float


async def cost(audience: Child, server: int, scale: Scale) -> Cost:
    """Of the process ``server``, whose viewers have all joined."""
    await audience.ask(count=_SETTLE_S)
    seen, rates, delays, lost = [], [], [], 0
    for _ in range(scale.runs):
        before_s, began_s = cpu_s(server), time.monotonic()
        told = await audience.ask(count=scale.seconds)
        gbit = told["bytes"] * 8 / 1e9
        if not gbit:
            raise OSError("no viewer received anything")
        seen.append((cpu_s(server) - before_s) / gbit)
        rates.append(gbit / (time.monotonic() - began_s))
        lost += told["lost"]
        delays += [told["delay_p99_ms"]] if told["delay_p99_ms"] is not None else []
    return Cost(median(seen), median(delays) if delays else None, lost, median(rates))


async def served(server: int, urls: Sequence[str], scale: Scale) -> Cost:
    """Join everybody to a server that runs, and measure."""
    pin(server, SERVER_CORE)
    async with asyncio.timeout(_JOIN_WITHIN_S), child(*part("audience")) as audience:
        await audience.ask(join=list(urls))
        return await cost(audience, server, scale)


async def kernel(viewers: int, scale: Scale) -> Cost:
    """Of the bare loop in C; raises OSError without a compiler."""
    async with child(str(await bare_loop()), *bare_words(viewers)) as loop:
        return await served(loop.process.pid, [await loop.line()] * viewers, scale)


async def gstreamer(source: str, viewers: int, scale: Scale) -> Cost:
    """Of GStreamer's RTSP server; raises EOFError where it is not installed."""
    async with child("/usr/bin/python3", part_file("gstreamer"), source) as server:
        return await served(server.process.pid, [await server.line()] * viewers, scale)


def part_file(name: str) -> str:
    """The path of a program of this folder."""
    return __file__.replace("measures.py", f"{name}.py")


async def memory(stage: Stage, source: str, scale: Scale) -> tuple[Cost, float]:
    """Cost with many viewers, and KiB of the relay for each beyond what it used with one."""
    relay = psutil.Process(stage.process.pid)
    url = await assigned(stage, source, viewer_limit=scale.many + 1)
    async with asyncio.timeout(_JOIN_WITHIN_S), child(*part("audience")) as audience:
        await audience.ask(join=[url])
        await audience.ask(count=_SETTLE_S)
        before = relay.memory_info().rss
        await audience.ask(join=[url] * scale.many)
        found = await cost(audience, relay.pid, scale)
        return found, (relay.memory_info().rss - before) / 1024 / scale.many


async def assigned(stage: Stage, source: str, **changes: Any) -> str:
    """A new session on the paced camera; its URL."""
    sealed = stage.sealed_source(stream_uri=source, camera=str(changes.get("camera", _CAMERA)))
    url, reply = await stage.assign(sealed_source=sealed, **({"camera": _CAMERA} | changes))
    if reply.error_kind:
        raise OSError(f"the relay refused a session: {reply}")
    return url


_CAMERA = "districts/440104/cameras/44010400011320009999"


async def otherwise(stage: Stage, source: str, scheme: str, scale: Scale) -> Cost:
    """``few`` viewers that join by another ``scheme`` of bench/fanout/joining.py."""
    url = await assigned(stage, source, viewer_limit=scale.few)
    said = stage.heard[-1]
    if scheme == "ws":
        url = url.replace(f":{said.rtsp_port}/", f":{said.web_port}/", 1)
    return await served(stage.process.pid, [url.replace("rtsp://", f"{scheme}://", 1)] * scale.few, scale)


async def joins_p99_ms(stage: Stage, source: str, scale: Scale) -> float:
    """From connecting to the whole first key picture, of one more viewer of a camera that runs with viewers."""
    url = await assigned(stage, source, viewer_limit=scale.few + scale.joins)
    async with asyncio.timeout(_JOIN_WITHIN_S), child(*part("audience")) as audience:
        await audience.ask(join=[url] * scale.few)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(audience.ask(count=_JOINING_S))
            took = [(await asyncio.to_thread(first_picture_s, url))[0] * 1000 for _ in range(scale.joins)]
    return p99(took)


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return sorted(values)[int(0.99 * (len(values) - 1))]


async def many_cameras(stage: Stage, source: str, scale: Scale) -> Cost:
    """Five viewers of each of many cameras."""
    urls: list[str] = []
    for number in range(scale.cameras):
        name = f"districts/440104/cameras/4401040001132001{number:04}"
        urls += [await assigned(stage, source, camera=name, viewer_limit=5)] * 5
    return await served(stage.process.pid, urls, scale)


async def revoked_ms(stage: Stage, source: str, scale: Scale) -> tuple[float, float]:
    """Among ``many`` viewers: p99 for single ones ended one by one, then the last of all others ended at once.

    From before the ending is committed and published to the reset at the viewer, so a durable put is in it.
    """
    singles = [
        await assigned(stage, source, principal=f"principals/single-{n}", viewer_limit=1) for n in range(scale.revoked)
    ]
    crowd = await assigned(stage, source, principal="principals/crowd", viewer_limit=scale.many)
    async with asyncio.timeout(_JOIN_WITHIN_S), AsyncExitStack() as stack:
        lone = await stack.enter_async_context(child(*part("audience")))
        rest = await stack.enter_async_context(child(*part("audience")))
        await rest.ask(join=[crowd] * scale.many)
        await asyncio.gather(rest.ask(count=3), lone.ask(join=singles))
        await asyncio.gather(rest.ask(ends=scale.revoked * 0.05 + 5), lone.ask(ends=scale.revoked * 0.05 + 3))
        said_at_s = {}
        for number, url in enumerate(singles):
            said_at_s[url] = time.monotonic()
            await stage.end(f"principals/single-{number}")
            await asyncio.sleep(0.05)  # apart: each is the only one under way
        all_at_s = time.monotonic()
        await stage.end("principals/crowd")
        ends, last = await asyncio.gather(_said(lone), _said(rest))
    if len(ends) < scale.revoked or len(last) < scale.many:
        raise OSError(f"{len(ends)} and {len(last)} viewers were ended, of {scale.revoked} and {scale.many}")
    return p99([(at_s - said_at_s[url]) * 1000 for url, at_s in ends]), max(at_s - all_at_s for _, at_s in last) * 1000


async def _said(audience: Child) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = json.loads(await audience.line())
    return found
