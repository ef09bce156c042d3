"""Who asks the health of services is told which of them is not well, and how."""

import asyncio

from grpc_health.v1 import health, health_pb2

from services.chassis import probe, rpc_server


async def asked(*addresses: str) -> list[str]:
    return await asyncio.to_thread(lambda: list(probe.ailing(addresses, within_s=0.5)))


async def test_who_serves_is_well_who_does_not_says_so_and_who_is_away_is_named() -> None:
    checker = health.aio.HealthServicer()
    async with (
        rpc_server.serve("127.0.0.1:0", [], lambda _server: (), checker=checker) as (_, ill_port),
        rpc_server.serve("127.0.0.1:0", [], lambda _server: ()) as (_, well_port),
    ):
        await checker.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
        well, ill, away = (f"127.0.0.1:{port}" for port in (well_port, ill_port, 1))
        assert await asked(well) == []
        assert await asked(away, ill, well) == [f"{away} does not answer: DEADLINE_EXCEEDED", f"{ill} says NOT_SERVING"]
