"""Figures of one process: served where it is told, counted as calls end, gone with what they tell of."""

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest

from services.chassis import errors, metrics, rpc_status


async def test_a_process_serves_its_figures_at_the_address_it_is_given_and_nowhere_without_one() -> None:
    async with (
        metrics.serve("127.0.0.1:0") as port,
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert "kapok_rpc_total" in await answer.text()
    async with metrics.serve("") as port:
        assert port == 0


def test_a_figure_is_gone_with_what_it_tells_of() -> None:
    registry = CollectorRegistry()
    gauge = Gauge("kapok_x", "x", ("service",), registry=registry)
    with metrics.told(gauge, "streams", lambda: 7):
        assert b'kapok_x{service="streams"} 7.0' in generate_latest(registry)
    assert b"streams" not in generate_latest(registry)


@pytest.mark.parametrize(("reason", "label"), [("EPOCH_STALE", "EPOCH_STALE"), ("made up\nby a relay", "UNSPECIFIED")])
def test_a_reason_that_is_none_of_ours_makes_no_label(reason: str, label: str) -> None:
    assert rpc_status.known_reason(errors.Aborted(reason, "x")) == label
