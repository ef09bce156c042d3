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
def stage(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    """The platform; with --apart it has two replicas of what may have any number of them, which take time to start."""
    home: Path = tmp_path_factory.mktemp("apart") / "a home"
    few = () if request.config.getoption("apart") else ("--single", "--relays", "1")
    with platform(home, apart(home, postgresql, *few)) as running:
        yield running
