"""What every test may ask for: an empty database of either kind."""

import itertools
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Server, postgres

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test-apart` plays the scenarios of tests/e2e to a cell whose services are processes of their own."""
    parser.addoption("--apart", action="store_true", help="the platform of tests/e2e is a cell apart, on PostgreSQL")


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, and take no example's time for its result."""
    # A shell starts what runs beside it deaf to SIGINT, and that is inherited.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # No time is a test here: on a shared machine an example that usually takes 1 ms may take half a second. The same
    # commit is judged by the same examples; new ones are looked for by `make test-exhaustive`.
    usual = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("kapok", usual, derandomize=True)
    settings.register_profile("explore", usual, max_examples=1000)
    settings.load_profile("kapok")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL a session, started by the first test that asks, with its data thrown away.

    Its folder is not pytest's, which only the user who runs the tests may enter.
    """
    with (
        tempfile.TemporaryDirectory(prefix="kapok-postgres-", ignore_cleanup_errors=True) as folder,
        postgres(Path(folder), is_durable=False) as server,
    ):
        yield server


@pytest.fixture
def postgresql_url(postgres_server: Server) -> str:
    """An empty PostgreSQL database."""
    return postgres_server.new_database(f"test_{next(_numbers)}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, for contracts that both keep."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'a home.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url
