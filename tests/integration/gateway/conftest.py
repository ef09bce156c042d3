"""One nats-server for all tests of the gateway, and a fresh cell for each."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.gateway import nats
from tests.integration.gateway.cell import Cell, running


@pytest.fixture(scope="session")
def bus_url() -> Iterator[str]:
    """Where the bus is."""
    with nats.serving() as url:
        yield url


@pytest.fixture
async def cell(bus_url: str) -> AsyncIterator[Cell]:
    """A cell without its gateway, in a folder short enough for unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as folder:
        async with running(Path(folder), bus_url) as started:
            yield started
