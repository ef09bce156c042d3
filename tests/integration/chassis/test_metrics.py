"""Figures of one process: served where it is told, counted as calls end, gone with what they tell of."""

import asyncio
from contextlib import suppress

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest

from services.chassis import errors, metrics, metrics_door, rpc_status
from tests.eventually import eventually


async def test_a_process_serves_its_figures_at_the_address_it_is_given_and_nowhere_without_one() -> None:
    async with (
        metrics.serve("127.0.0.1:0") as port,
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert "kapok_rpc_total" in await answer.text()
    async with metrics.serve("") as port:
        assert port == 0


async def left(writer: asyncio.StreamWriter) -> None:
    """Closed from this side, whatever the other one did."""
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_what_asks_for_anything_else_is_told_so_and_what_asks_for_nothing_is_left() -> None:
    async with metrics.serve("127.0.0.1:0") as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        asked = [("GET", "/"), ("POST", "/metrics"), ("HEAD", "/metrics"), ("GET", "/metrics?name=x")]
        assert [(await client.request(*one)).status for one in asked] == [404, 405, 200, 200]
        said = {b"HELO figures\r\n\r\n": b"HTTP/1.1 400 ", b"GET /" + b"x" * 20_000: b"", b"": b""}
        for request, start in said.items():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            writer.write_eof()
            with suppress(ConnectionResetError):
                assert (await reader.read()).startswith(start)
            await left(writer)


async def test_who_keeps_many_connections_open_is_the_only_one_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_door, "_AT_ONCE_MOST", 2)
    monkeypatch.setattr(metrics_door, "_PATIENCE_S", 0.1)
    async with metrics.serve("127.0.0.1:0") as port, aiohttp.ClientSession() as client:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]

        async def is_answered() -> bool:
            with suppress(aiohttp.ClientError):
                return (await client.get(f"http://127.0.0.1:{port}/metrics")).status == 200
            return False

        await eventually(is_answered)
        for _, writer in idle:
            await left(writer)


def test_a_figure_is_gone_with_what_it_tells_of() -> None:
    registry = CollectorRegistry()
    gauge = Gauge("kapok_x", "x", ("service",), registry=registry)
    with metrics.told(gauge, "streams", lambda: 7):
        assert b'kapok_x{service="streams"} 7.0' in generate_latest(registry)
    assert b"streams" not in generate_latest(registry)


@pytest.mark.parametrize(("reason", "label"), [("EPOCH_STALE", "EPOCH_STALE"), ("made up\nby a relay", "UNSPECIFIED")])
def test_a_reason_that_is_none_of_ours_makes_no_label(reason: str, label: str) -> None:
    assert rpc_status.known_reason(errors.Aborted(reason, "x")) == label
