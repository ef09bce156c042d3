"""Prometheus metrics of a process: what every service counts, and the /metrics endpoint. Labels are bounded, always."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REGISTRY = CollectorRegistry()
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

RPC_TOTAL = Counter(
    "kapok_rpc_total", "RPCs served, by method and canonical code", ("method", "code"), registry=REGISTRY
)
RPC_SECONDS = Histogram("kapok_rpc_seconds", "Time to serve an RPC", ("method",), buckets=_BUCKETS, registry=REGISTRY)
OUTBOX_UNSENT = Counter("kapok_outbox_failures_total", "Facts that could not be published at once", registry=REGISTRY)


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


@asynccontextmanager
async def serve(host: str, port: int) -> AsyncIterator[int]:
    """Serve /metrics while inside; port 0 picks a free one. Yields the bound port."""
    application = web.Application()
    application.router.add_get("/metrics", _metrics)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
