"""A home made once, and its bus, for the tests that only look at the bus."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.cell import keys as key_files
from services.cell import layout, nats, rights


@pytest.fixture
def home(tmp_path: Path) -> layout.Layout:
    """A prepared home; its path has a space, as a user's may."""
    return layout.prepare(tmp_path / "a home")


@pytest.fixture
def keys(home: layout.Layout) -> key_files.Keys:
    """Every key of a home with two relays."""
    services = [service.name for service in rights.SERVICES]
    return key_files.make(home.keys, services, ["relay-1", "relay-2"], [rights.SETUP.name, rights.CELL.name])


@pytest.fixture
async def server(home: layout.Layout, keys: key_files.Keys) -> AsyncIterator[nats.Server]:
    """The real nats-server with two relays' rights."""
    async with layout.claim(home) as lock, nats.serve(home, keys, ["relay-1", "relay-2"], lock) as running:
        yield running
