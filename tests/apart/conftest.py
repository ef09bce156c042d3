"""A cell whose services are processes of their own, against PostgreSQL and NATS by three, for the whole folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.platform import Platform, apart, platform
from tests.postgres import Server


@pytest.fixture(scope="session")
def postgresql(postgres_server: Server) -> str:
    """The URL of its owner."""
    return postgres_server.url("postgres")


@pytest.fixture(scope="session")
def stage(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform, with two replicas of what may have any number of them."""
    home: Path = tmp_path_factory.mktemp("apart") / "a home"
    with platform(home, apart(home, postgresql)) as running:
        yield running
