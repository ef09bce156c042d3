"""A platform of registry and permissions for each test: built, and running with the city's cameras."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.permissions.stage import Stage, built


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A folder short enough for unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as folder:
        yield Path(folder)


@pytest.fixture
async def still(tmp_path: Path, sockets: Path) -> AsyncIterator[Stage]:
    """Everything but the services themselves."""
    async with built(tmp_path, sockets) as stage:
        yield stage


@pytest.fixture
async def stage(still: Stage) -> AsyncIterator[Stage]:
    """Services up, cameras registered."""
    async with still.running():
        await still.register_cameras()
        yield still
