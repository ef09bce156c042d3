"""One /metrics for a home: what the services count in this process, and what each relay says at its own endpoint.

Each sample gets a label `process`, so that the same counter of two processes stays two counters.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from prometheus_client import Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.parser import text_string_to_metric_families

from services.cell.ports import HOST
from services.chassis.metrics import REGISTRY

_TIMEOUT = aiohttp.ClientTimeout(total=1.0)
_LARGEST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class _Gathered:
    """What generate_latest asks of a registry."""

    families: Iterable[Metric]

    def collect(self) -> Iterator[Metric]:
        yield from self.families


def merged(by_process: Mapping[str, Iterable[Metric] | None]) -> list[Metric]:
    """Families of every process under one name each, in order of name. None = the process did not answer."""
    up = Metric("kapok_process_up", "Whether a process of the cell answers (1) or not (0)", "gauge")
    families = {up.name: up}
    for process, found in by_process.items():
        up.add_sample(up.name, {"process": process}, 0 if found is None else 1)
        for family in found or ():
            target = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            for sample in family.samples:
                target.add_sample(sample.name, {**sample.labels, "process": process}, sample.value)
    return [families[name] for name in sorted(families)]


@asynccontextmanager
async def serve(port: int, relays: Mapping[str, int]) -> AsyncIterator[None]:
    """Serve /metrics on loopback while inside; ``relays`` are the ports of their own endpoints by name."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:

        async def answer(_request: web.Request) -> web.Response:
            found = await asyncio.gather(*(_scraped(session, relay_port) for relay_port in relays.values()))
            families = merged({"services": REGISTRY.collect(), **dict(zip(relays, found, strict=True))})
            return web.Response(
                body=generate_latest(_Gathered(families)), headers={"Content-Type": CONTENT_TYPE_LATEST}
            )

        application = web.Application()
        application.router.add_get("/metrics", answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
            yield
        finally:
            await runner.cleanup()


async def _scraped(session: aiohttp.ClientSession, port: int) -> list[Metric] | None:
    """The families at a relay's endpoint; None when it is away or answers nonsense."""
    try:
        async with session.get(f"http://{HOST}:{port}/metrics") as response:
            text = b"".join([chunk async for chunk in bounded(response.content)])
            return list(text_string_to_metric_families(text.decode()))
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None


async def bounded(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """What a process of the cell answers; ValueError when it goes on and on."""
    left = _LARGEST_BYTES
    async for chunk in content.iter_any():
        left -= len(chunk)
        if left < 0:
            raise ValueError("more than it has to say")
        yield chunk
